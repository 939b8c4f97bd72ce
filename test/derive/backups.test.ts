import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { derive } from "#derive/derive.ts";
import { planMatcher } from "#derive/plan-selection.ts";
import { readableBy } from "#derive/readable.ts";
import type { BackupPlan, Backups, BackupSelection } from "#model/backup-facets.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { ProbeEntry } from "#model/probe.ts";
import type { Subject } from "#model/subject.ts";
import { bucket, estate, inventory, observe, problem } from "../support/evidence.ts";

const PLAN = "AWS::Backup::BackupPlan";
const at = (kind: string, id: string, fields: Partial<Subject> = {}) =>
  bucket(id, { kind, id, ...fields });
const plan = (name: string, fields: Partial<Subject> = {}) => at(PLAN, name, fields);
const volume = (fields: Partial<Subject> = {}) =>
  at("AWS::EC2::Volume", "arn:aws:ec2:eu-west-3:1:volume/v", fields);
const instance = (fields: Partial<Subject> = {}) =>
  at("AWS::EC2::Instance", "arn:aws:ec2:eu-west-3:1:instance/i", fields);

const place = { region: "eu-west-3", vault: "vault", retention: "P30D" };
const rule = (name: string, fields: object = {}) => ({
  name,
  longestInterval: 86_400,
  window: 3600,
  places: [place],
  ...fields,
});
const select = (fields: Partial<BackupSelection> = {}): BackupSelection => ({
  name: "selection",
  include: [],
  exclude: [],
  anyTag: [],
  allTags: [],
  leftOut: [],
  ...fields,
});
const everything = select({ include: ["*"] });
const tagged = (key: string, value: string, operator: "equals" | "not-equals" = "equals") => ({
  key,
  operator,
  value,
});
const planned = (name: string, ...selections: readonly BackupSelection[]): BackupPlan => ({
  rules: [rule(name)],
  selections,
});
/** A whole listing of these subjects and of all plans. */
const all = (...items: readonly Subject[]) =>
  inventory(items, { kinds: ["AWS::S3::Bucket", "AWS::EC2::Volume", "AWS::EC2::Instance", PLAN] });

function join(observations: readonly Observation[], problems: readonly Problem[] = []) {
  const joined = derive({ observations, problems }, estate());
  const of = (subject: Subject) =>
    joined.observations.find(
      ({ facet, subject: { id } }) => facet === "backups" && id === subject.id,
    );
  return {
    rules: (subject: Subject) => {
      const value = of(subject)?.value as Backups | undefined;
      return value?.rules.map(({ name }) => name);
    },
    value: (subject: Subject) => of(subject)?.value as Backups | undefined,
    problem: (subject: Subject) =>
      joined.problems.find(
        ({ facets, subject: found }) => facets[0] === "backups" && found?.id === subject.id,
      ),
  };
}

