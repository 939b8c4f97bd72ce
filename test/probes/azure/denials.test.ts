import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { COMPLETE_ESTATE, COMPLETE_GROUP, LEADS, NOW } from "#fixtures/estate/azure/complete.ts";
import { ALSO, EFFECTS, EVERYTHING, UNTOUCHED } from "#fixtures/estate/azure/complete/claims.ts";
import { OFFICE } from "#fixtures/estate/azure/kept/web.ts";
import type { Evidence } from "#model/evidence.ts";
import type { Report } from "#model/report.ts";
import { wholeScan } from "../../support/whole-scan.ts";
import { CANARY, CLIENT, startFixture, TENANT } from "./fake.ts";
import { entries, permissions, POLICY, promised, readable, restsOn } from "./permission-uses.ts";

const GRAPH = "Microsoft.ResourceGraph/resources/read";
/** Actions that this estate and these claims have no use for; `EFFECTS` says why. */
const UNASKED: readonly string[] = [
  "Microsoft.Sql/servers/elasticPools/read",
  "Microsoft.Sql/servers/firewallRules/read",
  "Microsoft.Storage/storageAccounts/blobServices/read",
];

describe("without one permission", async () => {
  const denied: string[] = [];
  const fixture = await startFixture({
    ...COMPLETE_ESTATE,
    tenant: TENANT,
    applications: [{ clientId: CLIENT, clientSecret: CANARY }],
    denied,
  });
  afterAll(() => fixture.close());
  const target = fixture.target({ subscriptions: [], managementGroups: [COMPLETE_GROUP] });
  const estate = {
    version: 1 as const,
    targets: [target],
    labels: [{ label: "leads", match: { tags: { principalId: LEADS } } }],
    ranges: [{ name: "office", ranges: [OFFICE] }],
  };
  const { environment } = fixture;
  const { read, judge, merged } = wholeScan({
    policy: POLICY,
    estate,
    entries,
    readable,
    environment,
    now: NOW,
  });
  const reasons = ({ claims }: Report) =>
    Object.fromEntries(
      claims.flatMap(({ id, verdict, reason }) => (verdict === "upheld" ? [] : [[id, reason]])),
    );

  let before: Evidence | null = null;
  beforeAll(async () => {
    before = await read(entries);
  });

  afterEach(() => {
    denied.length = 0;
  });
  function whole(): Evidence {
    if (before === null) throw new Error("nothing was read");
    return before;
  }

  test("with all of them every claim is upheld, and nothing is denied", () => {
    const report = judge(whole());
    expect(reasons(report)).toEqual({});
    expect(report.problems).toEqual([]);
    expect(promised.length).toBeGreaterThan(200);
    expect(permissions.length).toBeGreaterThan(120);
  });

  test("every action that is asked for is declared, and every one that is declared is asked for", () => {
    const asked = new Set(fixture.azure.calls.flatMap(({ action }) => action ?? []));
    expect([...asked].filter((name) => !permissions.includes(name))).toEqual([]);
    const types = new Set(
      COMPLETE_ESTATE.subscriptions.flatMap(({ resources }) =>
        resources.map(({ type }) => `${type}/read`),
      ),
    );
    // Resource Graph tells of what the identity may read.
    const unasked = permissions.filter((name) => !asked.has(name) && !types.has(name));
    expect(unasked).toEqual(UNASKED);
  });

  test.each(permissions)("%s: what rests on it is unverified, and nothing else", async (name) => {
    const some = entries.filter(
      ({ provides }) =>
        EVERYTHING.includes(name) ||
        Object.values(provides).some((facet) => facet.permissions.includes(name)),
    );
    denied.push(name);
    const report = judge(merged(whole(), some, await read(some)));
    const expected = promised.map((one) => [one.id, restsOn(one, name) ? "unverified" : "upheld"]);
    expect(report.claims.map(({ id, verdict }) => [id, verdict])).toEqual(expected);
    expect(JSON.stringify(report.claims)).not.toContain("nothing says why");
    const unverified = report.claims.filter(({ verdict }) => verdict === "unverified");
    const refused = report.problems.filter(({ reason }) => reason === "denied");
    for (const { permission } of refused) expect(permission).toBe(name);
    for (const claim of unverified) {
      const said = `${JSON.stringify(claim.checks)} ${JSON.stringify(refused)}`;
      expect(said, claim.id).toContain(name);
    }
  });

  test.each(entries.map((entry) => [entry.id, entry] as const))(
    "%s needs no more than it declares",
    async (_, { provides, ...entry }) => {
      const declared = Object.values(provides).flatMap((facet) => facet.permissions);
      const needed = new Set([...declared, ...EVERYTHING, GRAPH]);
      denied.push(...permissions.filter((name) => !needed.has(name)));
      const { problems } = await read([{ provides, ...entry }]);
      expect(problems.filter(({ reason }) => reason === "denied")).toEqual([]);
    },
  );

  test("the table names nothing that no probe declares any more", () => {
    const named = [EFFECTS, ALSO, UNTOUCHED].flatMap((table) => Object.keys(table));
    for (const name of [...named, ...EVERYTHING]) expect(permissions).toContain(name);
  });
});
