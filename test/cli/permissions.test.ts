import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { neededPermissions } from "#cli/permissions.ts";
import { controls } from "#controls/index.ts";
import {
  DECLINED,
  MOST_CHARACTERS,
  policyDocuments,
  type PolicyDocument,
} from "#probes/aws/iam-policy.ts";
import type { RoleDefinition } from "#probes/azure/role.ts";
import type { CustomRole } from "#probes/gcp/role.ts";
import { probes } from "#probes/index.ts";
import { ANY_PROJECT, type ScalewayPolicy } from "#probes/scaleway/policy.ts";
import type { IamPolicy, StoragePolicy } from "#probes/ovh/iam-policy.ts";
import { policy } from "../support/evidence.ts";
import { probity } from "../support/probity.ts";

/** An action in IAM's grammar, without wildcards. */
const ACTION = /^[a-z0-9]+(?:-[a-z0-9]+)*:[A-Z][A-Za-z0-9]+$/;
const aws = probes.filter(({ provider }) => provider === "aws");
const all = neededPermissions("aws", null, controls, probes);
const needs = (...checks: Parameters<typeof policy>[0][number]["checks"] & object) =>
  neededPermissions("aws", [policy([{ id: "a", checks }])], controls, probes);

/** Holds a document against IAM's grammar and limits. */
function expectValid(document: PolicyDocument): void {
  expect(Object.keys(document)).toEqual(["Version", "Statement"]);
  expect(document.Version).toBe("2012-10-17");
  const sids = document.Statement.map(({ Sid }) => Sid);
  expect(new Set(sids).size).toBe(sids.length);
  for (const statement of document.Statement) {
    expect(Object.keys(statement)).toEqual(["Sid", "Effect", "Action", "Resource"]);
    expect(statement.Sid).toMatch(/^[A-Za-z0-9]+$/);
    expect(statement.Effect).toBe("Allow");
    expect(statement.Action.length).toBeGreaterThan(0);
    expect(statement.Action).toEqual([...statement.Action].sort());
    for (const action of statement.Action) expect(action).toMatch(ACTION);
    const resources = statement.Resource === "*" ? [] : statement.Resource;
    for (const resource of resources) expect(resource).toMatch(/^arn:aws:[a-z0-9]+:[^:]*:[^:]*:/);
    expect(statement.Resource).not.toEqual([]);
  }
  expect(JSON.stringify(document).length).toBeLessThanOrEqual(MOST_CHARACTERS);
}
const actionsOf = (documents: readonly PolicyDocument[]) =>
  documents.flatMap(({ Statement }) => Statement.flatMap(({ Action }) => Action));

describe("the permissions of AWS's probes", () => {
  test.each(aws.map((probe) => [probe.id, probe] as const))("%s: each is an action", (_, probe) => {
    const names = Object.values(probe.provides).flatMap(({ permissions }) => permissions);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(name).toMatch(ACTION);
  });

  test("none writes, and none reads a secret", () => {
    for (const name of all) {
      // It has a report made and changes nothing: AWS's own policy for reading IAM holds it.
      // https://docs.aws.amazon.com/aws-managed-policy/latest/reference/IAMReadOnlyAccess.html
      if (name === "iam:GenerateCredentialReport") continue;
      expect(name).toMatch(/:(?:Describe|Get|List|GET|Select|Search|Lookup|Batch(?:Get|Describe))/);
      expect(name).not.toMatch(/GetSecretValue|GetParameters?$|kms:Decrypt|GetObject(?!Lock)/);
    }
  });
});

