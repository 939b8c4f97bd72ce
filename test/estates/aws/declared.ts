import type { Estate } from "#model/estate.ts";
import { controls } from "#controls/index.ts";
import { expectationOf } from "#model/expectation.ts";
import type { Check, Policy } from "#model/policy.ts";
import { estate, policy } from "../../support/evidence.ts";
import { OFFICE } from "./network.ts";
import { PARIS } from "./seed.ts";

const STORES = ["AWS::RDS::DBInstance", "AWS::EFS::FileSystem"];
const BACKED_UP = ["AWS::EC2::Volume", "AWS::RDS::DBInstance", "AWS::DynamoDB::Table"];

/** One check a promise; its id is that of the control, but where a control is asked twice. */
export const CHECKS: readonly Asked[] = [
  { id: "data-residency", expect: { regions: [PARIS] } },
  { id: "encryption-at-rest", expect: {} },
  { id: "public-access", expect: { openNetwork: "allowed" } },
  { id: "https-only", expect: {} },
  {
    id: "tls-protocol-versions",
    expect: { allowed: ["TLSv1.2", "TLSv1.3"] },
    scope: { kinds: ["*Listener", "*Distribution"] },
  },
  { id: "internet-exposure", expect: { managementPorts: "closed", databasePorts: "closed" } },
  { id: "access-restriction", expect: { rules: "declared-ranges-only", ports: "administration" } },
  { id: "ssh-key-strength", expect: { minimumRsaBits: 2048 } },
  { id: "zone-redundancy", expect: { minimumZones: 2 }, scope: { kinds: STORES } },
  {
    id: "zone-redundancy-3",
    control: "zone-redundancy",
    expect: { minimumZones: 3 },
    scope: { kinds: ["*AutoScalingGroup", "*V2::LoadBalancer"] },
  },
  {
    id: "log-retention",
    expect: { minimum: "P30D", maximum: "P3M" },
    scope: { kinds: ["AWS::Logs::LogGroup"] },
  },
  { id: "key-rotation", expect: {} },
  { id: "backup-coverage", expect: {}, scope: { kinds: BACKED_UP } },
  { id: "backup-frequency", expect: { maxInterval: "P1D" }, scope: { kinds: BACKED_UP } },
  {
    id: "backup-retention",
    expect: { retention: "P30D", tolerance: "P6D" },
    scope: { kinds: BACKED_UP },
  },
  {
    id: "recovery-point-age",
    expect: { maxGap: "P1D", tolerance: "PT6H" },
    scope: { kinds: ["AWS::EC2::Volume"] },
  },
  { id: "recovery-test-age", expect: { maxAge: "P1Y" } },
  {
    id: "backup-access",
    expect: { principals: ["technical-leads"] },
    scope: { kinds: ["AWS::Backup::BackupVault"] },
  },
  { id: "backup-immutability", expect: {}, scope: { kinds: ["AWS::Backup::BackupVault"] } },
  { id: "audit-logging", expect: { integrity: "required" } },
  { id: "threat-detection", expect: {} },
  { id: "vulnerability-scanning", expect: {} },
  { id: "ddos-protection", expect: {} },
  { id: "password-policy", expect: { minimumLength: 12 } },
  { id: "mfa-enforced", expect: { root: "optional" } },
  { id: "privileged-access", expect: { writers: ["technical-leads", "claranet"] } },
  { id: "private-interconnect", expect: { anyOf: ["vpn-tunnel-up"] } },
];

interface Asked {
  readonly id: string;
  /** The id when left out. */
  readonly control?: string;
  readonly expect: Readonly<Record<string, unknown>>;
  readonly scope?: { readonly kinds: readonly string[] };
}

export function policyOf(): Policy {
  return policy(
    CHECKS.filter(({ id, control }) => controls.has(control ?? id)).map(
      ({ id, control: name = id, expect, scope }) => {
        const control = controls.get(name);
        if (control === undefined) return { id, checks: [] };
        const parsed: Check["expect"] = expectationOf(control).parse(expect);
        return {
          id,
          checks: [
            {
              control: name,
              expect: parsed,
              scope: { providers: ["aws"], kinds: [...(scope?.kinds ?? ["*"])] },
            },
          ],
        };
      },
    ),
  );
}

/** The estate: one account by its own keys, two by a role with an external id. */
export function estateOf(url: string, main: string, members: readonly string[]): Estate {
  const keys = { env: { accessKeyId: "SEED_KEY", secretAccessKey: "SEED_SECRET" } };
  const target = (id: string, account: string, credentials: object) => ({
    id,
    provider: "aws",
    account,
    regions: [PARIS],
    endpoints: { api: url },
    labels: ["production"],
    credentials: { ...keys, ...credentials },
  });
  return estate({
    targets: [
      target("main", main, {}),
      ...members.map((account) =>
        target(`member-${account}`, account, {
          roleArn: `arn:aws:iam::${account}:role/probity`,
          externalIdFrom: "SEED_EXTERNAL_ID",
        }),
      ),
    ],
    labels: [
      {
        label: "technical-leads",
        match: { ids: ["arn:aws:iam::*:role/technical-lead", "arn:aws:iam::*:user/alice"] },
      },
      { label: "claranet", match: { ids: ["arn:aws:iam::*:role/claranet"] } },
    ],
    ranges: [{ name: "office", ranges: [OFFICE] }],
  });
}
