import { describe, expect, test } from "vitest";
import type { ApiAnswers, ApiCall } from "#fixtures/estate/aws/answers.ts";
import { toBackups, toEncryption, toExposure, toTransport } from "#probes/aws/opensearch-facets.ts";
import probe from "#probes/aws/opensearch.ts";
import { facetOf } from "../../support/probe-context.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const arn = (name: string, region = "eu-west-3") =>
  `arn:aws:es:${region}:${ACCOUNT}:domain/${name}`;
const allow = (fields: object = {}) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: "*" },
        Action: "es:*",
        Resource: `${arn("logs")}/*`,
        ...fields,
      },
    ],
  });
const domain = (name: string, fields: object = {}) => ({
  DomainId: `${ACCOUNT}/${name}`,
  DomainName: name,
  ARN: arn(name),
  EngineVersion: "OpenSearch_2.11",
  ClusterConfig: {
    InstanceCount: 3,
    ZoneAwarenessEnabled: true,
    ZoneAwarenessConfig: { AvailabilityZoneCount: 3 },
  },
  EncryptionAtRestOptions: { Enabled: true, KmsKeyId: `arn:aws:kms:eu-west-3:${ACCOUNT}:key/own` },
  NodeToNodeEncryptionOptions: { Enabled: true },
  DomainEndpointOptions: {
    EnforceHTTPS: true,
    TLSSecurityPolicy: "Policy-Min-TLS-1-2-PFS-2023-10",
  },
  AdvancedSecurityOptions: { Enabled: false },
  VPCOptions: {
    VPCId: "vpc-1",
    AvailabilityZones: ["eu-west-3a", "eu-west-3b", "eu-west-3c"],
  },
  AccessPolicies: "",
  ...fields,
});
const status = (fields: object = {}) => domain("logs", fields) as Parameters<typeof toExposure>[0];

const NAMES = ["logs", "b", "c", "d", "e", "f"];
const OPEN = {
  VPCOptions: undefined,
  AccessPolicies: allow(),
  EncryptionAtRestOptions: { Enabled: false },
  ClusterConfig: { InstanceCount: 1, ZoneAwarenessEnabled: false },
  DomainEndpointOptions: { EnforceHTTPS: false, TLSSecurityPolicy: "Policy-Min-TLS-1-0-2019-07" },
};
const answers: ApiAnswers = {
  "opensearch:ListDomainNames": ({ region }: ApiCall) => ({
    DomainNames: (region === "eu-west-3" ? NAMES : ["stray"]).map((DomainName) => ({
      DomainName,
      EngineType: "OpenSearch",
    })),
  }),
  "opensearch:DescribeDomains": ({ input }: ApiCall) => {
    const names = input["DomainNames"];
    if (!Array.isArray(names) || names.length > 5) throw new Error("more than AWS takes");
    return { DomainStatusList: names.map((name) => domain(name, name === "f" ? OPEN : {})) };
  },
  "kms:ListAliases": { Aliases: [{ AliasName: "alias/aws/es", TargetKeyId: "own" }] },
  "tagging:GetResources": ({ region }: ApiCall) => ({
    ResourceTagMappingList:
      region === "eu-west-3"
        ? [{ ResourceARN: arn("logs"), Tags: [{ Key: "env", Value: "prod" }] }]
        : [],
  }),
};

