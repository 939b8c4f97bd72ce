/**
 * The first invariant on every answer of UpCloud and Scaleway: one that is refused, says
 * nothing or has parts of another type upholds nothing that it did not, and breaks no promise.
 */
import { afterAll, describe, expect, test } from "vitest";
import type { RestFault } from "#fixtures/estate/rest/server.ts";
import type { ProbeEntry } from "#model/probe.ts";
import { expectNoBetter } from "../support/no-better.ts";
import { vendorScans } from "./vendor-scans.ts";
import { VENDORS } from "./vendor-worlds.ts";

/** The value with all that `made` gives something else for; undefined leaves a member out. */
function changed(made: (value: unknown, key: string) => unknown): (body: unknown) => unknown {
  const walk = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(walk);
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, own]) => {
        const other = made(own, key);
        return other === undefined ? [] : [[key, other === own ? walk(own) : other]];
      }),
    );
  };
  return walk;
}

/** Another word for one of these is another thing, not another state of it. */
const NAMES = /^(?:.*id|.*name|.*link|key|bucket|vrack|ip|zone|network|disk|type)$/i;

const CHANGES: Readonly<Record<string, (body: unknown) => unknown>> = {
  "texts for lists": changed((value) => (Array.isArray(value) ? "abc" : value)),
  "lists of nothing": changed((value) => (Array.isArray(value) ? [null] : value)),
  "objects for texts": changed((value) => (typeof value === "string" ? { a: 1 } : value)),
  "texts for booleans": changed((value) => (typeof value === "boolean" ? "perhaps" : value)),
  "words of tomorrow": changed((value, key) =>
    typeof value === "string" && /^[A-Za-z_-]{2,}$/.test(value) && !NAMES.test(key)
      ? "SOMETHING_NEW"
      : value,
  ),
};
const REFUSALS: readonly RestFault[] = [403, 404, 500].map((status) => ({
  kind: "status",
  status,
}));

/** What asks for a token or the time is no answer of an account. */
const SIGN_IN = /\/token$|\/auth\/time$/;

/** One path for all that differ in ids and places alone. */
function shape(path: string): string {
  return path
    .replaceAll(/\/(?!v\d)[^/]*[\d.%][^/]*/g, "/{}")
    .replaceAll(/\/[a-z]{2}-[a-z]{3}(?=\/)/g, "/{}");
}

describe.each(Object.entries(VENDORS))("answers of %s that are broken", async (_, start) => {
  const scans = await vendorScans(start());
  const { api, read, judge, merged } = scans;
  afterAll(scans.close);
  const askedBy = new Map<string, Set<ProbeEntry>>();
  for (const entry of scans.entries) {
    const before = api.calls.length;
    await read([entry]);
    for (const { path } of api.calls.slice(before)) {
      const [own = ""] = path.split("?");
      askedBy.set(own, (askedBy.get(own) ?? new Set()).add(entry));
    }
  }
  const whole = await read();
  const before = judge(whole);
  const paths = [...askedBy.keys()].filter(
    (path, at, all) =>
      !SIGN_IN.test(path) && all.findIndex((other) => shape(other) === shape(path)) === at,
  );

  test("unbroken, all is read, and some promises are kept and some broken", () => {
    expect(whole.problems).toEqual([]);
    const verdicts = new Set(before.claims.map(({ verdict }) => verdict));
    expect([...verdicts].sort()).toEqual(["unverified", "upheld", "violated"]);
  });

  test.each(paths)("%s", { timeout: 60_000 }, async (path) => {
    const some = [...(askedBy.get(path) ?? [])];
    const changes = Object.values(CHANGES).map((change): RestFault => ({ kind: "change", change }));
    for (const fault of [...REFUSALS, ...changes]) {
      const all = new RegExp(`^GET ${RegExp.escape(path)}(?:[?]|$)`);
      api.setFaults({ path: all, fault });
      const anew = await read(some);
      api.setFaults();
      expectNoBetter(before, judge(merged(whole, some, anew)));
    }
  });
});
