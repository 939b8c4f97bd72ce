import { describe, expect, test } from "vitest";
import attestationControl from "#controls/governance/attestation.ts";
import { evaluate, exitCode } from "#evaluate/evaluate.ts";
import { defineControl, type Control } from "#model/control.ts";
import type { Attestation, Waiver } from "#model/exceptions.ts";
import type { Encryption } from "#model/facets.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { Check } from "#model/policy.ts";
import type { Report } from "#model/report.ts";
import { z } from "#model/schema.ts";
import type { Subject } from "#model/subject.ts";
import {
  bucket,
  estate,
  evidence,
  inventory,
  NOW,
  observe,
  policy,
  problem,
} from "../support/evidence.ts";

/** Passes what is encrypted; what nobody has set does not apply. */
const encrypted = defineControl({
  id: "encrypted",
  title: "Encrypted",
  rationale: "",
  severity: "high",
  judges: "subject",
  needs: ["encryption"],
  expectation: () => z.looseObject({}),
  evaluate: ({ facets }) => {
    const { enabled, keyManagement } = facets.encryption ?? {};
    if (keyManagement === "customer") throw new Error("not built for this");
    if (enabled === true) return { outcome: "pass", actual: true, message: "is encrypted" };
    if (enabled === false) return { outcome: "fail", actual: false, message: "is not encrypted" };
    return { outcome: "not-applicable", actual: null, message: "has nothing to encrypt" };
  },
  remediation: "encrypt it",
  references: [],
});
/** Fails where fewer than two buckets are there and nothing is missing. */
const several = defineControl({
  id: "several",
  title: "Several",
  rationale: "",
  severity: "high",
  judges: "scope",
  needs: ["encryption"],
  expectation: () => z.looseObject({}),
  evaluate: ({ readings, complete }) => [
    {
      subject: null,
      outcome: readings.length >= 2 ? "pass" : complete ? "fail" : "unknown",
      actual: readings.length,
      message: `${readings.length} seen`,
    },
  ],
  remediation: "add more",
  references: [],
});
/** Fails where none is there at all. */
const some = defineControl({ ...several, id: "some", judgesEmpty: true });
const controls = new Map<string, Control>([
  ["some", some],
  ["encrypted", encrypted],
  ["several", several],
  ["attestation", attestationControl],
]);
const check: Partial<Check> = { control: "encrypted", scope: { kinds: ["AWS::S3::Bucket"] } };

function encryption(enabled: boolean | null, fields: Partial<Encryption> = {}): Encryption {
  return {
    enabled,
    algorithm: null,
    algorithmSource: null,
    algorithmReference: null,
    keyManagement: null,
    caveat: null,
    ...fields,
  };
}

const good = bucket("good");
const bad = bucket("bad");
const other = bucket("other");
const untagged = bucket("bad", { tags: null });
const reads = (subject: Subject, enabled: boolean | null) =>
  observe(subject, "encryption", encryption(enabled));

interface Situation {
  readonly observations?: readonly Observation[];
  readonly problems?: readonly Problem[];
  readonly claim: Parameters<typeof policy>[0][number];
  readonly attestations?: readonly Attestation[];
  readonly waivers?: readonly Waiver[];
  readonly estate?: Record<string, unknown>;
  readonly complete?: boolean;
  /** Whether some probe reads what is asked for; true when left out. */
  readonly readable?: boolean;
}

function judge(situation: Situation): Report {
  return evaluate({
    policies: [policy([situation.claim])],
    estate: estate(situation.estate),
    attestations: situation.attestations ?? [],
    waivers: situation.waivers ?? [],
    evidence: {
      ...evidence(situation.observations ?? [], situation.problems),
      complete: situation.complete ?? true,
    },
    controls,
    readable: () => situation.readable ?? true,
    now: NOW,
    tool: { name: "probity", version: "0" },
  });
}

function attested(fields: Partial<Attestation> = {}): Attestation {
  return {
    id: "roles-2026",
    claims: ["test/claim-0"],
    covers: ["the part"],
    owner: "Security lead",
    reason: "reviewed",
    date: "2026-01-01",
    expires: "2026-12-31",
    evidence: { file: "review.pdf", sha256: "a".repeat(64) },
    actualSha256: "a".repeat(64),
    ...fields,
  };
}
function waiver(fields: Partial<Waiver> = {}): Waiver {
  return {
    id: "waiver-1",
    claims: ["test/*"],
    covers: { ids: ["*bad"] },
    owner: "Ops lead",
    reason: "being replaced",
    date: "2026-05-01",
    expires: "2026-06-30",
    ...fields,
  };
}

