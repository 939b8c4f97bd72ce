/** Whatever breaks of OVHcloud's answers, no promise looks better kept for it, and none newly broken. */
import { beforeAll, describe, expect, test } from "vitest";
import { controls } from "#controls/index.ts";
import { readableBy } from "#derive/readable.ts";
import { evaluate } from "#evaluate/evaluate.ts";
import { kizeoOvh, OVH_PROJECT } from "#fixtures/estate/kizeo/ovh.ts";
import { estateSchema } from "#model/estate.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import { expectationOf } from "#model/expectation.ts";
import type { Check } from "#model/policy.ts";
import type { Probe } from "#model/probe.ts";
import type { Report } from "#model/report.ts";
import { probes } from "#probes/index.ts";
import { policy } from "../../support/evidence.ts";
import { expectNoBetter } from "../../support/no-better.ts";
import { BY_KEY, fakeOvh, NOW, SECRETS } from "./fake.ts";

const PROMISES: readonly (readonly [
  control: string,
  expected: object,
  kinds?: readonly string[],
])[] = [
  ["data-residency", { regions: ["rbx*", "sbg*", "eu-west-rbx*", "eu-west-sbg*"] }],
  ["data-residency", { countries: ["FR"] }],
  ["data-residency", { regions: ["rbx*", "eu-west-rbx*"] }],
  ["encryption-at-rest", {}],
  ["encryption-at-rest", {}, ["ovh/bucket", "ovh/volume", "ovh/volume-snapshot"]],
  ["encryption-at-rest", { algorithms: ["AES-256"] }, ["ovh/bucket"]],
  ["public-access", {}, ["ovh/swift-container", "ovh/database"]],
  ["internet-exposure", { databasePorts: "closed" }],
  ["access-restriction", { rules: "declared-ranges-only" }],
  ["ssh-key-strength", { minimumRsaBits: 2048 }],
  ["ssh-key-strength", { minimumRsaBits: 1024 }],
  ["private-interconnect", { anyOf: ["private-network-up"] }],
  ["private-interconnect", { anyOf: ["private-network-up"], encrypted: "required" }],
  ["ddos-protection", { level: "platform" }],
  ["backup-immutability", { mode: "compliance" }, ["ovh/bucket"]],
  ["backup-access", { principals: [] }, ["ovh/bucket"]],
  [
    "backup-location",
    { countries: ["FR"], minimumSites: 2 },
    ["ovh/volume-backup", "ovh/instance-backup"],
  ],
  ["mfa-enforced", {}, ["ovh/account"]],
  ["mfa-enforced", {}],
  ["recovery-point-age", { maxAge: "P3D" }, ["ovh/volume"]],
  ["recovery-point-age", { maxAge: "P1D" }, ["ovh/volume"]],
];
const policies = [
  policy(
    PROMISES.map(([control, expected, kinds]) => {
      const known = controls.get(control);
      if (known === undefined) throw new Error(control);
      const given: Check["expect"] = JSON.parse(
        JSON.stringify(expectationOf(known).parse(expected)),
      );
      const scope = {
        providers: ["ovh" as const],
        ...(kinds === undefined ? {} : { kinds: [...kinds] }),
      };
      return { checks: [{ control, expect: given, scope }] };
    }),
  ),
];
const estate = estateSchema.parse({
  version: 1,
  targets: [{ id: "vendor", provider: "ovh", projects: [OVH_PROJECT] }],
});

/** One path of each route that a scan asks. */
const PATHS = Object.keys(kizeoOvh(NOW, SECRETS).routes).filter(
  (path, at, all) => all.findIndex((other) => shape(other) === shape(path)) === at,
);

function shape(path: string): string {
  return path
    .split("/")
    .map((part) =>
      /[\d%]|^(?:kizeo|swift|leads|RBX|SBG)/.test(part) && part !== "v1" && part !== "v2"
        ? "{}"
        : part,
    )
    .join("/");
}

describe("OVHcloud's answers that break", async () => {
  const { scan, api } = await fakeOvh(BY_KEY);

  async function judged(): Promise<Report> {
    const one = scan();
    const observations: Observation[] = [];
    const problems: Problem[] = [];
    for (const entry of probes.filter(({ provider }) => provider === "ovh")) {
      const { default: probe }: { default: Probe } = await entry.load();
      const gathered = await one.gather(probe);
      observations.push(...gathered.observations);
      problems.push(...gathered.problems);
    }
    const at = NOW.toISOString();
    return evaluate({
      policies,
      estate,
      attestations: [],
      waivers: [],
      evidence: { startedAt: at, finishedAt: at, complete: true, observations, problems },
      controls,
      readable: readableBy(probes),
      now: NOW,
      tool: { name: "probity", version: "0" },
    });
  }

  let whole: Report | null = null;
  beforeAll(async () => {
    whole = await judged();
  });

  test("unbroken, it upholds and violates", () => {
    expect(whole?.claims.map(({ verdict }) => verdict)).toEqual([
      "upheld",
      "upheld",
      "violated",
      "unverified",
      "upheld",
      "upheld",
      "upheld",
      "violated",
      "unverified",
      "violated",
      "upheld",
      "upheld",
      "violated",
      "upheld",
      "unverified",
      "violated",
      "upheld",
      "upheld",
      "unverified",
      "upheld",
      "violated",
    ]);
    expect(PATHS.length).toBeGreaterThan(40);
  });

  test.each(PATHS)("%s is of another shape", async (path) => {
    const literal = path.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
    api.setFaults({
      path: new RegExp(`GET ${literal}(?:\\?|$)`),
      fault: { kind: "body", body: "{}" },
    });
    if (whole === null) throw new Error("nothing was read");
    expectNoBetter(whole, await judged());
  });
});
