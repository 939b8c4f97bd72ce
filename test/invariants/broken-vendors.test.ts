/**
 * The first invariant on answers of UpCloud, Scaleway, OVHcloud and Google Cloud: one that is refused, is cut, says
 * nothing, lacks a member or has parts of another type upholds nothing that it did not, and breaks no promise.
 */
import { createHash } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import type { ProbeEntry } from "#model/probe.ts";
import { expectNoBetter } from "../support/no-better.ts";
import { breaksOf, isTruth, membersOf } from "./vendor-breaks.ts";
import { vendorScans } from "./vendor-scans.ts";
import { VENDORS } from "./vendor-worlds.ts";

/** So many scans of each vendor; all would be thousands. The same ones each time, until the seed is another. */
const SAMPLE = 60;
const SEED = "1";

/** Those that went wrong once, whatever the seed. */
const ONCE_WRONG: Readonly<Record<string, RegExp>> = {
  gcp: /instances: (?:texts for (?:numbers|objects)|without (?:backupConfiguration|settings|transactionLogRetentionDays))$/,
  scaleway: /servers: without public_ips$/,
  upcloud: /storage\/private: without type$/,
};

/** What asks for a token or the time is no answer of an account. */
const SIGN_IN = /\/token$|\/auth\/time$/;

/** One path for all that differ in ids and places alone. */
function shape(path: string): string {
  return path
    .replaceAll(/\/(?!v\d)[^/]*[\d.%][^/]*/g, "/{}")
    .replaceAll(/\/[a-z]{2}-[a-z]{3}(?=\/)/g, "/{}");
}

function order(path: string, name: string): string {
  return createHash("sha256").update(`${SEED} ${path} ${name}`).digest("hex");
}

describe.each(Object.entries(VENDORS))("answers of %s that are broken", async (vendor, start) => {
  const scans = await vendorScans(start());
  const { api, read, judge, merged } = scans;
  afterAll(scans.close);
  const askedBy = new Map<string, { entries: Set<ProbeEntry>; members: Set<string> }>();
  for (const entry of scans.entries) {
    const before = api.calls.length;
    const bodies: unknown[] = [];
    const see = (body: unknown) => {
      bodies.push(body);
      return body;
    };
    api.setFaults({ path: /^/, fault: { kind: "change", change: see } });
    await read([entry]);
    for (const [at, { path }] of api.calls.slice(before).entries()) {
      const [own = ""] = path.split("?");
      const asked = askedBy.get(own) ?? { entries: new Set(), members: new Set() };
      askedBy.set(own, asked);
      asked.entries.add(entry);
      for (const member of membersOf(bodies[at])) asked.members.add(member);
    }
  }
  api.setFaults();
  const whole = await read();
  const before = judge(whole);
  const cases = [...askedBy]
    .filter(
      ([path], at, all) =>
        !SIGN_IN.test(path) && all.findIndex(([other]) => shape(other) === shape(path)) === at,
    )
    .flatMap(([path, { entries, members }]) =>
      breaksOf(members)
        .filter(({ name }) => !isTruth(vendor, path, name))
        .map(({ name, fault }) => ({ path, name, fault, some: [...entries] })),
    )
    .sort((a, b) => (order(a.path, a.name) < order(b.path, b.name) ? -1 : 1));

  test("unbroken, all is read, and some promises are kept and some broken", () => {
    expect(whole.problems).toEqual([]);
    const verdicts = new Set(before.claims.map(({ verdict }) => verdict));
    expect([...verdicts].sort()).toEqual(["unverified", "upheld", "violated"]);
    expect(cases.length).toBeGreaterThan(SAMPLE);
  });

  const sample = cases.filter(
    ({ path, name }, at) => at < SAMPLE || ONCE_WRONG[vendor]?.test(`${path}: ${name}`) === true,
  );
  test.each(sample)("$path: $name", async ({ path, fault, some }) => {
    const all = new RegExp(`^GET ${RegExp.escape(path)}(?:[?]|$)`);
    api.setFaults({ path: all, fault: fault() });
    const anew = await read(some);
    api.setFaults();
    expectNoBetter(before, judge(merged(whole, some, anew)));
  });
});
