/** Each probe against the project in which everything is kept, and what becomes of it where something is not. */
import { expect, test } from "vitest";
import { PROJECT } from "#fixtures/estate/gcp/kept.ts";
import type { Probe } from "#model/probe.ts";
import { fields } from "#probes/common/json.ts";
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
import { facetOf } from "../../support/probe-context.ts";
import { fakeGcp, problemsOf } from "./gcp.ts";

const gcp = await fakeGcp({
  backups: [{ id: "hourly", bucket: "sign-backups", prefix: "dumps/", labels: ["backup"] }],
});
const ALL: readonly Probe[] = [
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

test.each(ALL.map((probe) => [probe.id, probe] as const))(
  "%s lists its kinds whole and reads all of it",
  async (_, probe) => {
    const gathered = await gcp.scan().gather(probe);
    expect(problemsOf(gathered)).toEqual([]);
    const listings = gathered.observations.filter(({ facet }) => facet === "inventory");
    expect(listings.map(({ value }) => "complete" in value && value.complete)).not.toContain(false);
    expect(new Set(gathered.observations.map(({ facet }) => facet))).toEqual(
      new Set(Object.keys(probe.provides)),
    );
    expect(gathered.observations.map(({ source }) => source.probe)).toContain(probe.id);
  },
);

test("listings are followed from page to page", async () => {
  gcp.hold({ pageSize: 1 });
  const gathered = await gcp.scan().gather(buckets, ["location"]);
  expect(gathered.observations.map(({ subject }) => subject.name)).toEqual([
    "vendor",
    "sign-documents",
    "sign-backups",
  ]);
});

test("what is declared of the estate's kept project", async () => {
  const scan = gcp.scan();
  const seen = await scan.gather(buckets);
  expect(facetOf(seen, "sign-documents", "location")).toEqual({
    regions: ["europe-north1"],
    zones: null,
  });
  expect(facetOf(seen, "sign-documents", "encryption")).toMatchObject({
    keyManagement: "customer",
  });
  expect(facetOf(seen, "sign-backups", "encryption")).toMatchObject({
    enabled: true,
    algorithm: "AES-256",
    algorithmSource: "published-design",
    keyManagement: "provider",
  });
  expect(facetOf(seen, "sign-backups", "immutability")).toMatchObject({
    mode: "compliance",
    minimumDays: 30,
  });
  expect(facetOf(seen, "sign-documents", "exposure")).toMatchObject({ anonymousAccess: false });
  const points = facetOf(await scan.gather(backupSets), "hourly", "recoveryPoints");
  expect(points?.points).toHaveLength(30 * 24);
  expect(points).toMatchObject({ olderExists: true, retention: "P40D" });
  const tunnels = await scan.gather(vpn);
  expect(facetOf(tunnels, "to-helsinki-1", "link")).toEqual({
    kind: "vpn",
    encrypted: true,
    tunnels: [{ name: "to-helsinki-1, interface 1", up: true, since: null }],
    peer: "94.237.0.10",
  });
  const balancers = await scan.gather(proxies);
  expect(facetOf(balancers, "sign", "transport")).toMatchObject({
    minimumTls: "TLSv1.2",
    minimumTlsIsDefault: false,
    hostNames: ["download.visma.example", "34.120.0.9"],
  });
  const machines = await scan.gather(instances);
  expect(facetOf(machines, "worker", "ingress")).toMatchObject({
    allowed: [{ protocol: "tcp", ports: [443, 443], ranges: ["0.0.0.0/0"] }],
    reachable: true,
    firewall: true,
  });
  const volumes = await scan.gather(disks);
  expect(facetOf(volumes, "worker", "backups")).toEqual({
    rules: [
      {
        name: "snapshot schedule hourly",
        longestInterval: 3600,
        window: 1200,
        places: [{ region: "europe-north1", vault: null, retention: "P8D" }],
      },
    ],
    partOf: [],
  });
  expect(facetOf(volumes, "worker-1", "recoveryPoint")).toMatchObject({
    of: `//compute.googleapis.com/projects/${PROJECT}/zones/europe-north1-a/disks/worker`,
    usable: true,
  });
  expect(facetOf(await scan.gather(kms), "uploads", "keyRotation")).toMatchObject({
    enabled: true,
    periodDays: 90,
  });
  expect(facetOf(await scan.gather(projects), PROJECT, "serviceMonitoring")).toEqual({
    alerts: [{ name: "signing fails", enabled: true, notifies: true }],
    checks: [{ name: "sign answers", enabled: true }],
  });
  const database = await scan.gather(sql);
  expect(facetOf(database, "sign", "location")).toEqual({
    regions: ["europe-north1"],
    zones: ["europe-north1-a"],
  });
  expect(facetOf(database, "sign", "backups")?.rules.map((rule) => rule.longestInterval)).toEqual([
    86_400, 0,
  ]);
  expect(facetOf(database, "sign", "recoveryPoints")?.continuous).toEqual({
    from: "2026-05-25T12:00:00.000Z",
    to: "2026-06-01T11:59:00.000Z",
  });
});

test("an aggregated listing that warns is partial: what came is kept, and the list is not whole", async () => {
  const warning = { code: "UNREACHABLE", message: "The zone did not respond" };
  gcp.api.setFaults({
    path: /aggregated\/vpnTunnels/,
    fault: { kind: "change", change: (body) => withScope(body, { warning }) },
  });
  const gathered = await gcp.scan().gather(vpn);
  expect(problemsOf(gathered)).toEqual([
    {
      operation: "compute.vpnTunnels.list",
      reason: "partial",
      permission: null,
      message: `${PROJECT}: the list is not whole: regions/us-east1: UNREACHABLE: The zone did not respond`,
    },
  ]);
  expect(facetOf(gathered, "to-helsinki-0", "link")?.tunnels[0]?.up).toBe(true);
  expect(facetOf(gathered, "vendor", "inventory")).toMatchObject({ complete: false });
});

function withScope(body: unknown, scope: object): unknown {
  const page = fields(body);
  return { ...page, items: { ...fields(page["items"]), "regions/us-east1": scope } };
}

test.each([
  ["a rate limit that is a 403", "rateLimitExceeded", "throttled"],
  ["a refusal", "forbidden", "denied"],
])("%s", async (_, reason, expected) => {
  const body = { error: { code: 403, message: "no", errors: [{ reason }] } };
  gcp.api.setFaults({
    path: /\/storage\/v1\/b\?/,
    fault: { kind: "change", change: () => body },
  });
  // The status is what the fault leaves alone, so the error is asked for at an address that gives 403.
  gcp.hold({ denied: ["storage.buckets.list"] });
  const scan = gcp.scan();
  const [problem] = problemsOf(await scan.gather(buckets));
  expect(problem?.reason).toBe(expected);
  expect(scan.waits).toHaveLength(expected === "throttled" ? 4 : 0);
});

test("a service that is not enabled is named with what to do, and no empty place", async () => {
  gcp.hold({ disabled: ["sqladmin.googleapis.com"] });
  const gathered = await gcp.scan().gather(sql);
  expect(gathered.observations).toEqual([]);
  expect(problemsOf(gathered)).toEqual([
    {
      operation: "cloudsql.instances.list",
      reason: "denied",
      permission: "cloudsql.instances.list",
      message: expect.stringContaining("`gcloud services enable sqladmin.googleapis.com`"),
    },
  ]);
});

test.each([
  ["no object", "[]"],
  ["a page token that is none", JSON.stringify({ nextPageToken: 5 })],
  ["an error with status 200", JSON.stringify({ error: { code: 403 } })],
  ["no JSON", "<html>"],
])("a listing of %s is no empty one", async (_, body) => {
  gcp.api.setFaults({ path: /./, fault: { kind: "body", body } });
  for (const probe of ALL.filter((one) => one !== backupSets)) {
    const gathered = await gcp.scan().gather(probe);
    expect(gathered.observations, probe.id).toEqual([]);
    expect(
      gathered.problems.map(({ reason }) => reason),
      probe.id,
    ).toContain("malformed");
  }
});

test("a list of Compute Engine, Cloud SQL or Cloud Storage that says nothing is no empty one", async () => {
  gcp.api.setFaults({ path: /./, fault: { kind: "body", body: "{}" } });
  for (const probe of [buckets, disks, instances, sql, proxies, vpn]) {
    const gathered = await gcp.scan().gather(probe);
    expect(gathered.observations, probe.id).toEqual([]);
    expect(new Set(gathered.problems.map(({ reason }) => reason)), probe.id).toEqual(
      new Set(["malformed"]),
    );
  }
});