describe("the least policy", () => {
  test("holds all permissions of all probes, once, in IAM's grammar", () => {
    const documents = policyDocuments(all);
    for (const document of documents) expectValid(document);
    expect(actionsOf(documents).sort()).toEqual(all);
  });

  test("what would read more than settings is narrowed to where it is enough", () => {
    const [document] = policyDocuments(["apigateway:GET", "cassandra:Select", "s3:ListBucket"]);
    const narrowed = document?.Statement.filter(({ Resource }) => Resource !== "*");
    expect(narrowed?.flatMap(({ Action }) => Action)).toEqual([
      "apigateway:GET",
      "cassandra:Select",
    ]);
  });

  test("the members' role is all that may be assumed", () => {
    const [document] = policyDocuments(["ec2:DescribeRegions"], "audit/probity");
    expect(actionsOf(document === undefined ? [] : [document])).toContain(
      "organizations:ListAccounts",
    );
    expect(document?.Statement.at(-1)).toEqual({
      Sid: "Members",
      Effect: "Allow",
      Action: ["sts:AssumeRole"],
      Resource: ["arn:aws:iam::*:role/audit/probity"],
    });
  });

  test("any number of actions of any services fits, each once", () => {
    const service = fc.constantFrom("s3", "ec2", "redshift-serverless", "cassandra");
    const name = fc.stringMatching(/^[A-Z][A-Za-z0-9]{3,60}$/);
    const action = fc.tuple(service, name).map(([left, right]) => `${left}:${right}`);
    fc.assert(
      fc.property(fc.uniqueArray(action, { minLength: 1, maxLength: 600 }), (actions) => {
        const documents = policyDocuments(actions);
        for (const document of documents) expectValid(document);
        expect(actionsOf(documents).sort()).toEqual([...actions].sort());
      }),
      { numRuns: 30 },
    );
    const many = Array.from({ length: 400 }, (_, at) => `ec2:Describe${"X".repeat(40)}${at}`);
    expect(policyDocuments(many).length).toBeGreaterThan(2);
  });
});

describe("narrowed to what claims need", () => {
  const encryption = { control: "encryption-at-rest", expect: {} };

  test("the facets of their controls, and the listings always", () => {
    const names = needs({ ...encryption, scope: { kinds: ["AWS::S3::Bucket"] } });
    expect(names).toContain("s3:GetEncryptionConfiguration");
    expect(names).toContain("s3:ListAllMyBuckets");
    expect(names).toContain("ec2:DescribeRegions");
    expect(names).not.toContain("s3:GetBucketVersioning");
    expect(names.length).toBeLessThan(all.length);
  });

  test("nothing of AWS but the listings where no claim speaks of it", () => {
    const listings = needs({ ...encryption, scope: { providers: ["azure"] } });
    expect(needs({ pending: "to-be-built", expect: {}, scope: {} })).toEqual(listings);
    expect(listings).not.toContain("s3:GetEncryptionConfiguration");
  });
});

