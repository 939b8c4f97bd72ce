/** Whole scans of a simulated account of a vendor, each after a change of what its API answers, judged by claims both kept and broken. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { controls } from "#controls/index.ts";
import { readableBy } from "#derive/readable.ts";
import { kindOf } from "#facts/kinds.ts";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import { startRest, type FakeRest, type RestOptions } from "#fixtures/estate/rest/server.ts";
import { estateSchema } from "#model/estate.ts";
import { expectationOf } from "#model/expectation.ts";
import type { Check } from "#model/policy.ts";
import type { ProbeEntry } from "#model/probe.ts";
import { probes } from "#probes/index.ts";
import { wholeScan, type WholeScan } from "../support/whole-scan.ts";
import { policy } from "../support/evidence.ts";

export const NOW = new Date("2026-06-01T12:00:00Z");

/** What is expected of everything that a control can judge: what good accounts keep, and what they break. */
const EXPECTED: readonly (readonly [control: string, expected: object])[] = [
  ["data-residency", { countries: ["FR", "FI"] }],
  ["data-residency", { countries: ["DE"] }],
  ["encryption-at-rest", {}],
  ["encryption-at-rest", { algorithms: ["AES-256"] }],
  ["encryption-at-rest", { keyManagement: "customer" }],
  ["public-access", {}],
  ["public-access", { openNetwork: "forbidden" }],
  ["internet-exposure", { databasePorts: "closed", defaultInbound: "deny", firewall: "required" }],
  ["internet-exposure", { onlyPorts: [9] }],
  ["access-restriction", { rules: "declared-ranges-only", ports: "all" }],
  ["backup-access", { principals: [] }],
  ["backup-coverage", {}],
  ["backup-coverage", { otherRegion: true }],
  ["backup-frequency", { maxInterval: "P1D" }],
  ["backup-frequency", { maxInterval: "PT1M" }],
  ["backup-immutability", { mode: "governance" }],
  ["backup-immutability", { mode: "compliance", minimum: "P10Y" }],
  ["backup-location", { countries: ["FR", "FI"] }],
  ["backup-location", { countries: ["DE"] }],
  ["backup-location", { minimumSites: 2, apartFromProtectedData: true }],
  ["backup-retention", { minimum: "P2D" }],
  ["backup-retention", { minimum: "P9Y" }],
  ["backup-retention", { maximum: "P1D" }],
  ["backup-retention", { maximum: "P9Y" }],
  ["recovery-point-age", { maxGap: "P2D", window: "P2D" }],
  ["recovery-point-age", { maxGap: "PT1M", window: "P30D" }],
  ["recovery-point-age", { maxAge: "P2D" }],
  ["recovery-point-age", { maxAge: "PT1M" }],
  ["ddos-protection", {}],
  ["geo-replication", {}],
  ["https-only", {}],
  ["key-rotation", {}],
  ["key-rotation", { maximumPeriodDays: 1 }],
  ["log-retention", { minimum: "P10D" }],
  ["log-retention", { maximum: "P10D" }],
  ["mfa-enforced", {}],
  ["private-interconnect", { anyOf: ["vpn-tunnel-up", "private-network-up"] }],
  [
    "private-interconnect",
    { anyOf: ["vpn-tunnel-up", "private-network-up"], encrypted: "required" },
  ],
  ["private-interconnect", { anyOf: ["vpn-tunnel-up", "private-network-up"], minimumTunnels: 9 }],
  ["service-monitoring", { alertPolicies: "required", uptimeChecks: "required" }],
  ["ssh-key-strength", { minimumRsaBits: 2048 }],
  ["ssh-key-strength", { minimumRsaBits: 1024 }],
  ["ssh-key-strength", { minimumRsaBits: 8192, alsoAllowed: [] }],
  ["tls-protocol-versions", { allowed: ["TLSv1.2", "TLSv1.3"] }],
  ["tls-protocol-versions", { allowed: ["TLSv1.3"] }],
  ["zone-redundancy", { minimumZones: 2 }],
  ["zone-redundancy", { minimumZones: 1 }],
  ["zone-redundancy", { minimumZones: 9, totalZones: 1 }],
];

/** A vendor's account and how it is reached. */
export interface Vendor {
  readonly provider: "ovh" | "gcp" | "upcloud" | "scaleway";
  readonly api: Omit<RestOptions, "authority">;
  /** The target as the estate's file writes it, given the fake's address. */
  readonly target: (url: string) => Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string>>;
}

export interface VendorScans extends WholeScan {
  readonly api: FakeRest;
  readonly entries: readonly ProbeEntry[];
  readonly close: () => Promise<void>;
}

/** Starts the vendor's fake. Probes that ask by S3 are left out: they have a protocol of their own. */
export async function vendorScans(vendor: Vendor): Promise<VendorScans> {
  const authority = makeAuthority();
  const folder = mkdtempSync(join(tmpdir(), "probity-vendor-"));
  const caFile = join(folder, "ca.pem");
  writeFileSync(caFile, authority.caPem);
  const api = await startRest({ ...vendor.api, authority });
  const estate = estateSchema.parse({
    version: 1,
    targets: [{ id: "vendor", provider: vendor.provider, caFile, ...vendor.target(api.url) }],
  });
  const entries = probes.filter(
    ({ provider, id }) => provider === vendor.provider && !/scaleway-object|s3/.test(id),
  );
  const readable = readableBy(entries);
  const kinds = [...new Set(entries.flatMap((entry) => entry.kinds))].filter(
    (kind) => kind !== "*",
  );
  const POLICY = policy(
    EXPECTED.flatMap(([name, expected]) => {
      const control = controls.get(name);
      if (control === undefined) throw new Error(name);
      const given: Check["expect"] = JSON.parse(
        JSON.stringify(expectationOf(control).parse(expected)),
      );
      const own = kinds.filter((kind) =>
        kindOf(kind)?.facets.some((facet) => control.needs.includes(facet)),
      );
      const whole = { checks: [{ control: name, expect: given }] };
      return own.length === 0
        ? []
        : [
            whole,
            ...own.map((kind) => ({
              checks: [{ control: name, expect: given, scope: { kinds: [kind] } }],
            })),
          ];
    }),
  );
  const scan = wholeScan({
    policy: POLICY,
    estate,
    entries,
    readable,
    environment: vendor.environment,
    now: NOW,
  });
  return {
    ...scan,
    api,
    entries,
    close: async () => {
      await api.close();
      rmSync(folder, { recursive: true });
    },
  };
}
