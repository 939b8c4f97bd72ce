import type { Check } from "#model/policy.ts";

/** A promise of the company; its id is that of the control, unless that is asked twice. */
export interface Asked {
  readonly id: string;
  readonly control?: string;
  readonly expect: Check["expect"];
  readonly kinds?: readonly string[];
}

/** One for each control that reads Azure. */
export const CHECKS: readonly Asked[] = [
  { id: "data-residency", expect: { regions: ["francecentral", "francesouth"] } },
  { id: "encryption-at-rest", expect: { algorithms: ["AES-256"] } },
  { id: "public-access", expect: { openNetwork: "forbidden" } },
  { id: "https-only", expect: { hsts: "optional" } },
  { id: "tls-protocol-versions", expect: { allowed: ["TLSv1.2", "TLSv1.3"] } },
  {
    id: "internet-exposure",
    expect: { managementPorts: "closed", databasePorts: "closed", firewall: "required" },
  },
  {
    id: "access-restriction",
    expect: { rules: "declared-ranges-only", ports: "all" },
    kinds: ["Microsoft.Web/*", "Microsoft.App/*"],
  },
  { id: "zone-redundancy", expect: { minimumZones: 2, geoRedundantCounts: true } },
  {
    id: "geo-replication",
    expect: { regions: ["francesouth"], maxLag: "PT15M" },
    kinds: ["Microsoft.Storage/storageAccounts", "Microsoft.Compute/virtualMachines"],
  },
  {
    id: "geo-copies",
    control: "geo-replication",
    expect: { regions: ["francesouth"] },
    kinds: ["Microsoft.Sql/*", "Microsoft.DBfor*", "Microsoft.DocumentDB/*"],
  },
  { id: "backup-frequency", expect: { maxInterval: "P1D" } },
  {
    id: "backup-retention",
    expect: { minimum: "P30D" },
    kinds: [
      "Microsoft.Compute/virtualMachines",
      "Microsoft.Sql/servers/databases",
      "Microsoft.DBfor*",
    ],
  },
  {
    id: "recovery-point-age",
    expect: { maxGap: "P1D", tolerance: "PT4H", window: "P30D" },
    kinds: ["Microsoft.Compute/virtualMachines", "Microsoft.DBfor*", "*/protectedItems"],
  },
  { id: "recovery-test-age", expect: { maxAge: "P1Y" } },
  { id: "backup-immutability", expect: { mode: "compliance" } },
  { id: "audit-logging", expect: { events: "writes", destination: "required" } },
  { id: "threat-detection", expect: {} },
  { id: "vulnerability-scanning", expect: {} },
  {
    id: "ddos-protection",
    expect: { level: "advanced" },
    kinds: ["Microsoft.Network/publicIPAddresses"],
  },
  { id: "privileged-access", expect: { writers: ["leads"] } },
  { id: "ssh-key-strength", expect: { minimumRsaBits: 3072 } },
  {
    id: "log-retention",
    expect: { minimum: "P30D", maximum: "P3M" },
    kinds: ["Microsoft.OperationalInsights/workspaces"],
  },
  { id: "key-rotation", expect: {} },
  { id: "web-application-firewall", expect: { mode: "prevention", managedRuleSet: "required" } },
];