const both = [inventory([good, bad]), reads(good, true), reads(bad, false)];
const onlyGood = [inventory([good]), reads(good, true)];
const need = { covers: "the part", maxAge: "P1Y" };

const table: readonly (Situation & {
  name: string;
  verdict: string;
  exit: number;
  says?: string;
})[] = [
  {
    name: "all pass",
    claim: { checks: [check] },
    observations: onlyGood,
    verdict: "upheld",
    exit: 0,
  },
  {
    name: "any failure",
    claim: { checks: [check] },
    observations: both,
    verdict: "violated",
    exit: 1,
    says: "encrypted: 1 of 2 do not hold",
  },
  {
    name: "a failure beats what could not be read",
    claim: { checks: [check] },
    observations: [inventory([bad, good]), reads(bad, false)],
    verdict: "violated",
    exit: 1,
  },
  {
    name: "a facet that is missing without a word",
    claim: { checks: [check] },
    observations: [inventory([good, bad]), reads(good, true)],
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "a facet that was denied",
    claim: { checks: [check] },
    observations: [inventory([good, bad]), reads(good, true)],
    problems: [
      problem({
        subject: bad,
        facets: ["encryption"],
        permission: "s3:GetEncryptionConfiguration",
      }),
    ],
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "a reading that is too old for the moment of judging",
    claim: { checks: [check] },
    observations: [inventory([good]), { ...reads(good, true), observedAt: "2026-05-24T23:59:00Z" }],
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "a failure that was read too long ago says nothing of now",
    claim: { checks: [check] },
    observations: [inventory([bad]), { ...reads(bad, false), observedAt: "2026-05-24T23:59:00Z" }],
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "a reading of the last week",
    claim: { checks: [check] },
    observations: [inventory([good]), { ...reads(good, true), observedAt: "2026-05-25T00:00:00Z" }],
    verdict: "upheld",
    exit: 0,
  },
  {
    name: "a listing that is too old",
    claim: { checks: [check] },
    observations: [{ ...inventory([good]), observedAt: "2026-05-01T00:00:00Z" }, reads(good, true)],
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "no inventory at all",
    claim: { checks: [check] },
    observations: [reads(good, true)],
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "an inventory that is known to lack something",
    claim: { checks: [check] },
    observations: [inventory([good], { complete: false }), reads(good, true)],
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "kinds that nothing lists, where the scope names none",
    claim: { checks: [{ control: "encrypted" }] },
    observations: onlyGood,
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "a list of everything beside a kind's own that failed",
    claim: { checks: [check] },
    observations: [inventory([good], { kinds: ["*"] }), reads(good, true)],
    problems: [
      problem({
        kinds: ["AWS::S3::Bucket"],
        facets: ["inventory"],
        permission: "s3:ListAllMyBuckets",
      }),
    ],
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "a kind that nobody has heard of may hold data",
    claim: { checks: [{ control: "encrypted" }] },
    observations: [
      inventory([good, bucket("x", { kind: "AWS::Nobody::Knows" })], { kinds: ["*"] }),
      reads(good, true),
    ],
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "unless the estate says that it holds none",
    claim: { checks: [{ control: "encrypted" }] },
    observations: [
      inventory([good, bucket("x", { kind: "AWS::Nobody::Knows" })], { kinds: ["*"] }),
      reads(good, true),
    ],
    estate: { labels: [{ label: "no-data", match: { kinds: ["AWS::Nobody::*"] } }] },
    verdict: "upheld",
    exit: 0,
  },
  {
    name: "an empty scope",
    claim: { checks: [check] },
    observations: [inventory([])],
    verdict: "unverified",
    exit: 3,
    says: "nothing in the estate is in its scope",
  },
  {
    name: "none at all, where that is a failure",
    claim: { checks: [{ ...check, control: "some" }] },
    observations: [inventory([])],
    verdict: "violated",
    exit: 1,
    says: "1 of 1 do not hold",
  },
  {
    name: "none at all, where the scope may be empty",
    claim: {
      checks: [
        { ...check, control: "some", scope: { kinds: ["AWS::S3::Bucket"], mayBeEmpty: true } },
      ],
    },
    observations: [inventory([])],
    verdict: "not-applicable",
    exit: 0,
  },
  {
    name: "none at all, but the scope is there: the label may be missing",
    claim: { checks: [{ ...check, control: "some", scope: { labels: ["nowhere"] } }] },
    observations: [inventory([good], { kinds: ["*"] }), reads(good, true)],
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "none at all, where nobody listed any",
    claim: { checks: [{ ...check, control: "some" }] },
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "none at all, where no target has such a kind",
    claim: { checks: [{ ...check, control: "some", scope: { providers: ["ovh"] } }] },
    observations: [inventory([])],
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "a scope without a target",
    claim: { checks: [{ ...check, scope: { providers: ["ovh"] } }] },
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "an empty scope that may be empty",
    claim: { checks: [{ ...check, scope: { kinds: ["AWS::S3::Bucket"], mayBeEmpty: true } }] },
    observations: [inventory([])],
    verdict: "not-applicable",
    exit: 0,
  },
  {
    name: "an empty scope that may be empty, but was not listed",
    claim: { checks: [{ ...check, scope: { kinds: ["AWS::S3::Bucket"], mayBeEmpty: true } }] },
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "nothing that it applies to",
    claim: { checks: [check] },
    observations: [inventory([good]), reads(good, null)],
    verdict: "not-applicable",
    exit: 0,
  },
  {
    name: "a control that fails is no verdict",
    claim: { checks: [check] },
    observations: [
      inventory([good]),
      observe(good, "encryption", encryption(true, { keyManagement: "customer" })),
    ],
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "a pending check",
    claim: { checks: [check, { pending: "backup-frequency" }] },
    observations: onlyGood,
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "informational",
    claim: { informational: "nothing can see it" },
    verdict: "informational",
    exit: 0,
    says: "nothing can see it",
  },
  {
    name: "a waived failure",
    claim: { checks: [check] },
    observations: both,
    waivers: [waiver()],
    verdict: "waived",
    exit: 0,
  },
  {
    name: "a waiver on the last day",
    claim: { checks: [check] },
    observations: both,
    waivers: [waiver({ expires: "2026-06-01" })],
    verdict: "waived",
    exit: 0,
  },
  {
    name: "an expired waiver counts for nothing",
    claim: { checks: [check] },
    observations: both,
    waivers: [waiver({ expires: "2026-05-31" })],
    verdict: "violated",
    exit: 1,
  },
  {
    name: "a waiver of the future counts for nothing",
    claim: { checks: [check] },
    observations: both,
    waivers: [waiver({ date: "2026-06-02" })],
    verdict: "violated",
    exit: 1,
  },
  {
    name: "a waiver for another claim",
    claim: { checks: [check] },
    observations: both,
    waivers: [waiver({ claims: ["test/other"] })],
    verdict: "violated",
    exit: 1,
  },
  {
    name: "a waiver covers its own subjects only",
    claim: { checks: [check] },
    observations: [...both, inventory([good, bad, other]), reads(other, false)],
    waivers: [waiver()],
    verdict: "violated",
    exit: 1,
  },
  {
    name: "a waiver by a tag that was not read decides nothing",
    claim: { checks: [check] },
    observations: [
      inventory([bucket("bad", { tags: null })]),
      reads(bucket("bad", { tags: null }), false),
    ],
    waivers: [waiver({ covers: { tags: { temporary: "yes" } } })],
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "scope by a tag that was not read",
    claim: { checks: [{ ...check, scope: { kinds: ["AWS::S3::Bucket"], tags: { env: "prod" } } }] },
    observations: [inventory([bucket("good", { tags: null })]), reads(good, true)],
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "exclusion by a tag that was not read keeps a failure open",
    claim: {
      checks: [
        { ...check, scope: { kinds: ["AWS::S3::Bucket"], exclude: [{ tags: { env: "test" } }] } },
      ],
    },
    observations: [inventory([untagged]), reads(untagged, false)],
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "exclusion by a tag",
    claim: {
      checks: [
        { ...check, scope: { kinds: ["AWS::S3::Bucket"], exclude: [{ tags: { env: "te*" } }] } },
      ],
    },
    observations: [
      inventory([good, bucket("bad", { tags: { env: "test" } })]),
      reads(good, true),
      reads(bad, false),
    ],
    verdict: "upheld",
    exit: 0,
  },
  {
    name: "at least one of several",
    claim: { checks: [{ ...check, atLeast: 1 }] },
    observations: both,
    verdict: "upheld",
    exit: 0,
  },
  {
    name: "at least two, with all seen",
    claim: { checks: [{ ...check, atLeast: 2 }] },
    observations: both,
    verdict: "violated",
    exit: 1,
    says: "only 1 of 2 hold, 2 needed",
  },
  {
    name: "at least two, with one not read",
    claim: { checks: [{ ...check, atLeast: 2 }] },
    observations: [inventory([good, bad]), reads(good, true)],
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "at least two, of an incomplete inventory",
    claim: { checks: [{ ...check, atLeast: 2 }] },
    observations: [
      inventory([good, bad], { complete: false }),
      reads(good, true),
      reads(bad, false),
    ],
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "a scope control over everything",
    claim: { checks: [{ ...check, control: "several" }] },
    observations: both,
    verdict: "upheld",
    exit: 0,
  },
  {
    name: "a scope control that finds too few",
    claim: { checks: [{ ...check, control: "several" }] },
    observations: onlyGood,
    verdict: "violated",
    exit: 1,
  },
  {
    name: "a scope control that finds too few while something is missing",
    claim: { checks: [{ ...check, control: "several" }] },
    observations: [inventory([good, bad]), reads(good, true)],
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "attested",
    claim: { attest: [need] },
    attestations: [attested()],
    verdict: "attested",
    exit: 0,
    says: "Security lead",
  },
  {
    name: "no attestation",
    claim: { attest: [need] },
    verdict: "unverified",
    exit: 3,
    says: "no attestation covers",
  },
  {
    name: "an attestation of another part",
    claim: { attest: [need] },
    attestations: [attested({ covers: ["another part"] })],
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "an expired attestation",
    claim: { attest: [need] },
    attestations: [attested({ expires: "2026-05-31" })],
    verdict: "lapsed",
    exit: 3,
  },
  {
    name: "an attestation older than the claim allows",
    claim: { attest: [{ ...need, maxAge: "P3M" }] },
    attestations: [attested()],
    verdict: "lapsed",
    exit: 3,
  },
  {
    name: "an attestation whose evidence changed",
    claim: { attest: [need] },
    attestations: [attested({ actualSha256: "b".repeat(64) })],
    verdict: "lapsed",
    exit: 3,
  },
  {
    name: "an attestation whose evidence is gone",
    claim: { attest: [need] },
    attestations: [attested({ actualSha256: null })],
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "the newer of two attestations counts",
    claim: { attest: [need] },
    attestations: [attested({ expires: "2026-02-01" }), attested({ id: "again" })],
    verdict: "attested",
    exit: 0,
  },
  {
    name: "live and attested",
    claim: { checks: [check], attest: [need] },
    observations: onlyGood,
    attestations: [attested()],
    verdict: "attested",
    exit: 0,
  },
  {
    name: "an attestation never covers a failure",
    claim: { checks: [check], attest: [need] },
    observations: both,
    attestations: [attested()],
    verdict: "violated",
    exit: 1,
    says: "encrypted: 1 of 2 do not hold",
  },
  {
    name: "an attestation that vouches for what fails is a contradiction",
    claim: { checks: [check] },
    observations: both,
    attestations: [attested({ covers: ["arn:aws:s3:::bad"] })],
    verdict: "violated",
    exit: 1,
    says: "the attestation roles-2026 vouches for what fails: a contradiction",
  },
  {
    name: "a pattern never attests a whole target",
    readable: false,
    claim: { checks: [{ control: "encrypted" }] },
    observations: onlyGood,
    attestations: [attested({ covers: ["aw*"] })],
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "its own name does",
    readable: false,
    claim: { checks: [{ control: "encrypted" }] },
    observations: onlyGood,
    attestations: [attested({ covers: ["aws"] })],
    verdict: "attested",
    exit: 0,
  },
  {
    name: "at least two, one of them attested: it may yet hold",
    readable: false,
    claim: { checks: [{ ...check, atLeast: 2 }] },
    observations: [inventory([good, bad]), reads(good, true)],
    attestations: [attested({ covers: ["arn:aws:s3:::bad"] })],
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "at least two, one of them waived",
    claim: { checks: [{ ...check, atLeast: 2 }] },
    observations: both,
    waivers: [waiver()],
    verdict: "waived",
    exit: 0,
  },
  {
    name: "a waiver may excuse the scope as a whole",
    claim: { checks: [{ ...check, control: "several" }] },
    observations: onlyGood,
    waivers: [waiver({ covers: { targets: ["aws"] } })],
    verdict: "waived",
    exit: 0,
  },
  {
    name: "a waiver without a readable date counts for nothing",
    claim: { checks: [check] },
    observations: both,
    waivers: [waiver({ expires: "zzzz" })],
    verdict: "violated",
    exit: 1,
  },
  {
    name: "an attestation never covers a denial",
    claim: { checks: [check] },
    observations: [inventory([good, bad]), reads(good, true)],
    problems: [problem({ subject: bad, facets: ["encryption"] })],
    attestations: [attested({ covers: ["arn:aws:s3:::bad"] })],
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "an attestation does not stand in for a reading that was lost",
    claim: { checks: [check] },
    observations: [inventory([good, bad]), reads(good, true)],
    attestations: [attested({ covers: ["arn:aws:s3:::bad"] })],
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "an attestation speaks for a subject that nothing can read",
    readable: false,
    claim: { checks: [check] },
    observations: [inventory([good, bad]), reads(good, true)],
    attestations: [attested({ covers: ["arn:aws:s3:::bad"] })],
    verdict: "attested",
    exit: 0,
  },
  {
    name: "unknown before lapsed",
    claim: { checks: [check], attest: [need] },
    observations: [inventory([good])],
    attestations: [attested({ expires: "2026-02-01" })],
    verdict: "unverified",
    exit: 3,
  },
  {
    name: "lapsed before waived",
    claim: { checks: [check], attest: [need] },
    observations: both,
    waivers: [waiver()],
    attestations: [attested({ expires: "2026-02-01" })],
    verdict: "lapsed",
    exit: 3,
  },
  {
    name: "a scan that was cut off is no success",
    claim: { checks: [check] },
    observations: onlyGood,
    complete: false,
    verdict: "upheld",
    exit: 3,
  },
];

