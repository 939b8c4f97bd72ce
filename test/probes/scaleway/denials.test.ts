/** Every permission set taken away in turn, every kind of broken answer, and what must be kept nowhere. */
import { describe, expect, test } from "vitest";
import {
  backup,
  database,
  idOf,
  securityGroup,
  server,
  volume,
} from "#fixtures/estate/scaleway/entries.ts";
import type { Probe } from "#model/probe.ts";
import databases from "#probes/scaleway/databases.ts";
import network from "#probes/scaleway/network.ts";
import redis from "#probes/scaleway/redis.ts";
import securityGroups from "#probes/scaleway/security-groups.ts";
import sshKeys from "#probes/scaleway/ssh-keys.ts";
import stores from "#probes/scaleway/stores.ts";
import volumes from "#probes/scaleway/volumes.ts";
import vpn from "#probes/scaleway/vpn.ts";
import { facetOf, type Gathered } from "../../support/probe-context.ts";
import { fakeScaleway, SECRET } from "./support.ts";

const PROBES: readonly Probe[] = [
  databases,
  network,
  redis,
  securityGroups,
  sshKeys,
  stores,
  volumes,
  vpn,
];
const ED25519 =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0aR4VdbOWdQ4ZgcAM0lYWLQpbBKM9ItTAtpQiwa2xM someone@host";
const place = { region: "fr-par", tags: ["environment=production", "plain"] };

const LISTS = {
  "/instance/v1/zones/fr-par-1/servers": [server(5, "web")],
  "/instance/v1/zones/fr-par-1/security_groups": [securityGroup(1, "web")],
  "/instance/v1/zones/fr-par-1/volumes": [volume(60, "local")],
  "/instance/v1/zones/nl-ams-2/images": [volume(61, "golden", { zone: "nl-ams-2" })],
  "/block/v1/zones/fr-par-1/volumes": [volume(62, "block")],
  "/block/v1/zones/fr-par-1/snapshots": [volume(63, "block-snapshot")],
  "/rdb/v1/regions/fr-par/instances": [database(10, "main")],
  "/rdb/v1/regions/fr-par/backups": [backup(20, 10, new Date("2026-05-31T00:00:00Z"))],
  "/redis/v1/zones/fr-par-1/clusters": [
    {
      id: idOf(70),
      name: "sessions",
      zone: "fr-par-1",
      tags: [],
      tls_enabled: false,
      endpoints: [{ public_network: {}, ips: ["51.15.0.2"] }],
      acl_rules: [{ ip_cidr: "0.0.0.0/0" }],
    },
  ],
  "/registry/v1/regions/fr-par/namespaces": [
    { id: idOf(71), name: "images", is_public: true, ...place },
  ],
  "/secret-manager/v1beta1/regions/fr-par/secrets": [{ id: idOf(72), name: "token", ...place }],
  "/baremetal/v1/zones/fr-par-2/servers": [
    { id: idOf(73), name: "metal", zone: "fr-par-2", tags: [] },
  ],
  "/mongodb/v1/regions/fr-par/instances": [{ id: idOf(74), name: "documents", ...place }],
  "/k8s/v1/regions/nl-ams/clusters": [
    { id: idOf(75), name: "cluster", region: "nl-ams", tags: [] },
  ],
  "/vpc/v2/regions/it-mil/private-networks": [
    { id: idOf(76), name: "pn", region: "it-mil", tags: [] },
  ],
  "/iam/v1alpha1/ssh-keys": [
    { id: idOf(77), name: "laptop", public_key: ED25519, fingerprint: "512 MD5:aa (ssh-ed25519)" },
    { id: idOf(78), name: "broken", public_key: "ssh-rsa AAAA" },
  ],
  "/s2s-vpn/v1alpha1/regions/fr-par/connections": [
    {
      id: idOf(79),
      name: "azure",
      ...place,
      status: "active",
      tunnel_status: "up",
      esp_ciphers: [{ encryption: "aes256gcm" }],
      customer_gateway_id: idOf(80),
    },
    { id: idOf(81), name: "odd", ...place, tunnel_status: "rekeying", esp_ciphers: [] },
  ],
};
const PERMISSIONS = [
  ...new Set(
    PROBES.flatMap(({ provides }) =>
      Object.values(provides).flatMap(({ permissions }) => permissions),
    ),
  ),
];

