import type { AttentionNote, Control, Judgement } from "#model/control.ts";
import type { Attestation } from "#model/exceptions.ts";
import type { AttestationFacet } from "#model/facets.ts";
import { anyGlob } from "#model/glob.ts";
import type { AttestationNeed } from "#model/policy.ts";
import type { AttestationResult } from "#model/report.ts";
import { TARGET_KIND, type Subject } from "#model/subject.ts";
import { namesClaim } from "#model/claim-name.ts";

/** The attestations of one claim, judged by the control `attestation`. */
export interface ClaimAttestations {
  readonly results: readonly AttestationResult[];
  readonly attention: readonly AttentionNote[];
  /** Id of one in force that names the subject in its `covers`. */
  readonly coversSubject: (subject: Subject) => string | null;
}

/** Judges what a claim needs attested by what was attested. Pure. */
export function judgeAttestations(
  policy: string,
  claim: string,
  needs: readonly AttestationNeed[],
  attestations: readonly Attestation[],
  control: Control | undefined,
  now: Date,
): ClaimAttestations {
  const own = attestations.filter((attestation) => namesClaim(attestation.claims, policy, claim));
  const judge = (attestation: Attestation, need: AttestationNeed): Judged => {
    const facet = toFacet(attestation);
    if (control?.judges !== "subject") throw new Error("the control attestation is missing");
    const judgement = control.evaluate({
      expect: need,
      subject: attestationSubject(attestation),
      labels: [],
      facets: { attestation: facet },
      observedAt: {},
      now,
    });
    return { attestation, facet, judgement };
  };

  const attention: AttentionNote[] = [];
  const results = needs.map((need): AttestationResult => {
    const candidates = own
      .filter((attestation) => attestation.covers.includes(need.covers))
      .map((attestation) => judge(attestation, need))
      .sort((a, b) => RANK[a.judgement.outcome] - RANK[b.judgement.outcome]);
    const [best] = candidates;
    if (best === undefined) {
      const message = `no attestation covers “${need.covers}”`;
      return {
        covers: need.covers,
        state: "missing",
        date: null,
        expires: null,
        by: null,
        message,
      };
    }
    if (best.judgement.outcome === "pass") attention.push(...(best.judgement.attention ?? []));
    return {
      covers: need.covers,
      state: stateOf(best),
      date: best.attestation.date,
      expires: best.attestation.expires,
      by: best.attestation.owner,
      message: best.judgement.message,
    };
  });

  const inForce = own.filter((attestation) => {
    // A part's own maximum age does not apply to subjects; the attestation's own expiry does.
    const need = { covers: attestation.covers[0] ?? "", maxAge: "P100Y" };
    return judge(attestation, need).judgement.outcome === "pass";
  });
  return {
    results,
    attention,
    coversSubject: (subject) =>
      inForce.find(({ covers }) =>
        // A whole target is never meant by a pattern: only by its own name.
        subject.kind === TARGET_KIND
          ? covers.includes(subject.id)
          : anyGlob(covers.filter((pattern) => !/\s/.test(pattern)))(subject.id),
      )?.id ?? null,
  };
}

interface Judged {
  readonly attestation: Attestation;
  readonly facet: AttestationFacet;
  readonly judgement: Judgement;
}

const RANK: Readonly<Record<Judgement["outcome"], number>> = {
  pass: 0,
  fail: 1,
  unknown: 2,
  "not-applicable": 3,
};

function stateOf({ facet, judgement }: Judged): AttestationResult["state"] {
  if (judgement.outcome === "pass") return "in-force";
  if (judgement.outcome !== "fail") return "missing";
  const { evidence } = facet;
  const changed =
    evidence !== null &&
    evidence.actualSha256 !== null &&
    evidence.actualSha256 !== evidence.declaredSha256;
  return changed ? "evidence-changed" : "expired";
}

function toFacet(attestation: Attestation): AttestationFacet {
  const { id, owner, date, expires, covers, evidence, actualSha256 } = attestation;
  return {
    id,
    owner,
    date,
    expires,
    covers,
    evidence: {
      location: evidence.file ?? evidence.url ?? "",
      declaredSha256: evidence.sha256,
      actualSha256,
      checkable: evidence.file !== undefined,
    },
  };
}

function attestationSubject({ id }: Attestation): Subject {
  return {
    target: "attestations",
    provider: "endpoint",
    kind: "attestation",
    id,
    name: id,
    region: null,
    tags: {},
  };
}
