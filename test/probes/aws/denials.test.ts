import { beforeAll, describe, expect, test } from "vitest";
import { COMPLETE_ACCOUNT, COMPLETE_TARGET, NOW } from "#fixtures/estate/aws/complete.ts";
import { EFFECTS, OPERATIONS } from "#fixtures/estate/aws/complete/claims.ts";
import type { FaultRule } from "#fixtures/estate/aws.ts";
import { kindOf } from "#facts/kinds.ts";
import type { Evidence } from "#model/evidence.ts";
import type { Report } from "#model/report.ts";
import { wholeScan } from "../../support/whole-scan.ts";
import {
  ATTESTATION,
  entries,
  held,
  permissions,
  POLICY,
  promised,
  readable,
  restsOn,
  usesOf,
} from "./permission-uses.ts";
import { awsTarget, ENVIRONMENT, fakeAws } from "./support.ts";

/** AWS's own words, which name the action. */
function denial(permission: string): FaultRule["fault"] {
  const message = `User: arn:aws:iam::111122223333:user/probity is not authorized to perform: ${permission} on resource: * because no identity-based policy allows it`;
  return { kind: "denied", message };
}

/** Whether the table of kinds gives it to a kind; a listing every kind has. */
function hasFacet(kind: string, facet: string): boolean {
  if (facet === "inventory") return true;
  return (kindOf(kind)?.facets ?? []).some((one) => one === facet);
}
/** What no control judges yet, so that no claim here asks for it. */
const UNJUDGED: ReadonlySet<string> = new Set(["AWS::S3::Bucket versioning"]);

describe("without one permission", async () => {
  const aws = await fakeAws(COMPLETE_ACCOUNT, { hideRegions: true });
  const target = awsTarget(aws.url, COMPLETE_TARGET);
  const estate = { version: 1 as const, targets: [target], labels: [], ranges: [] };

  const { read, judge, merged } = wholeScan({
    policy: POLICY,
    estate,
    entries,
    readable,
    environment: ENVIRONMENT,
    now: new Date(NOW),
    attestations: [ATTESTATION],
  });
  const verdicts = ({ claims }: Report) =>
    Object.fromEntries(claims.map(({ id, verdict }) => [id, verdict]));
  const reasons = ({ claims }: Report) =>
    Object.fromEntries(
      claims.flatMap(({ id, verdict, reason }) =>
        /^(?:upheld|attested)$/.test(verdict) ? [] : [[id, reason]],
      ),
    );

  let before: Evidence | null = null;
  beforeAll(async () => {
    before = await read(entries);
  });
  /** Every call that was made, of itself or with its type; whose keys they are may always be asked. */
  const everyCall = (): readonly Pick<FaultRule, "operation" | "resource">[] => {
    const calls = new Map(
      aws.calls
        .filter(({ operation }) => operation !== "GetCallerIdentity")
        .map(({ operation, resource }) => {
          const typed = resource?.startsWith("AWS::") === true;
          return [
            `${operation} ${typed ? resource : ""}`,
            { operation, ...(typed ? { resource } : {}) },
          ];
        }),
    );
    return [...calls.values()];
  };
  function whole(): Evidence {
    if (before === null) throw new Error("nothing was read");
    return before;
  }

  test("with all of them every claim is upheld, and nothing is denied", () => {
    expect(promised.length).toBeGreaterThan(50);
    const report = judge(whole());
    expect(reasons(report)).toEqual({});
    expect(report.problems.filter(({ reason }) => reason !== "unsupported")).toEqual([]);
  });

  test("every permission is asked for by some call of the scan", () => {
    const asked = new Set(
      aws.calls.map(({ operation, resource }) => JSON.stringify([operation, resource])),
    );
    const operations = new Set(aws.calls.map(({ operation }) => operation));
    for (const permission of permissions) {
      if (EFFECTS[permission]?.length === 0) continue;
      const used = usesOf(permission).some(({ rule: { operation, resource } }) =>
        resource === undefined
          ? operations.has(operation)
          : asked.has(JSON.stringify([operation, resource])),
      );
      expect(used, `${permission}: no call uses it; see complete.ts`).toBe(true);
    }
  });

  test.each(entries.map((entry) => [entry.id, entry] as const))(
    "%s reads what its metadata says, and nothing else",
    (id, { kinds, provides }) => {
      const seen = whole().observations.filter(({ source }) => source.probe === id);
      const read = new Set(
        seen.flatMap(({ subject, facet, value }) =>
          facet === "inventory"
            ? value.kinds.map((kind) => `${kind} ${facet}`)
            : [`${subject.kind} ${facet}`],
        ),
      );
      const said = Object.entries(provides).flatMap(([facet, { kinds: own = kinds }]) =>
        own
          .filter((kind) => hasFacet(kind, facet) && !UNJUDGED.has(`${kind} ${facet}`))
          .map((kind) => `${kind} ${facet}`),
      );
      expect([...read].sort()).toEqual(said.sort());
    },
  );

  test.each(permissions)("%s: what rests on it is unverified, and nothing else", async (name) => {
    const some = entries.filter(({ provides }) =>
      Object.values(provides).some((facet) => facet.permissions.includes(name)),
    );
    aws.setFaults(...usesOf(name).map(({ rule }) => ({ ...rule, fault: denial(name) })));
    const report = judge(merged(whole(), some, await read(some)));
    const expected = Object.fromEntries(
      promised.map((one) => [one.id, restsOn(one, name) ? "unverified" : held(one)]),
    );
    expect(verdicts(report)).toEqual(expected);
    expect(JSON.stringify(report.claims)).not.toContain("nothing says why");
    const resting = promised.filter((one) => restsOn(one, name));
    expect(resting.length > 0 || EFFECTS[name]?.length === 0, "no claim rests on it").toBe(true);
    const denied = report.problems.filter(({ reason }) => reason === "denied");
    if (EFFECTS[name]?.length !== 0 && denied.length === 0) {
      // What was denied costs no facet of its own then, and each claim that is left open says it.
      for (const claim of report.claims.filter(({ verdict }) => verdict === "unverified")) {
        expect(JSON.stringify(claim.checks), claim.id).toContain(`(permission ${name})`);
      }
    }
    for (const { permission } of denied) expect(permission).toBe(name);
  });

  test.each(entries.map((entry) => [entry.id, entry] as const))(
    "%s needs no more than it declares",
    async (_, entry) => {
      const declared = Object.values(entry.provides).flatMap((facet) => facet.permissions);
      const allowed = declared.flatMap((name) => usesOf(name).map(({ rule }) => rule));
      const others = everyCall().filter(
        ({ operation, resource }) =>
          !allowed.some(
            (rule) =>
              rule.operation === operation &&
              (rule.resource === undefined || rule.resource === resource),
          ),
      );
      aws.setFaults(...others.map((rule) => ({ ...rule, fault: denial("undeclared:Call") })));
      const { problems } = await read([entry]);
      expect(problems.filter(({ reason }) => reason === "denied")).toEqual([]);
    },
  );

  test("the table names nothing that no probe declares any more", () => {
    for (const name of [...Object.keys(OPERATIONS), ...Object.keys(EFFECTS)]) {
      expect(permissions).toContain(name);
    }
  });
});
