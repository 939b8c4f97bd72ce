/** Each permission denied in turn: it costs what names it and nothing else, and is named as Google spells it. */
import { expect, test } from "vitest";
import { keptProject } from "#fixtures/estate/gcp/kept.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { Probe } from "#model/probe.ts";
import backupSets from "#probes/gcp/backup-sets.ts";
import buckets from "#probes/gcp/buckets.ts";
import disks from "#probes/gcp/disks.ts";
import instances from "#probes/gcp/instances.ts";
import inventory from "#probes/gcp/inventory.ts";
import kms from "#probes/gcp/kms.ts";
import projects from "#probes/gcp/projects.ts";
import sql from "#probes/gcp/sql.ts";
import proxies from "#probes/gcp/tls-proxies.ts";
import vpn from "#probes/gcp/vpn.ts";
import { fakeGcp, NOW } from "./gcp.ts";

const PROBES: readonly Probe[] = [
  backupSets,
  buckets,
  disks,
  instances,
  inventory,
  kms,
  projects,
  sql,
  proxies,
  vpn,
];
const PERMISSIONS = [
  ...new Set(
    PROBES.flatMap(({ provides }) => Object.values(provides)).flatMap((one) => one.permissions),
  ),
].sort();

const kept = keptProject(NOW);
const disk = kept.aggregated?.["disks"]?.["zones/europe-north1-a"]?.[0];
const link = "https://www.googleapis.com/compute/v1/projects/visma-sign-documents/global";
/** With what makes every permission needed: a bucket that IAM alone closes, a disk without schedule, one more of each kind. */
const PROJECT = {
  ...kept,
  global: {
    ...kept.global,
    images: [{ name: "base", selfLink: `${link}/images/base`, storageLocations: ["eu"] }],
    targetSslProxies: [{ name: "mail", selfLink: `${link}/targetSslProxies/mail` }],
  },
  buckets: [
    ...(kept.buckets ?? []).map((one) => ({ ...one, objects: one.objects?.slice(0, 3) ?? [] })),
    {
      resource: {
        name: "by-iam-alone",
        location: "EUROPE-NORTH1",
        iamConfiguration: {
          uniformBucketLevelAccess: { enabled: true },
          publicAccessPrevention: "inherited",
        },
      },
    },
  ],
  aggregated: {
    ...kept.aggregated,
    disks: {
      "zones/europe-north1-a": [
        ...(disk === undefined ? [] : [disk]),
        {
          ...disk,
          name: "scratch",
          selfLink: String(disk?.["selfLink"]).replace(/worker$/, "scratch"),
          resourcePolicies: undefined,
        },
      ],
    },
  },
};
const gcp = await fakeGcp({
  backups: [{ id: "hourly", bucket: "sign-backups", prefix: "dumps/" }],
});

async function gatherAll(denied: readonly string[]) {
  gcp.hold({ projects: [PROJECT], denied });
  const scan = gcp.scan();
  const all = await Promise.all(PROBES.map((probe) => scan.gather(probe)));
  const observations: readonly Observation[] = all.flatMap((one) => one.observations);
  const problems: readonly Problem[] = all.flatMap((one) => one.problems);
  return { observations, problems };
}

/** What an observation is of; a listing that is not whole is none. */
const nameOf = ({ source, subject, facet, value }: Observation) =>
  "complete" in value
    ? value.complete
      ? `${source.probe} ${facet} of ${value.kinds.join(", ")}`
      : null
    : [source.probe, facet, subject.kind, subject.name].join(" ");
const whole = await gatherAll([]);
const names = new Set(whole.observations.flatMap((one) => nameOf(one) ?? []));

test("with all of them everything is read", () => {
  expect(whole.problems).toEqual([]);
  expect(PERMISSIONS.length).toBeGreaterThan(20);
});

test.each(PERMISSIONS)("without %s", async (permission) => {
  const { observations, problems } = await gatherAll([permission]);
  const left = new Set(observations.flatMap((one) => nameOf(one) ?? []));
  const lost = [...names].filter((one) => !left.has(one));
  // Nothing is there that was not before.
  expect([...left].filter((one) => !names.has(one))).toEqual([]);
  const costs = new Set(
    PROBES.flatMap(({ id, provides }) =>
      Object.entries(provides).flatMap(([facet, own]) =>
        own.permissions.includes(permission) ? [`${id} ${facet}`] : [],
      ),
    ),
  );
  const paid = new Set(lost.map((one) => one.split(" ").slice(0, 2).join(" ")));
  // A set whose bucket cannot be looked at is still declared, and so listed; a problem says that its place is unknown.
  if (permission === "storage.buckets.get") paid.add("gcp-backup-sets inventory");
  expect([...paid].sort()).toEqual([...costs].sort());
  expect(problems.length).toBeGreaterThan(0);
  for (const problem of problems) {
    expect(problem).toMatchObject({ reason: "denied", permission });
    expect(problem.message).toContain(`Permission '${permission}' denied`);
  }
});
