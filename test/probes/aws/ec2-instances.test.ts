import { describe, expect, test } from "vitest";
import probe, { toSshKeys } from "#probes/aws/ec2-instances.ts";
import { facetOf } from "../../support/probe-context.ts";
import { OPENSSH_KEYS } from "../common/openssh-keys.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const machine = (id: string, zone: string, state = "running", fields: object = {}) => ({
  InstanceId: id,
  InstanceType: "m7g.large",
  State: { Name: state },
  Placement: { AvailabilityZone: zone },
  ...fields,
});
const line = (algorithm: string, bits: number) =>
  OPENSSH_KEYS.find((one) => one[1] === algorithm && one[2] === bits)?.[0] ?? "";
const pair = (name: string, fields: object = {}) => ({
  KeyPairId: `key-${name}`,
  KeyName: name,
  KeyType: "rsa",
  ...fields,
});

describe("EC2 instances and key pairs", async () => {
  const aws = await fakeAws({
    regions: ["eu-west-3", "us-east-1"],
    answers: {
      "ec2:DescribeInstances": ({ input, region }) => {
        if (region !== "eu-west-3") return { Reservations: [{ Instances: [machine("i-9", "x")] }] };
        return input["NextToken"] === "2"
          ? {
              Reservations: [
                { Instances: [machine("i-3", "eu-west-3c", "stopped")] },
                { Instances: [machine("i-4", "eu-west-3b", "terminated")] },
                { Instances: [machine("i-5", "eu-west-3b", "shutting-down")] },
                { Instances: [] },
              ],
            }
          : {
              Reservations: [
                {
                  Instances: [
                    machine("i-1", "eu-west-3a", "running", {
                      Tags: [{ Key: "Name", Value: "web" }],
                    }),
                    machine("i-2", "eu-west-3b", "pending"),
                  ],
                },
              ],
              NextToken: "2",
            };
      },
      "ec2:DescribeKeyPairs": ({ input, region }) => {
        if (input["IncludePublicKey"] !== "true") return { KeyPairs: [pair("unasked")] };
        return region === "eu-west-3"
          ? {
              KeyPairs: [
                pair("old", { PublicKey: `${line("rsa", 1024)}\n` }),
                pair("new", { KeyType: "ed25519", PublicKey: line("ed25519", 256) }),
                pair("hidden"),
                pair("hidden-ed", { KeyType: "ed25519" }),
              ],
            }
          : { KeyPairs: [pair("stray", { PublicKey: line("rsa", 2048) })] };
      },
    },
  });

  test("all machines of the declared regions that are still there", async () => {
    const found = await aws.scan().gather(probe);
    expect(found.problems).toEqual([]);
    const inventory = facetOf(found, "aws", "inventory");
    expect(inventory).toMatchObject({ kinds: ["AWS::EC2::Instance"], complete: true });
    expect(inventory?.items.map(({ id, name, region }) => [id, name, region])).toEqual(
      [
        ["i-1", "web"],
        ["i-2", "i-2"],
        ["i-3", "i-3"],
      ].map(([id, name]) => [`arn:aws:ec2:eu-west-3:${ACCOUNT}:instance/${id}`, name, "eu-west-3"]),
    );
  });

  test("each is in one zone", async () => {
    const found = await aws.scan().gather(probe);
    expect(facetOf(found, "web", "redundancy")).toEqual({
      zones: 1,
      zoneNames: ["eu-west-3a"],
      zoneRedundant: false,
      geoRedundant: false,
      setting: "m7g.large",
    });
    expect(facetOf(found, "i-3", "redundancy")?.zoneNames).toEqual(["eu-west-3c"]);
  });

  test("key pairs of every region, by their public halves", async () => {
    const found = await aws.scan().gather(probe, ["sshKeys"]);
    const keys = (name: string) => facetOf(found, name, "sshKeys")?.keys;
    expect(keys("old")).toEqual([{ name: "old", algorithm: "rsa", bits: 1024 }]);
    expect(keys("new")).toEqual([{ name: "new", algorithm: "ed25519", bits: 256 }]);
    expect(keys("hidden")).toEqual([{ name: "hidden", algorithm: "rsa", bits: null }]);
    expect(keys("hidden-ed")).toEqual([{ name: "hidden-ed", algorithm: "ed25519", bits: 256 }]);
    expect(keys("stray")).toEqual([{ name: "stray", algorithm: "rsa", bits: 2048 }]);
    expect(facetOf(found, "web", "redundancy")).toBeUndefined();
  });

  test.each([
    ["DescribeInstances", "AWS::EC2::Instance", "old", "sshKeys"],
    ["DescribeKeyPairs", "AWS::EC2::KeyPair", "web", "redundancy"],
  ] as const)(
    "%s denied costs its own kind and nothing else",
    async (operation, kind, name, facet) => {
      aws.setFaults({ operation, fault: { kind: "denied" } });
      const found = await aws.scan().gather(probe);
      expect(found.problems).toMatchObject([
        { reason: "denied", permission: `ec2:${operation}`, kinds: [kind] },
      ]);
      expect(found.observations.some((one) => one.subject.kind === kind)).toBe(false);
      expect(facetOf(found, name, facet)).toBeDefined();
    },
  );

  test("what has not the documented shape is malformed, not empty", async () => {
    const odd = await fakeAws({
      answers: {
        "ec2:DescribeInstances": { Reservations: [{ Instances: [{ InstanceId: "i-1" }] }] },
        "ec2:DescribeKeyPairs": {
          KeyPairs: [
            pair("broken", { PublicKey: "ssh-rsa AAAA" }),
            pair("other", { PublicKey: line("ed25519", 256) }),
            pair("none", { KeyType: undefined }),
            pair("good", { PublicKey: line("rsa", 2048) }),
          ],
        },
      },
    });
    const found = await odd.scan().gather(probe);
    const [listing, ...keys] = found.problems;
    expect(listing).toMatchObject({ reason: "malformed", kinds: ["AWS::EC2::Instance"] });
    expect(keys.map(({ subject, reason }) => [subject?.name, reason])).toEqual([
      ["broken", "malformed"],
      ["other", "malformed"],
      ["none", "malformed"],
    ]);
    expect(facetOf(found, "good", "sshKeys")).toBeDefined();
  });

  test("a machine without zone costs its own facet", async () => {
    const odd = await fakeAws({
      answers: {
        "ec2:DescribeInstances": {
          Reservations: [
            { Instances: [machine("i-1", "a"), { ...machine("i-2", ""), Placement: {} }] },
          ],
        },
        "ec2:DescribeKeyPairs": { KeyPairs: [] },
      },
    });
    const found = await odd.scan().gather(probe);
    expect(found.problems).toMatchObject([{ reason: "malformed", subject: { name: "i-2" } }]);
    expect(facetOf(found, "i-1", "redundancy")).toBeDefined();
  });

  test("a pair without name goes by its id", () => {
    expect(toSshKeys({ KeyPairId: "key-1", KeyType: "ed25519" }).keys).toEqual([
      { name: "key-1", algorithm: "ed25519", bits: 256 },
    ]);
  });
});
