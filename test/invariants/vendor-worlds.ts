/** Accounts of vendors in which some promises are kept and others broken, for every kind that a probe reads. */
import * as scaleway from "#fixtures/estate/scaleway/entries.ts";
import { scalewayApi } from "#fixtures/estate/scaleway/server.ts";
import { COMPLETE } from "#fixtures/estate/upcloud/complete.ts";
import * as up from "#fixtures/estate/upcloud/resources.ts";
import { upcloudApi } from "#fixtures/estate/upcloud/server.ts";
import { NOW, type Vendor } from "./vendor-scans.ts";
import { gcpVendor } from "./vendor-worlds-gcp.ts";
import { ovhVendor } from "./vendor-worlds-ovh.ts";

const SECRET = "a-secret-of-the-simulation";
const daysAgo = (days: number) => new Date(NOW.getTime() - days * 86_400_000);

function upcloud(): Vendor {
  const { uuid } = up;
  const [WEB, OPEN, DISK, LINK] = [uuid("00", 7), uuid("00", 8), uuid("01", 7), uuid("10", 7)];
  const account = {
    ...COMPLETE,
    type: "main" as const,
    servers: [...(COMPLETE.servers ?? []), up.server(WEB), up.server(OPEN, { firewall: "off" })],
    firewalls: {
      ...COMPLETE.firewalls,
      [WEB]: [
        up.rule(1, "drop", up.tcp(443)),
        up.rule(2, "accept", up.tcp(22)),
        up.rule(3, "accept", up.tcp(443)),
        up.rule(4, "drop"),
      ],
    },
    storages: [
      ...(COMPLETE.storages ?? []),
      up.storage(DISK, { backup_rule: {}, encrypted: "no", zone: "de-fra1" }),
      up.storage(uuid("01", 8)),
      up.backup(uuid("01", 9), DISK, daysAgo(9).toISOString(), {
        zone: "uk-lon1",
        encrypted: "no",
      }),
    ],
    databases: [
      ...(COMPLETE.databases ?? []),
      up.database(uuid("09", 7), {
        zone: "de-fra1",
        properties: { public_access: true, ip_filter: ["0.0.0.0/0"] },
      }),
    ],
    objectStorages: [
      ...(COMPLETE.objectStorages ?? []),
      up.objectStorage(uuid("12", 7), { region: "europe-2" }),
    ],
    gateways: [...(COMPLETE.gateways ?? []), up.gateway(LINK)],
    connections: {
      ...COMPLETE.connections,
      [LINK]: [up.connection("azure", up.tunnel("first", "idle", { phase2_algorithms: ["null"] }))],
    },
  };
  return {
    provider: "upcloud",
    api: upcloudApi({ account, keys: { token: SECRET, password: "-" }, now: () => NOW }),
    target: (url) => ({
      endpoints: { api: `${url}/1.3` },
      credentials: { env: { token: "TOKEN" } },
    }),
    environment: { TOKEN: SECRET },
  };
}