describe("OpenSearch domains", async () => {
  const aws = await fakeAws({ regions: ["eu-west-3", "us-east-1"], answers });

  test("all domains of all regions, with their tags, described by five", async () => {
    const before = aws.calls.length;
    const found = await aws.scan().gather(probe);
    expect(found.problems).toEqual([]);
    const inventory = facetOf(found, "aws", "inventory");
    expect(inventory?.complete).toBe(true);
    expect(inventory?.items.map(({ id }) => id)).toEqual([
      ...NAMES.map((name) => arn(name)),
      arn("stray", "us-east-1"),
    ]);
    expect(inventory?.items.slice(0, 2).map(({ tags }) => tags)).toEqual([{ env: "prod" }, {}]);
    const asked = aws.calls.slice(before).filter((call) => call.operation === "DescribeDomains");
    expect(asked).toHaveLength(3);
  });

  test("what each is", async () => {
    const found = await aws.scan().gather(probe);
    expect(facetOf(found, "logs", "encryption")).toMatchObject({
      enabled: true,
      algorithm: "AES-256",
      algorithmSource: "published-design",
      keyManagement: "provider",
    });
    expect(facetOf(found, "f", "encryption")).toMatchObject({ enabled: false, algorithm: null });
    expect(facetOf(found, "logs", "transport")).toMatchObject({
      secureOnly: true,
      minimumTls: "TLSv1.2",
      versions: ["TLSv1.2", "TLSv1.3"],
    });
    expect(facetOf(found, "f", "transport")).toMatchObject({
      secureOnly: false,
      minimumTls: "TLSv1.0",
      versions: ["TLSv1.0", "TLSv1.1", "TLSv1.2"],
    });
    expect(facetOf(found, "logs", "exposure")).toMatchObject({
      anonymousAccess: false,
      openNetwork: false,
    });
    expect(facetOf(found, "f", "exposure")).toMatchObject({
      anonymousAccess: true,
      openNetwork: true,
      through: ["public endpoint", "access policy statement 1 allows everyone es:*"],
    });
    expect(facetOf(found, "logs", "redundancy")).toMatchObject({
      zones: 3,
      zoneNames: ["eu-west-3a", "eu-west-3b", "eu-west-3c"],
      zoneRedundant: true,
    });
    expect(facetOf(found, "f", "redundancy")).toMatchObject({ zones: 1, zoneRedundant: false });
    expect(facetOf(found, "stray", "backups")?.rules).toMatchObject([
      { longestInterval: 3600, places: [{ region: "us-east-1", retention: "P14D" }] },
    ]);
    expect(found.observations.some(({ facet }) => facet === "recoveryPoints")).toBe(false);
  });

  test("a denied description is named for every domain, and the listing stays", async () => {
    aws.setFaults({ operation: "DescribeDomains", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(found.observations.map(({ facet }) => facet)).toEqual(["inventory"]);
    expect(found.problems).toHaveLength(7 * 5);
    for (const { permission } of found.problems) expect(permission).toBe("es:DescribeDomains");
  });

  test("without the aliases it is not told whose key it is, and nothing else is lost", async () => {
    const whole = await aws.scan().gather(probe);
    aws.setFaults({ operation: "ListAliases", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(found.observations).toHaveLength(whole.observations.length);
    const encryption = facetOf(found, "logs", "encryption");
    expect(encryption).toMatchObject({ enabled: true, keyManagement: null });
    expect(encryption?.caveat).toContain("kms:ListAliases");
  });

  test("a denied listing leaves nothing", async () => {
    aws.setFaults({ operation: "ListDomainNames", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(found.observations).toEqual([]);
    expect(found.problems).toMatchObject([{ permission: "es:ListDomainNames" }]);
  });

  test("a domain that the description leaves out is a problem of its own", async () => {
    const odd = await fakeAws({
      answers: {
        ...answers,
        "opensearch:DescribeDomains": { DomainStatusList: [domain("logs")] },
      },
    });
    const found = await odd.scan().gather(probe, ["transport"]);
    expect(facetOf(found, "logs", "transport")).toBeDefined();
    expect(found.problems.map(({ reason, subject }) => [reason, subject?.name])).toEqual(
      NAMES.slice(1).map((name) => ["malformed", name]),
    );
  });

  test.each([{ DomainNames: undefined }, { DomainNames: [{}] }])(
    "a listing of another shape is none",
    async (answer) => {
      const odd = await fakeAws({ answers: { "opensearch:ListDomainNames": answer } });
      const found = await odd.scan().gather(probe);
      expect(found.observations).toEqual([]);
      expect(found.problems).toMatchObject([{ reason: "malformed" }]);
    },
  );
});

describe("the settings of a domain", () => {
  test.each([
    [
      "everyone, and no fine-grained access control",
      { AdvancedSecurityOptions: { Enabled: false } },
      true,
    ],
    ["everyone, and nothing is said of it", { AdvancedSecurityOptions: undefined }, null],
    [
      "everyone, behind fine-grained access control",
      { AdvancedSecurityOptions: { Enabled: true, AnonymousAuthEnabled: false } },
      false,
    ],
    [
      "everyone, while it is migrated to",
      { AdvancedSecurityOptions: { Enabled: true, AnonymousAuthEnabled: true } },
      true,
    ],
    [
      "one role",
      { AccessPolicies: allow({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/r` } }) },
      false,
    ],
    [
      "whom a key that cannot be judged lets in",
      { AccessPolicies: allow({ Condition: { StringEquals: { "aws:RequestTag/x": "y" } } }) },
      null,
    ],
    ["nobody, as there is no policy", { AccessPolicies: undefined }, false],
  ])("a public endpoint whose policy lets in %s", (_, fields, anonymousAccess) => {
    const exposure = toExposure(status({ VPCOptions: {}, AccessPolicies: allow(), ...fields }));
    expect(exposure).toMatchObject({ anonymousAccess, openNetwork: true });
  });

  test("addresses in the policy leave open who reaches the endpoint", () => {
    const Condition = { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } };
    const narrow = status({ VPCOptions: undefined, AccessPolicies: allow({ Condition }) });
    expect(toExposure(narrow)).toMatchObject({ anonymousAccess: false, openNetwork: null });
    expect(() => toExposure(status({ VPCOptions: undefined, AccessPolicies: "{" }))).toThrow(
      SyntaxError,
    );
  });

  test("a policy of which the versions are not certain names the minimum only", () => {
    const TLSSecurityPolicy = "Policy-Min-TLS-1-2-RFC9151-FIPS-2024-08";
    const transport = toTransport(
      status({ DomainEndpointOptions: { EnforceHTTPS: true, TLSSecurityPolicy } }),
    );
    expect(transport).toMatchObject({ minimumTls: "TLSv1.2" });
    expect(transport.versions).toBeUndefined();
  });

  test("nodes that do not encrypt between each other are told", () => {
    const told = (NodeToNodeEncryptionOptions: object | undefined) =>
      toTransport(status({ NodeToNodeEncryptionOptions })).detail;
    expect(told({ Enabled: false })).toContain("between its nodes not encrypted");
    expect(told(undefined)).toContain("is not told");
  });

  test.each([
    undefined,
    { EnforceHTTPS: true },
    { TLSSecurityPolicy: "Policy-Min-TLS-1-2-2019-07" },
    { EnforceHTTPS: true, TLSSecurityPolicy: "Policy-Min-TLS-1-3-2030-01" },
  ])("what is not said of transport is not guessed", (DomainEndpointOptions) => {
    expect(() => toTransport(status({ DomainEndpointOptions }))).toThrow(TypeError);
  });

  test("an encryption that says nothing, or names no key", () => {
    const manager = { by: "customer", why: null } as const;
    expect(() => toEncryption({}, manager)).toThrow(TypeError);
    expect(toEncryption({ EncryptionAtRestOptions: { Enabled: true } }, manager)).toMatchObject({
      enabled: true,
      keyManagement: null,
    });
  });

  test.each([
    ["OpenSearch_1.0", 3600, 0],
    ["Elasticsearch_7.10", 3600, 0],
    ["Elasticsearch_5.3", 3600, 0],
    ["Elasticsearch_5.1", 86_400, 3600],
    ["Elasticsearch_2.3", 86_400, 3600],
  ])("%s takes a snapshot every %i seconds", (EngineVersion, longestInterval, window) => {
    expect(toBackups({ EngineVersion }, "eu-west-3").rules).toMatchObject([
      { longestInterval, window },
    ]);
  });

  test("snapshots that are paused come at no known interval", () => {
    const rules = (State: "Active" | "Scheduled" | "Completed") =>
      toBackups(
        {
          EngineVersion: "OpenSearch_2.11",
          AutomatedSnapshotPauseOptions: { Enabled: true, State },
        },
        "eu-west-3",
      ).rules;
    expect(rules("Active")).toMatchObject([{ longestInterval: null }]);
    expect(rules("Scheduled")).toMatchObject([{ longestInterval: null }]);
    expect(rules("Completed")).toMatchObject([{ longestInterval: 3600 }]);
    expect(() => toBackups({ EngineVersion: "Lucene_9.0" }, "eu-west-3")).toThrow(TypeError);
  });
});
