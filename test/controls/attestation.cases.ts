import control from "#controls/governance/attestation.ts";
import type { AttestationFacet } from "#model/facets.ts";
import { defineCases } from "./cases.ts";

const expect = { covers: "salted one-way hashing of credentials", maxAge: "P1Y" };
const evidence = {
  location: "evidence/hashing-review.pdf",
  declaredSha256: "a".repeat(64),
  actualSha256: "a".repeat(64),
  checkable: true,
};

function attestation(fields: Partial<AttestationFacet> = {}): { attestation: AttestationFacet } {
  return {
    attestation: {
      id: "hashing-2026",
      owner: "Head of engineering",
      date: "2026-01-15",
      expires: "2026-12-31",
      covers: [expect.covers],
      evidence,
      ...fields,
    },
  };
}

export default defineCases(control, [
  {
    name: "in force",
    expect,
    facets: attestation(),
    outcome: "pass",
    says: "attested by Head of engineering on 2026-01-15, in force until 2026-12-31, by evidence/hashing-review.pdf; declared",
  },
  {
    name: "the part is the same in other case and spacing",
    expect,
    facets: attestation({ covers: ["other", " Salted one-way  hashing of credentials"] }),
    outcome: "pass",
    says: "in force",
  },
  {
    name: "of another part of the promise",
    expect,
    facets: attestation({ covers: ["something else"], expires: "2026-02-01" }),
    outcome: "unknown",
    says: "does not cover this part of the promise, but something else",
  },
  {
    name: "the last day still counts, and is noted",
    expect,
    now: "2026-12-31T23:59:59Z",
    facets: attestation(),
    outcome: "pass",
    says: "in force until 2026-12-31",
    attention: ["attestation-expiry"],
  },
  {
    name: "lapses at midnight UTC after its last day",
    expect,
    now: "2027-01-01T00:00:00Z",
    facets: attestation(),
    outcome: "fail",
    says: "expired on 2026-12-31",
  },
  {
    name: "older than declared, although it says it runs longer",
    expect: { ...expect, maxAge: "P3M" },
    facets: attestation(),
    outcome: "fail",
    says: "is of 2026-01-15, older than P3M",
  },
  {
    name: "the age ends it before its own expiry",
    expect: { ...expect, maxAge: "P150D" },
    facets: attestation(),
    outcome: "pass",
    says: "in force until 2026-06-14",
    attention: ["attestation-expiry"],
  },
  {
    name: "its last day by age still counts",
    expect: { ...expect, maxAge: "P30D" },
    now: "2026-02-14T23:59:59Z",
    facets: attestation(),
    outcome: "pass",
    says: "in force until 2026-02-14",
    attention: ["attestation-expiry"],
  },
  {
    name: "the day after its last by age",
    expect: { ...expect, maxAge: "P30D" },
    now: "2026-02-15T00:00:00Z",
    facets: attestation(),
    outcome: "fail",
    says: "is of 2026-01-15, older than P30D",
  },
  {
    name: "more than a month ahead is early enough",
    expect,
    now: "2026-12-01T23:59:59Z",
    facets: attestation(),
    outcome: "pass",
    says: "in force",
  },
  {
    name: "dated in the future",
    expect,
    facets: attestation({ date: "2026-06-02" }),
    outcome: "unknown",
    says: "is dated in the future (2026-06-02)",
  },
  {
    name: "dated today",
    expect,
    facets: attestation({ date: "2026-06-01" }),
    outcome: "pass",
    says: "on 2026-06-01",
  },
  {
    name: "a date that cannot be read",
    expect,
    facets: attestation({ date: "last year" }),
    outcome: "unknown",
    says: "its date cannot be read",
  },
  {
    name: "an expiry that cannot be read",
    expect,
    facets: attestation({ expires: "never" }),
    outcome: "unknown",
    says: "its date of expiry cannot be read",
  },
  {
    name: "too old, whatever its expiry says",
    expect,
    now: "2027-02-01T00:00:00Z",
    facets: attestation({ expires: "never" }),
    outcome: "fail",
    says: "older than P1Y",
  },
  {
    name: "its evidence has changed",
    expect,
    facets: attestation({ evidence: { ...evidence, actualSha256: "b".repeat(64) } }),
    outcome: "fail",
    says: "its evidence has changed since (evidence/hashing-review.pdf)",
  },
  {
    name: "its evidence cannot be read",
    expect,
    facets: attestation({ evidence: { ...evidence, actualSha256: null } }),
    outcome: "unknown",
    says: "its evidence cannot be read (evidence/hashing-review.pdf)",
  },
  {
    name: "evidence that is not fetched is taken on the attester's word",
    expect,
    facets: attestation({
      evidence: {
        location: "https://example.com/report.pdf",
        declaredSha256: "a".repeat(64),
        actualSha256: null,
        checkable: false,
      },
    }),
    outcome: "pass",
    says: "by https://example.com/report.pdf, whose hash is taken on the attester's word",
  },
  {
    name: "without evidence",
    expect,
    facets: attestation({ evidence: null }),
    outcome: "unknown",
    says: "names no evidence",
  },
]);
