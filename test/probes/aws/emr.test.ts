import { describe, expect, test } from "vitest";
import type { ApiAnswers, ApiCall } from "#fixtures/estate/aws/answers.ts";
import { localDisks } from "#probes/aws/emr-facets.ts";
import probe from "#probes/aws/emr.ts";
import { facetOf } from "../../support/probe-context.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const arn = (id: string, region = "eu-west-3") =>
  `arn:aws:elasticmapreduce:${region}:${ACCOUNT}:cluster/${id}`;
const disks = (fields: object | undefined, enabled = true) =>
  JSON.stringify({
    EncryptionConfiguration: {
      EnableInTransitEncryption: false,
      EnableAtRestEncryption: enabled,
      AtRestEncryptionConfiguration: {
        S3EncryptionConfiguration: { EncryptionMode: "SSE-S3" },
        LocalDiskEncryptionConfiguration: fields,
      },
    },
  });
const KMS = {
  EncryptionKeyProviderType: "AwsKms",
  AwsKmsKey: `arn:aws:kms:eu-west-3:${ACCOUNT}:key/own`,
};
const CONFIGURATIONS: Readonly<Record<string, string>> = {
  whole: disks({ ...KMS, EnableEbsEncryption: true }),
  "odd name": disks({ EncryptionKeyProviderType: "Custom", S3Object: "s3://b/o.jar" }),
  "s3-only": disks(undefined),
};
const OF: Readonly<Record<string, string>> = { "j-1": "whole", "j-2": "whole", "j-3": "odd name" };

const summary = (Id: string, region = "eu-west-3") => ({
  Id,
  Name: `cluster ${Id}`,
  ClusterArn: arn(Id, region),
  Status: { State: "RUNNING" },
});
const answers: ApiAnswers = {
  "emr:ListClusters": ({ input, region }: ApiCall) => {
    if (String(input["ClusterStates"]).includes("TERMINATED")) throw new Error("those are gone");
    if (region !== "eu-west-3") return { Clusters: [summary("j-stray", region)] };
    return input["Marker"] === "2"
      ? { Clusters: [summary("j-3"), summary("j-4")] }
      : { Clusters: [summary("j-1"), summary("j-2")], Marker: "2" };
  },
  "emr:DescribeCluster": ({ input }: ApiCall) => {
    const Id = String(input["ClusterId"]);
    const SecurityConfiguration = Id === "j-stray" ? "s3-only" : OF[Id];
    return { Cluster: { Id, Name: Id, SecurityConfiguration } };
  },
  "emr:DescribeSecurityConfiguration": ({ input }: ApiCall) => {
    const Name = String(input["Name"]);
    return { Name, SecurityConfiguration: CONFIGURATIONS[Name] };
  },
  "kms:ListAliases": { Aliases: [] },
};

describe("EMR clusters", async () => {
  const aws = await fakeAws({ regions: ["eu-west-3", "us-east-1"], answers });

  test("all pages of all regions", async () => {
    const found = await aws.scan().gather(probe);
    expect(found.problems).toEqual([]);
    const inventory = facetOf(found, "aws", "inventory");
    expect(inventory?.complete).toBe(true);
    expect(inventory?.items.map(({ id }) => id)).toEqual([
      ...["j-1", "j-2", "j-3", "j-4"].map((id) => arn(id)),
      arn("j-stray", "us-east-1"),
    ]);
  });

  test("the encryption of their local disks", async () => {
    const found = await aws.scan().gather(probe);
    const of = (id: string) => facetOf(found, `cluster ${id}`, "encryption");
    expect(of("j-1")).toMatchObject({ enabled: true, keyManagement: "customer", caveat: null });
    expect(of("j-2")).toEqual(of("j-1"));
    expect(of("j-3")).toMatchObject({ enabled: true, keyManagement: "customer", algorithm: null });
    expect(of("j-3")?.caveat).toContain("root volumes");
    // Neither a cluster without configuration nor one of S3 alone is known to be in the clear.
    expect(of("j-4")).toMatchObject({ enabled: null, keyManagement: null });
    expect(of("j-stray")).toEqual(of("j-4"));
  });

  test("a security configuration is asked for once in its region", async () => {
    const before = aws.calls.length;
    await aws.scan().gather(probe);
    const asked = aws.calls
      .slice(before)
      .filter(({ operation }) => operation === "DescribeSecurityConfiguration");
    expect(asked).toHaveLength(3);
  });

  test.each([
    ["DescribeCluster", 5],
    ["DescribeSecurityConfiguration", 4],
  ] as const)("%s denied is named, and nothing else is lost", async (operation, lost) => {
    aws.setFaults({ operation, fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(found.problems).toHaveLength(lost);
    for (const problem of found.problems) {
      expect(problem).toMatchObject({
        permission: `elasticmapreduce:${operation}`,
        facets: ["encryption"],
      });
    }
    expect(found.observations).toHaveLength(1 + 5 - lost);
  });

  test("without the aliases it is not told whose key it is", async () => {
    aws.setFaults({ operation: "ListAliases", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(facetOf(found, "cluster j-1", "encryption")).toMatchObject({
      enabled: true,
      keyManagement: null,
    });
  });

  test("a listing that is denied, or of another shape, leaves nothing", async () => {
    aws.setFaults({ operation: "ListClusters", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(found.observations).toEqual([]);
    expect(found.problems).toMatchObject([{ permission: "elasticmapreduce:ListClusters" }]);
    const odd = await fakeAws({ answers: { "emr:ListClusters": { Clusters: [{}] } } });
    const shapeless = await odd.scan().gather(probe);
    expect(shapeless.observations).toEqual([]);
    expect(shapeless.problems).toMatchObject([{ reason: "malformed" }]);
  });

  test("a configuration that is no document leaves the encryption unread", async () => {
    const odd = await fakeAws({
      answers: {
        ...answers,
        "emr:DescribeSecurityConfiguration": { SecurityConfiguration: "[]" },
      },
    });
    const found = await odd.scan().gather(probe, ["encryption"]);
    expect(found.problems.map(({ reason }) => reason)).toEqual(Array(3).fill("malformed"));
  });
});

describe("security configurations", () => {
  const read = (SecurityConfiguration: string | undefined) => localDisks({ SecurityConfiguration });

  test("one that is switched off encrypts nothing, whatever else it says", () => {
    expect(read(disks(KMS, false))).toBeNull();
    expect(read("{}")).toBeNull();
  });

  test.each([
    undefined,
    "null",
    '{"EncryptionConfiguration":{}}',
    '{"EncryptionConfiguration":[]}',
    disks({ EncryptionKeyProviderType: "AwsKms" }),
    disks({}),
  ])("what is not said is not guessed: %s", (text) => {
    expect(() => read(text)).toThrow();
  });
});