describe("the verdict tables", () => {
  test.each(table)("$name → $verdict", ({ name: _name, verdict, exit, says, ...situation }) => {
    const report = judge(situation);
    const [claim] = report.claims;
    expect(claim).toMatchObject({ verdict, reason: expect.stringContaining(says ?? "") });
    expect(exitCode(report)).toBe(exit);
  });
});

describe("coverage", () => {
  test("counts subjects, each once, and judged only where every check could judge it", () => {
    const twice = { checks: [check, { ...check, scope: { ids: ["*good"] } }] };
    const report = judge({
      claim: twice,
      observations: [inventory([good, bad]), reads(good, true)],
    });
    // Beside the two buckets the target counts, of which the second check lists other kinds.
    expect(report.claims[0]?.coverage).toEqual({ judged: 1, total: 3 });
  });
});

describe("what a report says", () => {
  test("names the missing permission in the evaluation", () => {
    const report = judge({
      claim: { checks: [check] },
      observations: [inventory([bad])],
      problems: [
        problem({
          subject: bad,
          facets: ["encryption"],
          permission: "s3:GetEncryptionConfiguration",
        }),
      ],
    });
    expect(report.claims[0]?.checks[0]?.evaluations[0]?.message).toBe(
      "encryption was not read: denied, AccessDenied (grant s3:GetEncryptionConfiguration)",
    );
  });

  test("a violated interpreted check says whose reading it is in its first words", () => {
    const basis = {
      interpreted: { who: "Probity", when: "2026-01-01", why: "no number is given" },
    };
    const report = judge({ claim: { checks: [{ ...check, basis }] }, observations: both });
    expect(report.claims[0]?.reason).toMatch(/^as interpreted by Probity: /);
  });

  test("keeps the first passes as samples and counts them all", () => {
    const many = Array.from({ length: 10 }, (_, number) => bucket(`b${number}`));
    const observations = [inventory(many), ...many.map((subject) => reads(subject, true))];
    const result = judge({ claim: { checks: [check] }, observations }).claims[0]?.checks[0];
    expect(result?.counts.pass).toBe(10);
    expect(result?.evaluations).toHaveLength(3);
  });

  test("lists what lies in a region that nobody declared", () => {
    const stray = bucket("stray", { region: "us-east-1" });
    const report = judge({
      claim: { checks: [check] },
      observations: [inventory([stray]), reads(stray, true)],
    });
    expect(report.undeclared).toMatchObject([{ kind: "region", subject: { region: "us-east-1" } }]);
  });

  test("lists a target that no claim speaks of", () => {
    const report = judge({ claim: { checks: [{ ...check, scope: { providers: ["azure"] } }] } });
    expect(report.undeclared).toMatchObject([{ kind: "target", subject: { target: "aws" } }]);
  });

  test("warns of a waiver that ends soon", () => {
    const report = judge({ claim: { checks: [check] }, observations: both, waivers: [waiver()] });
    expect(report.attention).toMatchObject([{ kind: "waiver-expiry", due: "2026-06-30" }]);
  });
});
