import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as organizations from "@aws-sdk/client-organizations";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { withMembers } from "#cli/organizations.ts";
import { scanSettings } from "#cli/settings.ts";
import { controls } from "#controls/index.ts";
import { readableBy } from "#derive/readable.ts";
import { credentialValue } from "#estate/credentials.ts";
import { evaluate } from "#evaluate/evaluate.ts";
import { ApiError, type ApiCall } from "#fixtures/estate/aws/answers.ts";
import { parseInputs } from "#gather/evidence-schemas.ts";
import { gather } from "#gather/gather.ts";
import { plan } from "#gather/plan.ts";
import { estateSchema, type Estate } from "#model/estate.ts";
import type { Report } from "#model/report.ts";
import { sorted } from "#probes/aws/organization.ts";
import { probes } from "#probes/index.ts";
import { ACCOUNT, ENVIRONMENT as KEYS, fakeAws } from "../probes/aws/support.ts";
import { policy } from "../support/evidence.ts";
import { startMoto, type Moto } from "../support/moto.ts";
import { probity } from "../support/probity.ts";
import { has } from "../support/requirements.ts";

const ENVIRONMENT = { ...KEYS, EXTERNAL: "shared-word" };
const A = "222233334444";
const B = "333344445555";
const role = (account: string) => `arn:aws:iam::${account}:role/audit/probity`;

/** An estate of one organization at that address. */
function estateAt(url: string, fields: object = {}, more: readonly object[] = []): Estate {
  const common = {
    provider: "aws",
    regions: ["eu-west-3"],
    endpoints: { api: url },
    credentials: { env: { accessKeyId: "TEST_KEY", secretAccessKey: "TEST_SECRET" } },
  };
  const target = {
    ...common,
    id: "company",
    account: ACCOUNT,
    labels: ["production"],
    limits: { callTimeout: "PT20S" },
    organization: { role: "audit/probity", externalIdFrom: "EXTERNAL" },
    backups: [{ id: "dumps", bucket: "dumps" }],
    ...fields,
  };
  const others = more.map((other) => ({ ...common, ...other }));
  return estateSchema.parse({ version: 1, targets: [target, ...others] });
}

const settings = () => ({
  ...scanSettings({ signal: new AbortController().signal, active: false, log: () => {} }),
  environment: ENVIRONMENT,
  secret: (target: Estate["targets"][number], name: string) =>
    credentialValue(target.credentials, name, ENVIRONMENT),
});
const s3Probes = probes.filter(({ id }) => id === "aws-s3");
const POLICY = policy([
  {
    id: "rest",
    checks: [
      {
        control: "encryption-at-rest",
        expect: {},
        scope: { labels: ["production"], kinds: ["AWS::S3::Bucket"] },
      },
    ],
  },
]);

/** As `probity scan` does it, with the probe of buckets alone. */
async function scan(declared: Estate): Promise<{ report: Report; estate: Estate }> {
  const { estate, unread, problems } = await withMembers(declared, settings());
  const readable = { ...estate, targets: estate.targets.filter(({ id }) => !unread.has(id)) };
  const planned = plan([POLICY], readable, controls, s3Probes);
  const evidence = await gather(readable.targets, planned, settings(), undefined, problems);
  const saved = parseInputs(
    JSON.stringify({ policies: [POLICY], estate, attestations: [], waivers: [], only: [] }),
    "inputs.json",
    controls,
  );
  expect(saved.estate).toEqual(JSON.parse(JSON.stringify(estate)));
  const report = evaluate({
    ...saved,
    evidence,
    controls,
    readable: readableBy(probes),
    now: new Date(evidence.finishedAt),
    tool: { name: "probity", version: "0" },
  });
  return { report, estate };
}

const accounts = (...ids: readonly string[]) => ids.map((Id) => ({ Id, State: "ACTIVE" }));
const bucket = (name: string) => ({ name, region: "eu-west-3" });