describe("whether a plan selects", () => {
  const subject = bucket("orders", { tags: { backup: "daily", stage: "prod" } });
  const id = subject.id;
  test.each<[what: string, selection: Partial<BackupSelection>, membership: string]>([
    ["everything", { include: ["*"] }, "yes"],
    ["nothing", {}, "no"],
    ["its id", { include: [id] }, "yes"],
    ["a prefix", { include: ["arn:aws:s3:::ord*"] }, "yes"],
    ["upper and lower case differ", { include: ["arn:aws:s3:::Orders"] }, "no"],
    ["another id", { include: ["arn:aws:s3:::orders2"] }, "no"],
    ["but not it", { include: ["*"], exclude: ["arn:aws:s3:::*"] }, "no"],
    ["one tag of several", { anyTag: [tagged("no", "x"), tagged("backup", "daily")] }, "yes"],
    ["no tag of several", { anyTag: [tagged("backup", "Daily"), tagged("Backup", "daily")] }, "no"],
    ["the id or a tag", { include: ["x"], anyTag: [tagged("backup", "daily")] }, "yes"],
    ["the id, though no tag", { include: [id], anyTag: [tagged("backup", "no")] }, "yes"],
    [
      "all conditions",
      { include: ["*"], allTags: [tagged("backup", "daily"), tagged("stage", "prod")] },
      "yes",
    ],
    [
      "all but one",
      { include: ["*"], allTags: [tagged("backup", "daily"), tagged("stage", "x")] },
      "no",
    ],
    [
      "a tag, narrowed by another",
      { anyTag: [tagged("backup", "daily")], allTags: [tagged("stage", "x")] },
      "no",
    ],
    [
      "like",
      { include: ["*"], allTags: [{ key: "stage", operator: "like", value: "*ro*" }] },
      "yes",
    ],
    [
      "unlike",
      { include: ["*"], allTags: [{ key: "stage", operator: "not-like", value: "pro*" }] },
      "no",
    ],
    ["not equal", { include: ["*"], allTags: [tagged("stage", "test", "not-equals")] }, "yes"],
    [
      "not equal, but it is",
      { include: ["*"], allTags: [tagged("stage", "prod", "not-equals")] },
      "no",
    ],
    [
      "not equal, and there is no such tag",
      { include: ["*"], allTags: [tagged("none", "x", "not-equals")] },
      "unknown",
    ],
    [
      "a kind that is left out",
      { include: ["*"], leftOut: [{ kind: "aws::s3::bucket", sure: true }] },
      "no",
    ],
    ["a kind that may be", { include: ["*"], leftOut: [{ kind: "*", sure: false }] }, "unknown"],
    [
      "another kind that is",
      { include: ["*"], leftOut: [{ kind: "AWS::EC2::Volume", sure: true }] },
      "yes",
    ],
    ["an object's own properties", { anyTag: [tagged("constructor", "x")] }, "no"],
  ])("%s", (_what, fields, membership) => {
    expect(planMatcher(planned("p", select(fields)))(subject).membership).toBe(membership);
  });

  test("tags that were not read decide nothing that depends on them", () => {
    const unread = bucket("orders", { tags: null });
    const matches = (fields: Partial<BackupSelection>) =>
      planMatcher(planned("p", select(fields)))(unread).membership;
    expect(matches({ anyTag: [tagged("backup", "daily")] })).toBe("unknown");
    expect(matches({ include: [id], anyTag: [tagged("backup", "daily")] })).toBe("yes");
    expect(matches({ include: ["x"], allTags: [tagged("backup", "daily")] })).toBe("no");
    expect(matches({ include: ["*"], exclude: ["*"], allTags: [tagged("a", "b")] })).toBe("no");
  });

  test("forgetting tags never turns no into yes or yes into no", () => {
    const condition = fc.record({
      key: fc.constantFrom("a", "b"),
      operator: fc.constantFrom("equals", "not-equals", "like", "not-like"),
      value: fc.constantFrom("1", "2", "*"),
    });
    const selection = fc.record({
      name: fc.constant("s"),
      include: fc.subarray(["*", id, "x"]),
      exclude: fc.subarray(["y", id]),
      anyTag: fc.array(condition, { maxLength: 2 }),
      allTags: fc.array(condition, { maxLength: 2 }),
      leftOut: fc.constant([]),
    });
    const tags = fc.dictionary(fc.constantFrom("a", "b"), fc.constantFrom("1", "2"));
    fc.assert(
      fc.property(fc.array(selection, { maxLength: 3 }), tags, (selections, known) => {
        const matches = planMatcher(planned("p", ...selections));
        const whole = matches(bucket("orders", { tags: known })).membership;
        const without = matches(bucket("orders", { tags: null })).membership;
        expect(without === "unknown" || without === whole || whole === "unknown").toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("backups joined from plans", () => {
  const data = bucket("data");

  test("a bucket that nothing selects has no rule, one that a plan selects has the plan's", () => {
    const none = join([all(data)]);
    expect(none.value(data)).toEqual({ rules: [], partOf: [] });
    const some = join([
      all(data, plan("p")),
      observe(plan("p"), "backupPlan", planned("p", everything)),
    ]);
    expect(some.value(data)).toEqual({ rules: [rule("p")], partOf: [] });
  });

  test("its own rules come first, then those of every plan of its region", () => {
    const here = plan("here");
    const there = plan("there", { region: "eu-central-1" });
    const { rules } = join([
      all(volume(), here, there),
      observe(volume(), "backups", { rules: [rule("own")], partOf: [] }),
      observe(here, "backupPlan", planned("here", everything)),
      observe(there, "backupPlan", planned("there", everything)),
    ]);
    expect(rules(volume())).toEqual(["own", "here"]);
  });

  test("an own reading that is missing is not made up", () => {
    const found = join([
      all(volume(), plan("p")),
      observe(plan("p"), "backupPlan", planned("p", everything)),
    ]);
    expect(found.rules(volume())).toBeUndefined();
  });

  test("a plan of the region that was not read takes the reading away, and its problem is named", () => {
    const denied = problem({
      subject: plan("p"),
      kinds: [PLAN],
      facets: ["backupPlan"],
      permission: "backup:GetBackupPlan",
      message: "AccessDenied",
    });
    const found = join(
      [
        all(data, volume(), plan("p")),
        observe(volume(), "backups", { rules: [rule("own")], partOf: [] }),
      ],
      [denied],
    );
    expect(found.rules(data)).toBeUndefined();
    expect(found.rules(volume())).toBeUndefined();
    expect(found.problem(data)).toMatchObject({
      reason: "denied",
      permission: "backup:GetBackupPlan",
      kinds: ["AWS::S3::Bucket"],
      message: "the backup plan p was not read: AccessDenied",
    });
  });

  test("one of another region does not", () => {
    const there = plan("there", { region: "eu-central-1" });
    expect(join([all(data, there)]).rules(data)).toEqual([]);
  });

  test("plans that were not all listed take all readings away", () => {
    const listing = inventory([data]);
    const denied = problem({
      kinds: [PLAN],
      facets: ["inventory"],
      permission: "backup:ListBackupPlans",
    });
    const found = join([listing], [denied]);
    expect(found.rules(data)).toBeUndefined();
    expect(found.problem(data)).toMatchObject({ permission: "backup:ListBackupPlans" });
    const cut = inventory([plan("p")], { kinds: [PLAN], complete: false });
    expect(
      join([listing, cut, observe(plan("p"), "backupPlan", planned("p", everything))]).rules(data),
    ).toBeUndefined();
  });

  test("tags that were not read: missing, with the problem of the tags", () => {
    const unread = bucket("data", { tags: null });
    const tags = problem({
      kinds: ["AWS::S3::Bucket"],
      facets: ["inventory"],
      permission: "tag:GetResources",
    });
    const observations = [
      all(unread, plan("p")),
      observe(plan("p"), "backupPlan", planned("p", select({ anyTag: [tagged("a", "b")] }))),
    ];
    expect(join(observations, [tags]).problem(data)).toMatchObject({
      permission: "tag:GetResources",
    });
    expect(join(observations).problem(data)).toMatchObject({
      reason: "partial",
      message: "whether the backup plan p selects it depends on tags that were not read",
    });
    expect(join(observations).rules(data)).toBeUndefined();
  });

  test("a region that was not read: missing where a plan may select it, and no matter else", () => {
    const nowhere = bucket("data", { region: null });
    const whole = observe(plan("p"), "backupPlan", planned("p", everything));
    const other = observe(plan("p"), "backupPlan", planned("p", select({ include: ["x"] })));
    expect(join([all(nowhere, plan("p")), whole]).rules(data)).toBeUndefined();
    expect(join([all(nowhere, plan("p")), other]).rules(data)).toEqual([]);
  });

  test("plans of another target select nothing here", () => {
    const foreign = plan("p", { target: "other" });
    const listing = inventory([foreign], { kinds: [PLAN], target: "other" });
    const found = join([
      all(data),
      listing,
      observe(foreign, "backupPlan", planned("p", everything)),
    ]);
    expect(found.rules(data)).toEqual([]);
  });

  test("a continuous rule is one for kinds that can be, and a schedule for the others", () => {
    const continuous = { rules: [rule("pitr", { continuous: true })], selections: [everything] };
    const found = join([
      all(data, volume(), plan("p")),
      observe(volume(), "backups", { rules: [], partOf: [] }),
      observe(plan("p"), "backupPlan", continuous),
    ]);
    expect(found.value(data)?.rules).toEqual([rule("pitr", { longestInterval: 0 })]);
    expect(found.value(volume())?.rules).toEqual([rule("pitr")]);
  });

  test("a volume of a selected instance is backed up with it", () => {
    const tags = { backup: "daily" };
    const byTag = observe(
      plan("p"),
      "backupPlan",
      planned("p", select({ anyTag: [tagged("backup", "daily")] })),
    );
    const own = observe(volume(), "backups", { rules: [], partOf: [instance().id] });
    expect(
      join([all(volume(), instance({ tags }), plan("p")), byTag, own]).value(volume()),
    ).toEqual({
      rules: [rule("p")],
      partOf: [instance().id],
    });
    expect(join([all(volume(), instance(), plan("p")), byTag, own]).rules(volume())).toEqual([]);
    const unlisted = join([all(volume(), plan("p")), byTag, own]);
    expect(unlisted.rules(volume())).toBeUndefined();
    expect(unlisted.problem(volume())?.message).toContain("which it is part of, was not listed");
  });

  test("a volume that may be left out of an instance's backup: of it nothing is known, of the instance all is", () => {
    const partly = select({ include: [instance().id], withoutParts: ["aws::ec2::volume"] });
    const own = observe(volume(), "backups", { rules: [], partOf: [instance().id] });
    const found = join([
      all(volume(), instance(), plan("p")),
      observe(instance(), "backups", { rules: [], partOf: [] }),
      observe(plan("p"), "backupPlan", planned("p", partly)),
      own,
    ]);
    expect(found.rules(volume())).toBeUndefined();
    expect(found.problem(volume())?.message).toContain("leaves it out is not told");
    // Another selection that takes the whole instance is enough.
    const both = planned("p", partly, select({ include: [instance().id] }));
    expect(
      join([
        all(volume(), instance(), plan("p")),
        observe(plan("p"), "backupPlan", both),
        own,
      ]).rules(volume()),
    ).toEqual(["p"]);
  });

  test("a policy of Azure backs up what it names, wherever that is", () => {
    const azure = { provider: "azure", target: "azure" } as const;
    const kind = "Microsoft.RecoveryServices/vaults/backupPolicies";
    const policy = at(kind, "/p", { ...azure, region: "westeurope" });
    const vm = at("Microsoft.Compute/virtualMachines", "/vm", { ...azure, region: "northeurope" });
    const kinds = [kind, "Microsoft.DataProtection/backupVaults/backupPolicies"];
    const listing = inventory([policy], { ...azure, kinds });
    const machines = inventory([vm], { ...azure, kinds: ["*"] });
    const read = observe(policy, "backupPlan", planned("p", select({ include: [vm.id] })));
    expect(join([listing, machines, read]).rules(vm)).toEqual(["p"]);
    // One kind of policy that was not listed leaves it open.
    const half = inventory([policy], { ...azure, kinds: [kind] });
    expect(join([half, machines, read]).rules(vm)).toBeUndefined();
  });

  test("an instance of a cluster has the cluster's own rules as well, and circles end", () => {
    const cluster = at("AWS::RDS::DBCluster", "arn:cluster");
    const member = at("AWS::RDS::DBInstance", "arn:member");
    const listing = inventory([cluster, member], { kinds: [PLAN] });
    const own = observe(member, "backups", { rules: [rule("member")], partOf: [cluster.id] });
    const whole = observe(cluster, "backups", { rules: [rule("cluster")], partOf: [member.id] });
    expect(join([listing, own, whole]).rules(member)).toEqual(["member", "cluster"]);
    expect(join([listing, own]).rules(member)).toBeUndefined();
  });

  test("subjects of providers without plans keep what was read of them", () => {
    const vm = at("compute.googleapis.com/Instance", "vm", { provider: "gcp", target: "gcp" });
    const own = observe(vm, "backups", { rules: [rule("own")], partOf: [] });
    expect(join([own]).value(vm)).toEqual(own.value);
  });
});

test("joined facets are readable where all that they are joined from is", () => {
  const entry = (
    kinds: readonly string[],
    facets: readonly string[],
    own?: readonly string[],
  ): ProbeEntry => ({
    id: "p",
    title: "p",
    provider: "aws",
    kinds,
    provides: Object.fromEntries(
      facets.map((facet) => [
        facet,
        { permissions: [], ...(own === undefined ? {} : { kinds: own }) },
      ]),
    ),
    load: () => Promise.reject(new Error("not loaded")),
  });
  const plans = entry([PLAN], ["backupPlan"]);
  const points = entry(["AWS::Backup::RecoveryPoint"], ["recoveryPoint"]);
  const readable = readableBy([plans, points]);
  expect(readable("aws", "AWS::S3::Bucket", "backups")).toBe(true);
  expect(readable("aws", "AWS::EC2::Volume", "backups")).toBe(false);
  expect(readableBy([])("aws", "AWS::S3::Bucket", "backups")).toBe(false);
  expect(readable("aws", "AWS::EFS::FileSystem", "recoveryPoints")).toBe(true);
  expect(readable("aws", "AWS::EC2::Volume", "recoveryPoints")).toBe(false);
  const computing = entry(
    ["AWS::EC2::Volume", "AWS::EC2::Instance"],
    ["backups"],
    ["AWS::EC2::Volume"],
  );
  const both = readableBy([plans, computing]);
  expect(both("aws", "AWS::EC2::Volume", "backups")).toBe(true);
  expect(both("aws", "AWS::EC2::Instance", "backups")).toBe(false);
});
