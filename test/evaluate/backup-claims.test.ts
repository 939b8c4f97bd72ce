import { expect, test } from "vitest";
import { controls } from "#controls/index.ts";
import { evaluate } from "#evaluate/evaluate.ts";
import type { AccessGrant } from "#model/backup-facets.ts";
import type { Attestation } from "#model/exceptions.ts";
import type { Observation } from "#model/evidence.ts";
import type { Check } from "#model/policy.ts";
import { bucket, estate, evidence, inventory, NOW, observe, policy } from "../support/evidence.ts";

const REST = "access by ways that no policy shows";
const ATTESTED: Attestation = {
  id: "access-2026",
  claims: ["test/claim-0"],
  covers: [REST],
  owner: "Security lead",
  reason: "reviewed",
  date: "2026-01-01",
  expires: "2026-12-31",
  evidence: { file: "review.pdf", sha256: "a".repeat(64) },
  actualSha256: "a".repeat(64),
};
const LEAD: AccessGrant = { principal: "lead", labels: [], actions: [], conditions: [] };
const STRANGER: AccessGrant = { ...LEAD, principal: "stranger" };
const BUCKET = bucket("backups");
const VAULT = bucket("vault", { kind: "AWS::Backup::BackupVault", id: "vault" });
const POINT = bucket("point", { kind: "AWS::Backup::RecoveryPoint", id: "point" });

/** The verdict of a claim of this check, which has the rest attested. */
function verdict(
  check: { readonly control: string; readonly expect: Check["expect"] },
  observations: readonly Observation[],
  attestations: readonly Attestation[],
) {
  const kinds = ["AWS::S3::Bucket", "AWS::Backup::BackupVault", "AWS::Backup::RecoveryPoint"];
  const report = evaluate({
    policies: [
      policy([
        { checks: [{ ...check, scope: { kinds } }], attest: [{ covers: REST, maxAge: "P1Y" }] },
      ]),
    ],
    estate: estate({ labels: [{ label: "leads", match: { ids: ["lead"] } }] }),
    attestations,
    waivers: [],
    evidence: evidence(observations),
    controls,
    readable: () => true,
    now: NOW,
    tool: { name: "probity", version: "0" },
  });
  return report.claims[0]?.verdict;
}

const access = (
  unseen: string,
  grants: readonly AccessGrant[],
  attestations: readonly Attestation[],
) =>
  verdict(
    { control: "backup-access", expect: { principals: ["leads"], unseen } },
    [
      inventory([BUCKET], { kinds: ["*"] }),
      observe(BUCKET, "accessPolicy", { grants, unseen: ["identity policies"] }),
    ],
    attestations,
  );

test.each([
  ["a clean policy alone", "attested", [LEAD], [], "unverified"],
  ["a clean policy, the rest attested", "attested", [LEAD], [ATTESTED], "attested"],
  [
    "a clean policy, where nothing is left to attestations",
    "unknown",
    [LEAD],
    [ATTESTED],
    "unverified",
  ],
  ["a stranger, the rest attested", "attested", [STRANGER], [ATTESTED], "violated"],
  [
    "a stranger under a condition, the rest attested",
    "attested",
    [{ ...STRANGER, conditions: ["from somewhere"] }],
    [ATTESTED],
    "unverified",
  ],
] as const)("access: %s", (_, unseen, grants, attestations, expected) => {
  expect(access(unseen, grants, attestations)).toBe(expected);
});

const sites = (usable: boolean, minimumSites: number, attestations: readonly Attestation[]) =>
  verdict(
    { control: "backup-location", expect: { minimumSites, countries: ["FR"], unseen: "attested" } },
    [
      inventory([VAULT, POINT], { kinds: ["*"] }),
      observe(POINT, "recoveryPoint", {
        of: null,
        at: NOW.toISOString(),
        usable,
        deletedAt: null,
        state: "COMPLETED",
      }),
    ],
    attestations,
  );

test.each([
  ["one, which is seen", true, 1, [ATTESTED], "attested"],
  ["three, of which one is seen and the zones are attested", true, 3, [ATTESTED], "attested"],
  ["three, of which one is seen", true, 3, [], "unverified"],
  ["one, where a vault is all that is seen", false, 1, [ATTESTED], "unverified"],
] as const)("sites: %s", (_, usable, minimumSites, attestations, expected) => {
  expect(sites(usable, minimumSites, attestations)).toBe(expected);
});

test("without any recovery test, a claim of them is violated; where nobody listed, unverified", () => {
  const check = { control: "recovery-test-age", expect: { maxAge: "P1Y" } };
  const judged = (observations: readonly Observation[]) =>
    evaluate({
      policies: [policy([{ checks: [check] }])],
      estate: estate({ labels: [{ label: "leads", match: { ids: ["lead"] } }] }),
      attestations: [],
      waivers: [],
      evidence: evidence(observations),
      controls,
      readable: () => true,
      now: NOW,
      tool: { name: "probity", version: "0" },
    }).claims[0]?.verdict;
  expect(judged([inventory([], { kinds: ["AWS::Backup::RestoreTestingPlan"] })])).toBe("violated");
  expect(judged([])).toBe("unverified");
});