function scalewayVendor(): Vendor {
  const { backup, database, idOf, rule, securityGroup, server, volume } = scaleway;
  const zone = "/instance/v1/zones/fr-par-1";
  const place = { region: "fr-par", tags: [] };
  const address = { public_ips: [{ address: "51.15.0.10" }] };
  const RSA =
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDVEVZNvKEIpEGIIkpPYtHYHiMTBzKMw6c1nxJ8bGBS9sYyTkzbEQ0OyIVzRVKyFfl3Qw3MQFLbL1HYHtVnbDDkCRV1XnNXpZlmmEd0c1JpWrXyAUM9ZpgsMMhN4NX1n1S5f5dWnDcRhMMWzlqkgKi5lTFaBwZIVXnAyTVuNrIr5Q== old";
  const ED25519 =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0aR4VdbOWdQ4ZgcAM0lYWLQpbBKM9ItTAtpQiwa2xM someone@host";
  const lists = {
    [`${zone}/servers`]: [
      server(5, "web", address),
      server(6, "admin", { ...address, security_group: { id: idOf(2), name: "open" } }),
    ],
    [`${zone}/security_groups`]: [
      securityGroup(1, "web"),
      securityGroup(2, "open", { inbound_default_policy: "accept" }),
      securityGroup(3, "ssh"),
    ],
    [`${zone}/security_groups/${idOf(1)}/rules`]: [rule(1, { dest_port_from: 443 })],
    [`${zone}/security_groups/${idOf(2)}/rules`]: [rule(1, { dest_port_from: 22, action: "drop" })],
    [`${zone}/security_groups/${idOf(3)}/rules`]: [
      rule(1, { dest_port_from: 22, action: "drop", ip_range: "192.0.2.0/24" }),
      rule(2, { dest_port_from: 22 }),
    ],
    [`${zone}/volumes`]: [volume(60, "local")],
    "/instance/v1/zones/nl-ams-2/images": [volume(61, "golden", { zone: "nl-ams-2" })],
    "/block/v1/zones/fr-par-1/volumes": [volume(62, "block")],
    "/block/v1/zones/fr-par-1/snapshots": [volume(63, "block-snapshot")],
    "/rdb/v1/regions/fr-par/instances": [
      database(10, "main"),
      database(11, "open", {
        is_ha_cluster: false,
        backup_same_region: false,
        encryption: { enabled: false },
        endpoints: [{ id: idOf(511), ip: "51.15.0.4", port: 5432, load_balancer: {} }],
        backup_schedule: { frequency: 24, retention: 7, disabled: true, next_run_at: null },
      }),
    ],
    [`/rdb/v1/regions/fr-par/instances/${idOf(10)}/acls`]: [
      { ip: "192.0.2.0/24", action: "allow", direction: "inbound", port: 0, protocol: "tcp" },
    ],
    [`/rdb/v1/regions/fr-par/instances/${idOf(11)}/acls`]: [
      { ip: "0.0.0.0/0", action: "allow", direction: "inbound", port: 0, protocol: "tcp" },
    ],
    "/rdb/v1/regions/fr-par/backups": [
      ...[0.3, 1.3, 2.3, 3.3].map((days, at) => backup(20 + at, 10, daysAgo(days))),
      backup(30, 11, daysAgo(9), { same_region: false, region: "nl-ams" }),
      backup(31, 11, daysAgo(0.4), { status: "error" }),
    ],
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
      {
        id: idOf(71),
        name: "inner",
        zone: "fr-par-1",
        tags: [],
        tls_enabled: true,
        endpoints: [{ private_network: { id: idOf(76) }, ips: ["10.0.0.9"] }],
        acl_rules: [],
      },
      {
        id: idOf(90),
        name: "few",
        zone: "fr-par-1",
        tags: [],
        tls_enabled: true,
        endpoints: [{ public_network: {}, ips: ["51.15.0.2"] }],
        acl_rules: [{ ip_cidr: "192.0.2.0/24" }],
      },
    ],
    "/registry/v1/regions/fr-par/namespaces": [
      { id: idOf(72), name: "images", is_public: true, ...place },
      { id: idOf(73), name: "own", is_public: false, ...place },
    ],
    "/secret-manager/v1beta1/regions/fr-par/secrets": [{ id: idOf(74), name: "token", ...place }],
    "/mongodb/v1/regions/fr-par/instances": [{ id: idOf(75), name: "documents", ...place }],
    "/iam/v1alpha1/ssh-keys": [
      {
        id: idOf(77),
        name: "laptop",
        public_key: ED25519,
        fingerprint: "512 MD5:aa (ssh-ed25519)",
      },
      { id: idOf(78), name: "old", public_key: RSA, fingerprint: "1024 MD5:aa (ssh-rsa)" },
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
      {
        id: idOf(81),
        name: "down",
        ...place,
        status: "active",
        tunnel_status: "down",
        esp_ciphers: [],
      },
    ],
  };
  return {
    provider: "scaleway",
    api: scalewayApi(() => ({ secretKey: SECRET, lists })),
    target: (url) => ({
      endpoints: { api: url },
      credentials: { env: { secretKey: "SECRET" } },
    }),
    environment: { SECRET },
  };
}

export const VENDORS: Readonly<Record<string, () => Vendor>> = {
  upcloud,
  scaleway: scalewayVendor,
  ovh: ovhVendor,
  gcp: gcpVendor,
};
