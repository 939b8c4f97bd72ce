/** Each permission denied in turn changes what needs it, and nothing else. */
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { actionOfRoute } from "#fixtures/estate/ovh/actions.ts";
import type { Problem } from "#model/evidence.ts";
import type { Probe, ProbeEntry } from "#model/probe.ts";
import { probes } from "#probes/index.ts";
import type { Gathered } from "../../support/probe-context.ts";
import { fakeOvh } from "./fake.ts";

// What speaks S3 asks another server, and is tested with it.
const entries = probes.filter(
  ({ provider, id }) => provider === "ovh" && id !== "ovh-object-storage-s3",
);
const declared = ({ provides }: ProbeEntry) =>
  new Set(Object.values(provides).flatMap(({ permissions }) => permissions));
const permissions = [...new Set(entries.flatMap((entry) => [...declared(entry)]))].sort();
/** Asked where no project is declared. */
const PROJECTS = "publicCloudProject:apiovh:get";

describe("without one permission", async () => {
  const { scan, api, denied } = await fakeOvh();
  afterEach(() => {
    denied.length = 0;
  });

  async function read(entry: ProbeEntry): Promise<Gathered> {
    const { default: probe }: { default: Probe } = await entry.load();
    return scan().gather(probe);
  }
  const told = ({ observations }: Gathered) =>
    new Map(
      observations
        .filter(({ facet }) => facet !== "inventory")
        .map(({ subject, facet, value }) => [`${subject.id} ${facet}`, JSON.stringify(value)]),
    );

  const whole = new Map<string, Gathered>();
  beforeAll(async () => {
    for (const entry of entries) whole.set(entry.id, await read(entry));
  });

  test("with all of them nothing is missing", () => {
    const problems = [...whole.values()].flatMap((gathered) => gathered.problems);
    expect(problems).toEqual([]);
    for (const { id, provides, kinds } of entries) {
      const facets = new Set(whole.get(id)?.observations.map(({ facet }) => facet));
      expect([...facets].sort(), id).toEqual(Object.keys(provides).sort());
      expect(kinds.length, id).toBeGreaterThan(0);
    }
  });

  test("every action that is asked for is declared, and every one that is declared is asked for", () => {
    const asked = new Set(
      api.calls.flatMap(({ path }) => actionOfRoute(path.split("?")[0] ?? "") ?? []),
    );
    expect([...asked].filter((name) => !permissions.includes(name))).toEqual([]);
    expect(permissions.filter((name) => !asked.has(name))).toEqual([PROJECTS]);
  });

  test.each(permissions.filter((name) => name !== PROJECTS))("%s", async (name) => {
    denied.push(name);
    for (const entry of entries.filter((one) => declared(one).has(name))) {
      const before = whole.get(entry.id);
      if (before === undefined) throw new Error(entry.id);
      const now = await read(entry);
      expect(now.problems.length, `${entry.id} notices`).toBeGreaterThan(0);
      for (const problem of now.problems) expectNamed(problem, name, entry);
      const missing = new Set(
        now.problems.flatMap(({ subject, facets }) => facets.map((one) => `${subject?.id} ${one}`)),
      );
      // What is told without a problem is what was told before: a refusal makes no other fact.
      for (const [key, value] of told(now)) {
        if (!missing.has(key)) expect(value, key).toBe(told(before).get(key));
      }
    }
  });

  test.each(entries.map((entry) => [entry.id, entry] as const))(
    "%s needs no more than it declares",
    async (id, entry) => {
      denied.push(...permissions.filter((name) => !declared(entry).has(name)));
      const now = await read(entry);
      expect(now.problems).toEqual([]);
      expect(told(now)).toEqual(told(whole.get(id) ?? now));
    },
  );
});

function expectNamed(
  { permission, reason, message, facets }: Problem,
  name: string,
  { provides }: ProbeEntry,
) {
  expect(reason).toBe("denied");
  expect(permission).toBe(name);
  expect(message).toContain(`grant ${name}`);
  for (const facet of facets) expect(provides[facet]?.permissions).toContain(name);
}
