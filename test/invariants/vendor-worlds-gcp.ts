import { generateKeyPairSync } from "node:crypto";
import type { GcpEstate, GcpProject } from "#fixtures/estate/gcp/estate.ts";
import { keptProject, PROJECT } from "#fixtures/estate/gcp/kept.ts";
import { gcpOptions } from "#fixtures/estate/gcp/server.ts";
import { NOW, type Vendor } from "./vendor-scans.ts";

const EMAIL = `probity@${PROJECT}.iam.gserviceaccount.com`;
const ELSEWHERE = "zones/us-east1-b";
const link = (rest: string) => `https://www.googleapis.com/compute/v1/projects/${PROJECT}/${rest}`;

/** The project in which everything is kept, and beside each thing another of which nothing is. */
function halfKept(): GcpProject {
  const kept = keptProject(NOW);
  const { aggregated = {}, global = {}, networks = {}, keyRings = {} } = kept;
  const own = (field: string, scope: string, entry: Readonly<Record<string, unknown>>) => ({
    [field]: {
      ...aggregated[field],
      [scope]: [
        ...(aggregated[field]?.[scope] ?? []),
        { selfLink: link(`${scope}/${field}/${String(entry["name"])}`), ...entry },
      ],
    },
  });
  return {
    ...kept,
    buckets: [
      ...(kept.buckets ?? []).map((one) => ({ ...one, objects: one.objects?.slice(0, 60) ?? [] })),
      {
        resource: {
          kind: "storage#bucket",
          name: "open",
          location: "US-EAST1",
          locationType: "region",
          iamConfiguration: {
            uniformBucketLevelAccess: { enabled: false },
            publicAccessPrevention: "inherited",
          },
          acl: [{ entity: "allUsers", role: "READER" }],
          lifecycle: {
            rule: [
              { action: { type: "Delete" }, condition: { age: 7 } },
              { action: { type: "SetStorageClass" }, condition: { age: 3 } },
            ],
          },
        },
        iam: { bindings: [{ role: "roles/storage.objectViewer", members: ["allUsers"] }] },
      },
      {
        resource: {
          kind: "storage#bucket",
          name: "by-iam-alone",
          location: "EUROPE-NORTH1",
          locationType: "region",
          versioning: { enabled: false },
          iamConfiguration: {
            uniformBucketLevelAccess: { enabled: true },
            publicAccessPrevention: "inherited",
          },
        },
        managedFolders: [{ kind: "storage#managedFolder", name: "all/" }],
      },
    ],
    aggregated: {
      ...aggregated,
      ...own("disks", ELSEWHERE, {
        name: "scratch",
        zone: link(ELSEWHERE),
        type: link(`${ELSEWHERE}/diskTypes/pd-ssd`),
        diskEncryptionKey: { kmsKeyName: "projects/p/locations/l/keyRings/r/cryptoKeys/k" },
      }),
      ...own("instances", ELSEWHERE, {
        name: "scratch",
        zone: link(ELSEWHERE),
        status: "RUNNING",
        networkInterfaces: [
          {
            network: link("global/networks/default"),
            accessConfigs: [{ type: "ONE_TO_ONE_NAT", natIP: "34.88.0.8" }],
          },
        ],
      }),
      ...own("vpnTunnels", "regions/us-east1", {
        name: "down",
        status: "STOPPED",
        peerIp: "192.0.2.1",
      }),
      ...own("targetHttpsProxies", "global", { name: "without-policy" }),
    },
    global: {
      ...global,
      snapshots: [
        ...(global["snapshots"] ?? []),
        {
          name: "scratch-1",
          selfLink: link("global/snapshots/scratch-1"),
          sourceDisk: link(`${ELSEWHERE}/disks/scratch`),
          status: "READY",
          creationTimestamp: "2026-05-20T00:00:00Z",
          storageLocations: ["us"],
        },
      ],
      images: [{ name: "base", selfLink: link("global/images/base"), storageLocations: ["eu"] }],
      targetSslProxies: [{ name: "mail", selfLink: link("global/targetSslProxies/mail") }],
    },
    networks: {
      ...networks,
      default: {
        firewalls: [
          {
            name: "all",
            direction: "INGRESS",
            priority: 1000,
            disabled: false,
            sourceRanges: ["0.0.0.0/0"],
            allowed: [{ IPProtocol: "tcp" }],
          },
        ],
        firewallPolicys: [
          {
            type: "HIERARCHY",
            name: "1",
            rules: [
              {
                action: "deny",
                direction: "INGRESS",
                priority: 10,
                match: {
                  srcIpRanges: ["192.0.2.0/24"],
                  layer4Configs: [{ ipProtocol: "tcp", ports: ["22"] }],
                },
              },
            ],
          },
        ],
      },
    },
    sql: [
      ...(kept.sql ?? []),
      {
        instance: {
          kind: "sql#instance",
          name: "open",
          project: PROJECT,
          region: "us-east1",
          gceZone: "us-east1-b",
          databaseVersion: "MYSQL_8_0",
          state: "RUNNABLE",
          settings: {
            availabilityType: "ZONAL",
            backupConfiguration: { enabled: false },
            ipConfiguration: {
              sslMode: "ALLOW_UNENCRYPTED_AND_ENCRYPTED",
              ipv4Enabled: true,
              authorizedNetworks: [{ value: "0.0.0.0/0", kind: "sql#aclEntry" }],
            },
          },
        },
        runs: [{ id: "1", status: "SUCCESSFUL", endTime: "2026-05-20T00:00:00Z", location: "us" }],
      },
    ],
    keyRings: {
      ...keyRings,
      old: [
        {
          name: `projects/${PROJECT}/locations/europe-north1/keyRings/old/cryptoKeys/never`,
          purpose: "ENCRYPT_DECRYPT",
        },
      ],
    },
  };
}

export function gcpVendor(): Vendor {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const estate: GcpEstate = {
    serviceAccounts: [{ email: EMAIL, keyId: "key-1", publicKey }],
    projects: [halfKept()],
    pageSize: 40,
  };
  return {
    provider: "gcp",
    api: gcpOptions(
      () => estate,
      () => NOW,
    ),
    target: (url) => ({
      projects: [PROJECT],
      endpoints: { api: url, token: url },
      credentials: { env: { key: "KEY" } },
      backups: [{ id: "hourly", bucket: "sign-backups", prefix: "dumps/" }],
    }),
    environment: {
      KEY: JSON.stringify({
        type: "service_account",
        private_key_id: "key-1",
        private_key: privateKey,
        client_email: EMAIL,
      }),
    },
  };
}