describe("the role for Azure", () => {
  const SUBSCRIPTION = "/subscriptions/22222222-2222-4222-8222-222222222222";
  const names = neededPermissions("azure", null, controls, probes);

  test("every permission of the probes is an action that reads, and none is on data", () => {
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(name).toMatch(/^Microsoft\.\w+(?:\/[\w.]+)+\/read$/);
  });

  test("is what az takes, for the scopes that were named", async () => {
    const { code, stdout, stderr } = await probity([
      "permissions",
      "azure",
      "--scope",
      SUBSCRIPTION,
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const role: RoleDefinition = JSON.parse(stdout);
    expect(role).toMatchObject({ IsCustom: true, DataActions: [], NotActions: [] });
    expect(role.AssignableScopes).toEqual([SUBSCRIPTION]);
    expect(role.Actions).toEqual(names);
  });

  test("without a scope it says what is to be filled in", async () => {
    const { code, stdout, stderr } = await probity(["permissions", "azure"]);
    expect(code).toBe(0);
    expect(stdout).toContain("00000000-0000-0000-0000-000000000000");
    expect(stderr).toContain("--scope");
  });
});

describe("the grants for UpCloud", () => {
  const names = neededPermissions("upcloud", null, controls, probes);
  /** What one account prints, document by document. */
  const documents = (stdout: string): readonly unknown[] =>
    stdout
      .split(/^(?=\{$)/m)
      .filter((text) => text.trim() !== "")
      .map((text) => JSON.parse(text));

  test("every permission of the probes is a type of resource, and each is granted once", async () => {
    expect(names.length).toBeGreaterThan(0);
    const [ofStorage = [], ofAccount = []] = [true, false].map((is) =>
      names.filter((name) => name.startsWith("s3:") === is),
    );
    for (const name of ofAccount) expect(name).toMatch(/^[a-z_]+:\*$/);
    for (const name of ofStorage) expect(name).toMatch(/^s3:(?:Get|List)[A-Za-z]+$/);
    const { code, stdout, stderr } = await probity(["permissions", "upcloud"]);
    expect(code).toBe(0);
    expect(stderr).toContain("may change what it is shown");
    const types = ofAccount.map((name) => name.replace(":*", ""));
    const all = documents(stdout);
    const [storage, grants] = [all.at(-1), all.slice(0, -1)];
    expect(storage).toEqual({
      Version: "2012-10-17",
      Statement: [
        { Sid: "Probity", Effect: "Allow", Action: ofStorage, Resource: ["arn:aws:s3:::*"] },
      ],
    });
    expect(ofStorage).toContain("s3:ListAllMyBuckets");
    expect(grants).toHaveLength(types.length);
    expect(grants).toEqual(
      expect.arrayContaining(
        types.map((type) => ({
          permission: { target_identifier: "*", target_type: type, user: "probity" },
        })),
      ),
    );
  });
});

describe("the policy for Scaleway", () => {
  const names = neededPermissions("scaleway", null, controls, probes);

  test("is of permission sets, of which only that of bucket policies writes", async () => {
    const { code, stdout, stderr } = await probity(["permissions", "scaleway"]);
    expect(code).toBe(0);
    expect(stderr).toContain("project_ids");
    const policy: ScalewayPolicy = JSON.parse(stdout);
    expect(policy.rules).toEqual([{ permission_set_names: names, project_ids: [ANY_PROJECT] }]);
    expect(names.length).toBeGreaterThan(10);
    const writing = names.filter((name) => !/(?:ReadOnly|(?:Buckets|Objects)Read)$/.test(name));
    expect(writing).toEqual(["ObjectStorageBucketPolicyFullAccess"]);
  });

  test("knows none of the others' options", async () => {
    for (const option of [
      ["--scope", "x"],
      ["--part", "1"],
    ]) {
      const { code, stderr } = await probity(["permissions", "scaleway", ...option]);
      expect(code).toBe(2);
      expect(stderr).toContain("scaleway has no such thing");
    }
  });
});

describe("the role for Google Cloud", () => {
  const names = neededPermissions("gcp", null, controls, probes);

  test("every permission of the probes only reads settings", () => {
    expect(names.length).toBeGreaterThan(0);
    const reads =
      /^[a-z]+\.[a-zA-Z]+\.(?:get|getEffectiveFirewalls|getIamPolicy|list|searchAllResources)$/;
    for (const name of names) expect(name).toMatch(reads);
    // What objects hold is never read, only that they are there.
    expect(names).not.toContain("storage.objects.get");
  });

  test("is what gcloud takes", async () => {
    const { code, stdout, stderr } = await probity(["permissions", "gcp"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const role: CustomRole = JSON.parse(stdout);
    expect(role).toMatchObject({ title: "Probity", stage: "GA" });
    expect(role.includedPermissions).toEqual(names);
  });
});

describe("the policy for OVHcloud", () => {
  const names = neededPermissions("ovh", null, controls, probes);

  test("every permission of the probes is an action that reads, and none is of passwords", () => {
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      expect(name).toMatch(/^(?:[A-Za-z]+:apiovh:(?:[A-Za-z]+\/)*get|s3:(?:Get|List)[A-Za-z]+)$/);
      expect(name).not.toMatch(/s3Credentials|openrc|configuration|token/);
    }
  });

  test("is what OVHcloud's interface takes, for the types of resource that the actions are about", async () => {
    const { code, stdout, stderr } = await probity(["permissions", "ovh"]);
    expect(code).toBe(0);
    expect(stderr).toContain("identities is to be filled in");
    const [policy, storage]: [IamPolicy, StoragePolicy] = JSON.parse(
      `[${stdout.replace("\n}\n{", "\n},{")}]`,
    );
    const [ofStorage, ofInterface] = [true, false].map((is) =>
      names.filter((name) => name.startsWith("s3:") === is),
    );
    expect(policy.permissions.allow.map(({ action }) => action)).toEqual(ofInterface);
    expect(storage.Statement.flatMap(({ Action }) => Action)).toEqual(ofStorage);
    expect(policy.resources).toContainEqual({ urn: "urn:v1:eu:resource:publicCloudProject:*" });
    const types = policy.resources.map(({ urn }) => urn.split(":")[4]);
    expect(types).toEqual([...new Set(ofInterface?.map((name) => name.split(":")[0]))]);
  });

  test("narrowed by a policy that asks for keys alone", () => {
    const check = {
      control: "ssh-key-strength",
      expect: { minimumRsaBits: 2048, alsoAllowed: [] },
    };
    const narrowed = neededPermissions(
      "ovh",
      [policy([{ id: "a", checks: [check] }])],
      controls,
      probes,
    );
    expect(narrowed).toContain("account:apiovh:me/sshKey/get");
    expect(narrowed).not.toContain("ip:apiovh:firewall/get");
  });
});

describe("what an option of the estate makes needed", () => {
  const [entry] = aws;
  if (entry === undefined) throw new Error("no probe");
  const sampling: typeof entry = {
    ...entry,
    provides: {
      encryption: {
        permissions: ["s3:GetEncryptionConfiguration"],
        onlyWith: { sampleObjects: ["s3:ListBucket", "s3:GetObject"] },
      },
    },
  };
  const needed = (...asked: string[]) =>
    neededPermissions("aws", null, controls, [sampling], asked);

  test("is left out until it is asked for, and then it is whole", () => {
    expect(needed()).toEqual(["s3:GetEncryptionConfiguration"]);
    expect(needed("s3:GetObject")).toEqual([
      "s3:GetEncryptionConfiguration",
      "s3:GetObject",
      "s3:ListBucket",
    ]);
  });

  test("is not added where no claim needs the facet", () => {
    const policies = [policy([{ id: "a", checks: [{ control: "geo-replication", expect: {} }] }])];
    const names = neededPermissions("aws", policies, controls, [sampling], ["s3:GetObject"]);
    expect(names).toEqual([]);
  });
});

describe("probity permissions", () => {
  test("writes JSON that IAM takes", async () => {
    const { code, stdout, stderr } = await probity(["permissions", "aws", "--part", "1"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const document: PolicyDocument = JSON.parse(stdout);
    expectValid(document);
    expect(document.Statement.length).toBeGreaterThan(5);
  });

  test("what was declined is there for whoever asks, by its name", async () => {
    const asked = await probity(["permissions", "aws", "--with", "s3:GetObject"]);
    expect(asked.stdout).toContain('"s3:GetObject"');
    const { stdout } = await probity(["permissions", "aws"]);
    for (const name of Object.keys(DECLINED)) expect(stdout).not.toContain(`"${name}"`);
  });

  test("narrowed by a policy's file, and with the organization", async () => {
    const file = "config/policies/visma-sign.yaml";
    const args = ["permissions", "aws", "--policy", file, "--organization", "probity"];
    const { code, stdout } = await probity(args);
    expect(code).toBe(0);
    expect(stdout).toContain("arn:aws:iam::*:role/probity");
  });

  test.each([
    [["permissions", "nobody"], "expected aws, azure, gcp, ovh, scaleway, upcloud"],
    [["permissions", "upcloud", "--part", "1"], "upcloud has no such thing"],
    [["permissions", "upcloud", "--scope", "/x"], "upcloud has no such thing"],
    [["permissions", "upcloud", "--organization", "a"], "upcloud has no such thing"],
    [["permissions", "upcloud", "--with", "server:*"], "upcloud has no such thing"],
    [["permissions", "gcp", "--scope", "/subscriptions/x"], "gcp has no such thing"],
    [["permissions", "gcp", "--part", "1"], "gcp has no such thing"],
    [["permissions", "endpoint"], "expected aws, azure, gcp, ovh, scaleway, upcloud"],
    [["permissions", "ovh", "--scope", "/subscriptions/x"], "ovh has no such thing"],
    [["permissions", "ovh", "--organization", "probity"], "ovh has no such thing"],
    [["permissions", "azure", "--part", "1"], "azure has no such thing"],
    [["permissions", "azure", "--scope", "production"], "expected /subscriptions/<id>"],
    [["permissions", "aws", "--scope", "/subscriptions/x"], "aws has no such thing"],
    [["permissions", "aws", "--part", "99"], "expected a number from 1 to"],
    [["permissions", "aws", "--part", "0"], "expected a number from 1 to"],
    [["permissions", "aws", "--organization", "arn:aws:iam::1:role/a"], "the name of a role"],
    [["permissions", "aws", "--with", "s3:PutObject"], "s3:GetObject"],
    [["permissions", "aws", "--policy", "nowhere.yaml"], "nowhere.yaml"],
    [["permissions"], "missing required argument"],
  ])("%j is refused", async (args, words) => {
    const { code, stdout, stderr } = await probity(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(words);
  });
});