describe("the accounts of an organization", async () => {
  const aws = await fakeAws({
    buckets: [bucket("records")],
    roles: { [role(A)]: "shared-word", [role(B)]: "shared-word" },
    answers: {
      "organizations:ListAccounts": ({ input }: ApiCall) =>
        input["NextToken"] === "2"
          ? { Accounts: [...accounts(B), { Id: "444455556666", State: "SUSPENDED" }] }
          : { Accounts: accounts(ACCOUNT, A), NextToken: "2" },
    },
  });

  test("all pages are targets of their own, in the declaring one's likeness", async () => {
    const { estate, unread, problems } = await withMembers(estateAt(aws.url), settings());
    expect(estate.targets.map(({ id }) => id)).toEqual(["company", `company-${A}`, `company-${B}`]);
    expect(estate.targets[1]).toEqual({
      id: `company-${A}`,
      provider: "aws",
      account: A,
      labels: ["production"],
      regions: ["eu-west-3"],
      endpoints: { api: aws.url },
      limits: { callTimeout: "PT20S" },
      backups: [],
      credentials: {
        env: { accessKeyId: "TEST_KEY", secretAccessKey: "TEST_SECRET" },
        roleArn: role(A),
        externalIdFrom: "EXTERNAL",
      },
    });
    expect(unread.size).toBe(0);
    // What nobody can look into is told, and judged by nobody.
    expect(problems).toMatchObject([{ reason: "partial", kinds: [], target: "company" }]);
    expect(problems[0]?.message).toContain("444455556666");
  });

  test("an account that the estate declares is not doubled, and an id is given once", async () => {
    const more = [
      { id: "payments", account: A },
      { id: `company-${B}`, account: "999999999999" },
    ];
    const { estate } = await withMembers(estateAt(aws.url, {}, more), settings());
    const found = estate.targets.map((target) =>
      target.provider === "aws" ? [target.id, target.account] : [],
    );
    expect(found).toEqual([
      ["company", ACCOUNT],
      ["payments", A],
      [`company-${B}`, "999999999999"],
      [`company-${B}-2`, B],
    ]);
  });

  test("a role of the declaring target is passed through", async () => {
    const own = `arn:aws:iam::${ACCOUNT}:role/reader`;
    const credentials = {
      env: { accessKeyId: "TEST_KEY", secretAccessKey: "TEST_SECRET" },
      roleArn: own,
    };
    const chained = await fakeAws({
      buckets: [bucket("records")],
      roles: { [own]: null, [role(A)]: "shared-word" },
      answers: { "organizations:ListAccounts": { Accounts: accounts(A) } },
    });
    const { estate, report } = await scan(estateAt(chained.url, { credentials }));
    expect(estate.targets[1]?.credentials).toMatchObject({
      through: [{ roleArn: own }],
      roleArn: role(A),
      externalIdFrom: "EXTERNAL",
    });
    expect(report.claims[0]?.verdict).toBe("upheld");
    const assumed = chained.calls.filter(({ operation }) => operation === "AssumeRole");
    expect(new Set(assumed.map(({ accessKey }) => accessKey))).toEqual(
      new Set([KEYS.TEST_KEY, "ASIAASSUMEDROLE00001"]),
    );
  });

  test("each is read by its own keys, and a claim counts them all", async () => {
    const before = aws.calls.length;
    const { report } = await scan(estateAt(aws.url));
    expect(report.claims[0]).toMatchObject({
      verdict: "upheld",
      coverage: { judged: 3, total: 3 },
    });
    const keys = aws.calls
      .slice(before)
      .filter(({ operation }) => operation === "GetBucketEncryption")
      .map(({ accessKey }) => accessKey);
    expect(keys.sort()).toEqual([KEYS.TEST_KEY, `ASIA${A}`, `ASIA${B}`].sort());
  });

  test("a role that cannot be assumed leaves the claim unverified, and names the account", async () => {
    const partly = await fakeAws({
      buckets: [bucket("records")],
      roles: { [role(A)]: "shared-word" },
      answers: { "organizations:ListAccounts": { Accounts: accounts(ACCOUNT, A, B) } },
    });
    const { report } = await scan(estateAt(partly.url));
    expect(report.claims[0]?.verdict).toBe("unverified");
    expect(report.problems).toMatchObject([{ target: `company-${B}`, reason: "denied" }]);
    expect(report.problems[0]?.message).toContain("sts:AssumeRole");
  });

  test.each<[string, ApiError, string, string | null]>([
    ["denied", new ApiError("AccessDeniedException"), "denied", "organizations:ListAccounts"],
    ["of no organization", new ApiError("AWSOrganizationsNotInUseException"), "malformed", null],
  ])("a listing that is %s leaves the claim unverified", async (_, error, reason, permission) => {
    const denied = await fakeAws({
      buckets: [bucket("records")],
      answers: { "organizations:ListAccounts": error },
    });
    const { report, estate } = await scan(estateAt(denied.url));
    expect(estate.targets.map(({ id }) => id)).toEqual(["company", "company-members"]);
    expect(report.claims[0]?.verdict).toBe("unverified");
    expect(report.problems).toMatchObject([{ target: "company-members", reason, permission }]);
  });

  test("a page that fails: what was listed is read, the rest is not known", async () => {
    const cut = await fakeAws({
      buckets: [bucket("records")],
      roles: { [role(A)]: "shared-word" },
      answers: {
        "organizations:ListAccounts": ({ input }) =>
          input["NextToken"] === undefined
            ? { Accounts: accounts(A), NextToken: "2" }
            : new ApiError("AccessDeniedException"),
      },
    });
    const { report, estate } = await scan(estateAt(cut.url));
    expect(estate.targets.map(({ id }) => id)).toEqual([
      "company",
      `company-${A}`,
      "company-members",
    ]);
    expect(report.claims[0]).toMatchObject({
      verdict: "unverified",
      coverage: { judged: 2, total: 3 },
    });
  });

  test("keys of another account list nothing", async () => {
    const { estate, problems } = await withMembers(
      estateAt(aws.url, { account: "888888888888" }),
      settings(),
    );
    expect(estate.targets).toHaveLength(2);
    expect(problems[0]?.message).toContain("888888888888");
  });

  test("an estate without organization asks nothing", async () => {
    const before = aws.calls.length;
    const declared = estateAt(aws.url, { organization: undefined });
    expect((await withMembers(declared, settings())).estate).toEqual(declared);
    expect(aws.calls).toHaveLength(before);
  });
});

