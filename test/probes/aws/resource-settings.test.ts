import { describe, expect, test } from "vitest";
import { ApiError } from "#fixtures/estate/aws/answers.ts";
import { kindOf } from "#facts/kinds.ts";
import encryptionProbe from "#probes/aws/resource-encryption.ts";
import { ENCRYPTION } from "#probes/aws/resource-settings.ts";
import transportProbe from "#probes/aws/resource-transport.ts";
import { facetOf } from "../../support/probe-context.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

/** An account with one resource of a kind, of which GetResource gives these properties. */
async function account(kind: string, identifier: string, properties: object | string) {
  const Properties = typeof properties === "string" ? properties : JSON.stringify(properties);
  return fakeAws({
    answers: {
      "cloudcontrol:ListResources": ({ input }) => ({
        ResourceDescriptions: input["TypeName"] === kind ? [{ Identifier: identifier }] : [],
      }),
      "cloudcontrol:GetResource": ({ input }) => ({
        TypeName: kind,
        ResourceDescription: { Identifier: input["Identifier"], Properties },
      }),
    },
  });
}

/** Properties as each type's schema documents them. */
describe("encryption at rest by the properties of a resource", () => {
  const RG = "AWS::ElastiCache::ReplicationGroup";
  const ALIAS = "arn:aws:kms:eu-west-3:1:alias/aws/kinesis";
  const KEY = "arn:aws:kms:eu-west-3:1:key/1";
  test.each<[string, object, object]>([
    [RG, { AtRestEncryptionEnabled: true }, { enabled: true, keyManagement: null }],
    [RG, { AtRestEncryptionEnabled: false }, { enabled: false }],
    [
      "AWS::Redshift::Cluster",
      { Encrypted: true, KmsKeyId: KEY },
      { enabled: true, algorithm: "AES-256", keyManagement: null },
    ],
    ["AWS::Redshift::Cluster", { Encrypted: false }, { enabled: false, algorithm: null }],
    ["AWS::Kinesis::Stream", { Name: "a" }, { enabled: false }],
    [
      "AWS::Kinesis::Stream",
      { Name: "a", StreamEncryption: { EncryptionType: "KMS", KeyId: ALIAS } },
      { enabled: true, algorithm: "AES-256", keyManagement: "provider" },
    ],
    [
      "AWS::Kinesis::Stream",
      { Name: "a", StreamEncryption: { EncryptionType: "KMS", KeyId: KEY } },
      { enabled: true, keyManagement: null },
    ],
    ["AWS::SQS::Queue", { SqsManagedSseEnabled: true }, { enabled: true, algorithm: null }],
    ["AWS::SQS::Queue", { SqsManagedSseEnabled: false }, { enabled: false }],
    [
      "AWS::SQS::Queue",
      { SqsManagedSseEnabled: false, KmsMasterKeyId: "alias/aws/sqs" },
      { enabled: true, algorithm: "AES-256", keyManagement: "provider" },
    ],
    ["AWS::SQS::Queue", { QueueName: "old" }, { enabled: null }],
    [
      "AWS::ECR::Repository",
      { EncryptionConfiguration: { EncryptionType: "AES256" } },
      { enabled: true, algorithm: "AES-256", algorithmSource: "setting" },
    ],
    [
      "AWS::ECR::Repository",
      { EncryptionConfiguration: { EncryptionType: "KMS_DSSE", KmsKey: KEY } },
      { enabled: true, algorithm: "AES-256", keyManagement: null },
    ],
    [
      "AWS::WorkSpaces::Workspace",
      { RootVolumeEncryptionEnabled: true, UserVolumeEncryptionEnabled: true },
      { enabled: true },
    ],
    [
      "AWS::WorkSpaces::Workspace",
      { RootVolumeEncryptionEnabled: true, UserVolumeEncryptionEnabled: false },
      { enabled: false },
    ],
    ["AWS::WorkSpaces::Workspace", { UserVolumeEncryptionEnabled: true }, { enabled: null }],
    ["AWS::WorkSpaces::Workspace", { RootVolumeEncryptionEnabled: true }, { enabled: null }],
  ])("%s %j", async (kind, properties, facet) => {
    const aws = await account(kind, "one", properties);
    const found = await aws.scan().gather(encryptionProbe);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, "one", "encryption")).toMatchObject(facet);
  });

  test.each<[string, object | string]>([
    [RG, {}],
    [RG, { AtRestEncryptionEnabled: "perhaps" }],
    ["AWS::Redshift::Cluster", {}],
    ["AWS::Kinesis::Stream", {}],
    ["AWS::Kinesis::Stream", { Name: "a", StreamEncryption: { EncryptionType: "ROT13" } }],
    ["AWS::ECR::Repository", {}],
    ["AWS::SQS::Queue", "no JSON"],
    ["AWS::SQS::Queue", "null"],
  ])("%s with %j is malformed, never a verdict", async (kind, properties) => {
    const aws = await account(kind, "one", properties);
    const found = await aws.scan().gather(encryptionProbe);
    expect(facetOf(found, "one", "encryption")).toBeUndefined();
    expect(found.problems).toMatchObject([{ reason: "malformed", facets: ["encryption"] }]);
  });

  test("what AWS publishes of a service needs no call, and names where", async () => {
    const arn = `arn:aws:secretsmanager:eu-west-3:${ACCOUNT}:secret:db`;
    const aws = await account("AWS::SecretsManager::Secret", arn, {});
    const found = await aws.scan().gather(encryptionProbe);
    expect(facetOf(found, arn, "encryption")).toMatchObject({
      enabled: true,
      algorithmSource: "published-design",
      algorithmReference: expect.stringContaining("https://docs.aws.amazon.com/"),
    });
    expect(aws.calls.map(({ operation }) => operation)).not.toContain("GetResource");
  });

  test("no kind is read whose schema reads secrets", () => {
    for (const kind of ["AWS::SecretsManager::Secret", "AWS::SSM::Parameter"]) {
      expect(ENCRYPTION[kind] === undefined || "published" in ENCRYPTION[kind]).toBe(true);
    }
    const permissions = encryptionProbe.provides.encryption?.permissions ?? [];
    for (const name of permissions) expect(name).not.toMatch(/GetSecretValue|GetParameter/);
  });

  test("a denied reading names the permission that AWS names, and costs one subject", async () => {
    const aws = await fakeAws({
      answers: {
        "cloudcontrol:ListResources": ({ input }) => ({
          ResourceDescriptions:
            input["TypeName"] === "AWS::ECR::Repository"
              ? [{ Identifier: "open" }, { Identifier: "closed" }]
              : [],
        }),
        "cloudcontrol:GetResource": ({ input }) =>
          input["Identifier"] === "closed"
            ? new ApiError(
                "AccessDeniedException",
                "User: x is not authorized to perform: ecr:GetRepositoryPolicy on resource: y",
              )
            : {
                ResourceDescription: {
                  Properties: '{"EncryptionConfiguration":{"EncryptionType":"AES256"}}',
                },
              },
      },
    });
    const found = await aws.scan().gather(encryptionProbe);
    expect(facetOf(found, "open", "encryption")?.enabled).toBe(true);
    expect(found.problems).toMatchObject([
      { reason: "denied", permission: "ecr:GetRepositoryPolicy", subject: { name: "closed" } },
    ]);
  });
});