describe("Scaleway", async () => {
  const scaleway = await fakeScaleway(LISTS);
  const gatherAll = async (estate = {}, probes = PROBES): Promise<Gathered> => {
    const scan = scaleway.scan(estate);
    const all = await Promise.all(probes.map((probe) => scan.gather(probe)));
    return {
      observations: all.flatMap(({ observations }) => observations),
      problems: all.flatMap(({ problems }) => problems),
    };
  };
  const listed = (found: Gathered) =>
    found.observations.flatMap(({ facet, value }) =>
      facet === "inventory" && "items" in value ? [value] : [],
    );

  test("everything is listed with its place and tags", async () => {
    const found = await gatherAll();
    expect(found.problems.map(({ subject, facets }) => [subject?.name, ...facets])).toEqual([
      ["broken", "sshKeys"],
    ]);
    expect(listed(found).every(({ complete }) => complete)).toBe(true);
    const items = listed(found).flatMap(({ items }) => items);
    expect(items.find(({ name }) => name === "golden")).toMatchObject({
      kind: "scaleway/image",
      region: "nl-ams",
    });
    expect(items.find(({ name }) => name === "token")?.tags).toEqual({
      environment: "production",
      plain: "",
    });
    expect(items.find(({ name }) => name === "laptop")).toMatchObject({ region: null, tags: null });
  });

  test("facets", async () => {
    const found = await gatherAll();
    expect(facetOf(found, "block", "location")).toEqual({
      regions: ["fr-par"],
      zones: ["fr-par-1"],
    });
    expect(facetOf(found, "block", "encryption")).toMatchObject({ enabled: null });
    expect(facetOf(found, "sessions", "transport")).toMatchObject({ secureOnly: false });
    expect(facetOf(found, "sessions", "exposure")).toMatchObject({ openNetwork: true });
    expect(facetOf(found, "images", "exposure")).toMatchObject({ anonymousAccess: true });
    // The fingerprint's count is another's word; the key is of 256 bits.
    expect(facetOf(found, "laptop", "sshKeys")?.keys).toEqual([
      { name: "laptop", algorithm: "ed25519", bits: 256 },
    ]);
    expect(facetOf(found, "azure", "link")).toMatchObject({
      kind: "vpn",
      encrypted: true,
      tunnels: [{ name: "azure", up: true }],
    });
    expect(facetOf(found, "odd", "link")).toMatchObject({
      encrypted: null,
      tunnels: [{ up: null }],
    });
  });

  test.each(PERMISSIONS)("without %s only what needs it is missing", async (permission) => {
    const probes = PROBES.filter(({ provides }) =>
      Object.values(provides).some(({ permissions }) => permissions.includes(permission)),
    );
    const whole = await gatherAll({}, probes);
    const found = await gatherAll({ lacks: new Set([permission]) }, probes);
    const denied = found.problems.filter(({ reason }) => reason === "denied");
    expect(denied.length).toBeGreaterThan(0);
    for (const problem of denied) expect(problem.permission).toBe(permission);
    const others = (one: Gathered) =>
      one.observations
        .filter(({ facet, subject }) => facet !== "inventory" && !lost.has(subject.name))
        .map(({ facet, subject }) => `${subject.name} ${facet}`);
    const lost = new Set(
      listed(whole)
        .filter(({ kinds }) =>
          denied.some((problem) => problem.kinds.some((kind) => kinds.includes(kind))),
        )
        .flatMap(({ items }) => items.map(({ name }) => name)),
    );
    expect(others(found)).toEqual(others(whole));
    // Nothing that was denied is an empty listing.
    for (const { kinds, complete } of listed(found)) {
      if (
        denied.some(
          (problem) =>
            problem.kinds.some((kind) => kinds.includes(kind)) &&
            problem.subject?.kind === "target",
        )
      ) {
        expect(complete).toBe(false);
      }
    }
  });

  test("a key that is not accepted says so once for each place, and lists nothing", async () => {
    const found = await scaleway.scan({ secretKey: "another" }).gather(sshKeys);
    expect(found.observations).toEqual([]);
    expect(found.problems).toMatchObject([{ reason: "denied" }]);
    expect(found.problems[0]?.message).toContain("did not accept the credentials");
  });

  test.each([
    ["no list", { kind: "body", body: '{"total_count":0}' }, "malformed"],
    ["no total", { kind: "body", body: '{"ssh_keys":[]}' }, "malformed"],
    ["fewer than it says", { kind: "body", body: '{"ssh_keys":[],"total_count":3}' }, "malformed"],
    [
      "an entry without id",
      { kind: "body", body: '{"ssh_keys":[{}],"total_count":1}' },
      "malformed",
    ],
    [
      "an id that is a path",
      { kind: "body", body: '{"ssh_keys":[{"id":"../x"}],"total_count":1}' },
      "malformed",
    ],
    ["no JSON", { kind: "body", body: "<html>" }, "malformed"],
    ["a failure", { kind: "status", status: 500 }, "unreachable"],
    ["throttling", { kind: "status", status: 429 }, "throttled"],
  ] as const)("%s is no listing", async (_, fault, reason) => {
    scaleway.api.setFaults({ path: /ssh-keys/, fault });
    const found = await scaleway.scan().gather(sshKeys);
    expect(found.observations).toEqual([]);
    expect(found.problems).toMatchObject([{ facets: ["inventory"], reason }]);
  });

  test("one page more than the first is followed, by count and by header", async () => {
    const lists = {
      "/iam/v1alpha1/ssh-keys": Array.from({ length: 7 }, (_, at) => ({
        id: idOf(at),
        name: `k${at}`,
        public_key: ED25519,
      })),
      "/instance/v1/zones/fr-par-1/ips": Array.from({ length: 7 }, (_, at) => ({
        id: idOf(100 + at),
        zone: "fr-par-1",
        tags: [],
      })),
    };
    const scan = scaleway.scan({ lists, pageSize: 3 });
    expect(listed(await scan.gather(sshKeys))[0]?.items).toHaveLength(7);
    const ips = listed(await scan.gather(network)).find(({ kinds }) =>
      kinds.includes("scaleway/ip"),
    );
    expect(ips).toMatchObject({ complete: true, items: { length: 7 } });
  });

  test("what the server repeats of the key is kept nowhere", async () => {
    scaleway.api.setFaults({ path: /./, fault: { kind: "echo", status: 400 } });
    const scan = scaleway.scan();
    for (const probe of PROBES) {
      const found = await scan.gather(probe);
      expect(found.problems.length).toBeGreaterThan(0);
      expect(JSON.stringify([found, scan.logged])).not.toContain(SECRET);
    }
  });
});

describe("a target that cannot be asked", async () => {
  const scaleway = await fakeScaleway({}, { credentials: { env: { secretKey: "GONE" } } });
  test("names the variable that is not set", async () => {
    const found = await scaleway.scan().gather(sshKeys);
    expect(found.problems).toMatchObject([{ reason: "denied" }]);
    expect(found.problems[0]?.message).toContain("GONE");
  });
  const bare = await fakeScaleway({}, { credentials: undefined });
  test("takes the key of Scaleway's own tools where it names none", async () => {
    const without = await bare.scan().gather(sshKeys);
    expect(without.problems[0]?.message).toContain("secretKey");
    const environment = { SCW_SECRET_KEY: SECRET };
    const found = await bare.scan({}, { environment }).gather(sshKeys);
    expect(found.problems).toEqual([]);
  });
});