describe("an organization on the command line", async () => {
  const folder = mkdtempSync(join(tmpdir(), "probity-organization-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const aws = await fakeAws({
    buckets: [bucket("records")],
    roles: { [role(A)]: "shared-word" },
    answers: { "organizations:ListAccounts": { Accounts: accounts(ACCOUNT, A, B) } },
  });
  const write = (name: string, value: object) => {
    const file = join(folder, name);
    writeFileSync(file, stringify(value));
    return file;
  };
  const estate = write("estate.yaml", JSON.parse(JSON.stringify(estateAt(aws.url))));
  const files = ["--policy", "config/policies/kizeo-forms.yaml"];

  test("validate asks nothing of the network", async () => {
    const before = aws.calls.length;
    const { code, stdout } = await probity(["validate", "--estate", estate], ENVIRONMENT);
    expect(code).toBe(0);
    expect(stdout).toContain("estate of 1 target");
    expect(aws.calls).toHaveLength(before);
  });

  test("what was saved is judged again without the network, over the same accounts", async () => {
    const evidence = join(folder, "evidence");
    const scanned = await probity(
      ["scan", ...files, "--estate", estate, "--evidence", evidence, "--format", "json"],
      ENVIRONMENT,
    );
    const report: Report = JSON.parse(scanned.stdout);
    const targets = new Set(report.problems.map(({ target }) => target));
    expect(targets).toContain(`company-${B}`);
    const before = aws.calls.length;
    const again = await probity(["evaluate", "--evidence", evidence, "--format", "json"]);
    expect(again.stdout).toBe(scanned.stdout);
    expect(again.code).toBe(scanned.code);
    expect(aws.calls).toHaveLength(before);
  });
});

describe("accounts by their state", () => {
  test("the newer field counts, and what says nothing is looked at", () => {
    expect(
      sorted([
        { Id: A, State: "CLOSED", Status: "ACTIVE" },
        { Id: B, Status: "ACTIVE" },
        { Id: ACCOUNT },
      ]),
    ).toEqual({ active: [ACCOUNT, B], closed: [A] });
  });

  test.each([{}, { Id: "1" }, { Id: "arn:aws:iam::1:root" }])("%j is malformed", (account) => {
    expect(() => sorted([account])).toThrow("an account without its id");
  });
});

describe("an organization in an estate file", () => {
  const parsed = (organization: object) =>
    estateSchema.safeParse({
      version: 1,
      targets: [
        { id: "a", provider: "aws", account: ACCOUNT, regions: ["eu-west-3"], organization },
      ],
    }).success;
  test.each(["probity", "audit/probity-read", "OrganizationAccountAccessRole"])("%s", (name) => {
    expect(parsed({ role: name })).toBe(true);
  });
  test.each(["", "/probity", "arn:aws:iam::1:role/probity", "a b", "probity/", "*"])(
    "%s is no name of a role",
    (name) => expect(parsed({ role: name })).toBe(false),
  );
  test("through needs the role after it", () => {
    const { error } = estateSchema.safeParse({
      version: 1,
      targets: [
        {
          id: "a",
          provider: "aws",
          account: ACCOUNT,
          regions: ["eu-west-3"],
          credentials: { through: [{ roleArn: "arn:aws:iam::1:role/a" }] },
        },
      ],
    });
    expect(error?.issues[0]?.message).toContain("through");
  });
});

describe.runIf(has("moto"))("an organization in moto", () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
  });
  afterAll(() => moto.close());

  test("its accounts are listed, entered and read", async () => {
    const keys = { accessKeyId: "AKIAMANAGEMENT", secretAccessKey: "none" };
    const options = { region: "us-east-1", endpoint: moto.url, credentials: keys };
    const client = new organizations.OrganizationsClient(options);
    await client.send(new organizations.CreateOrganizationCommand({ FeatureSet: "ALL" }));
    const made = await client.send(
      new organizations.CreateAccountCommand({ AccountName: "shop", Email: "shop@example.com" }),
    );
    const shop = made.CreateAccountStatus?.AccountId ?? "";
    const storage = new s3.S3Client({ ...options, forcePathStyle: true });
    const Bucket = "of-the-management-account";
    await storage.send(new s3.CreateBucketCommand({ Bucket }));
    const rule = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } } as const;
    const ServerSideEncryptionConfiguration = { Rules: [rule] };
    await storage.send(
      new s3.PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration }),
    );

    const { report, estate } = await scan(
      estateAt(moto.url, { account: moto.account, backups: [] }),
    );
    expect(estate.targets.map(({ id }) => id)).toEqual(["company", `company-${shop}`]);
    // moto tells the accounts apart by the keys: the bucket is in one of them only.
    expect(report.claims[0]?.coverage).toEqual({ judged: 1, total: 1 });
    expect(report.problems).toEqual([]);
  });
});