describe("encryption in transit by the properties of a resource", () => {
  const RG = "AWS::ElastiCache::ReplicationGroup";
  const msk = (ClientBroker?: string) => ({
    EncryptionInfo: { EncryptionInTransit: { ClientBroker, InCluster: true } },
  });
  test.each<[string, object, boolean | null]>([
    [RG, { TransitEncryptionEnabled: true, TransitEncryptionMode: "required" }, true],
    [RG, { TransitEncryptionEnabled: true, TransitEncryptionMode: "preferred" }, false],
    [RG, { TransitEncryptionEnabled: true }, null],
    [RG, { TransitEncryptionEnabled: false }, false],
    ["AWS::MemoryDB::Cluster", { TLSEnabled: true }, true],
    ["AWS::MemoryDB::Cluster", { TLSEnabled: "false" }, false],
    ["AWS::MSK::Cluster", msk("TLS"), true],
    ["AWS::MSK::Cluster", msk("TLS_PLAINTEXT"), false],
    ["AWS::MSK::Cluster", msk("PLAINTEXT"), false],
  ])("%s %j", async (kind, properties, secureOnly) => {
    const aws = await account(kind, "one", properties);
    const found = await aws.scan().gather(transportProbe);
    expect(facetOf(found, "one", "transport")).toMatchObject({ secureOnly, minimumTls: null });
  });

  test.each<[string, object]>([
    [RG, {}],
    ["AWS::MSK::Cluster", {}],
    ["AWS::MSK::Cluster", msk("\u001b[31m")],
  ])("%s %j is malformed", async (kind, properties) => {
    const aws = await account(kind, "one", properties);
    const found = await aws.scan().gather(transportProbe);
    expect(found.problems).toMatchObject([{ reason: "malformed", facets: ["transport"] }]);
  });
});

test.each([
  ["encryption", encryptionProbe],
  ["transport", transportProbe],
] as const)("every kind of %s has that facet", (facet, { kinds }) => {
  for (const kind of kinds) expect(kindOf(kind)?.facets, kind).toContain(facet);
});
