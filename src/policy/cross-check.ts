import { type Loaded, type Path, remark, toIssue } from "#configuration/document.ts";
import type { Issue, Remark } from "#configuration/errors.ts";
import { nearest } from "#configuration/nearest.ts";
import { showText } from "#configuration/show.ts";
import type { Attestation, Waiver } from "#model/exceptions.ts";
import { namesClaim } from "#model/claim-name.ts";
import { globMatcher } from "#model/glob.ts";
import type { Claim, Policy } from "#model/policy.ts";

/** What is judged together. */
export interface CrossCheckInput {
  readonly policies: readonly Loaded<Policy>[];
  readonly attestations: readonly Loaded<readonly Attestation[]>[];
  readonly waivers: readonly Loaded<readonly Waiver[]>[];
  readonly now: Date;
}

/** What is wrong between files (errors: they must not be used together) and what is worth knowing (remarks). */
export interface CrossCheck {
  readonly errors: readonly Issue[];
  readonly remarks: readonly Remark[];
}

/**
 * Holds the files of a scan against each other: ids that two files give, attestations and waivers of claims that
 * no policy has (errors); those that are not in force, changed or fit no part of their claims, and waivers of every
 * claim (warnings). Without policies nothing is said of claims.
 */
export function crossCheck(input: CrossCheckInput): CrossCheck {
  const { policies, attestations, waivers } = input;
  const claims = policies.flatMap(({ value }) =>
    value.claims.map((claim) => ({ policy: value.id, claim })),
  );
  const today = input.now.toISOString().slice(0, 10);
  return {
    errors: [
      ...sharedIds("policy", policies, ({ id }) => [{ id, path: ["id"] }]),
      ...sharedIds("attestation", attestations, (list) => idsOf("attestations", list)),
      ...sharedIds("waiver", waivers, (list) => idsOf("waivers", list)),
      ...attestations.flatMap((file) => unknownClaims("attestations", file, claims)),
      ...waivers.flatMap((file) => unknownClaims("waivers", file, claims)),
    ],
    remarks: [
      ...attestations.flatMap((file) => otherPolicies("attestations", file, claims)),
      ...waivers.flatMap((file) => otherPolicies("waivers", file, claims)),
      ...attestations.flatMap((file) => outOfForce("attestations", file, today)),
      ...attestations.flatMap(evidenceRemarks),
      ...attestations.flatMap((file) => strayCovers(file, claims)),
      ...waivers.flatMap((file) => outOfForce("waivers", file, today)),
      ...waivers.flatMap(waivesEverything),
    ],
  };
}

interface NamedClaim {
  readonly policy: string;
  readonly claim: Claim;
}
interface Identified {
  readonly id: string;
  readonly path: Path;
}

function idsOf(list: string, entries: readonly { readonly id: string }[]): readonly Identified[] {
  return entries.map(({ id }, index) => ({ id, path: [list, index, "id"] }));
}

/** Ids that more than one file gives; within one file its loader has refused them. */
function sharedIds<T>(
  what: string,
  files: readonly Loaded<T>[],
  ids: (value: T) => readonly Identified[],
): readonly Issue[] {
  const first = new Map<string, Issue>();
  return files.flatMap((file) =>
    ids(file.value).flatMap(({ id, path }) => {
      const earlier = first.get(id);
      const here = toIssue(file, { path, message: "" });
      if (earlier === undefined) {
        first.set(id, here);
        return [];
      }
      const place = `${earlier.file}:${earlier.line}`;
      return [
        { ...here, message: `${here.message}: the ${what} ${showText(id)} is at ${place} too` },
      ];
    }),
  );
}

function unknownClaims(
  list: string,
  file: Loaded<readonly { readonly claims: readonly string[] }[]>,
  claims: readonly NamedClaim[],
): readonly Issue[] {
  if (claims.length === 0) return [];
  return file.value.flatMap((entry, index) =>
    entry.claims.flatMap((pattern, position) => {
      if (claims.some(({ policy, claim }) => namesClaim([pattern], policy, claim.id))) return [];
      if (isOfOtherPolicy(pattern, claims)) return [];
      const full = claims.map(({ policy, claim }) => `${policy}/${claim.id}`);
      const short = claims.map(({ claim }) => claim.id);
      const meant = nearest(pattern, pattern.includes("/") ? full : short);
      const help = meant === null ? "" : `; did you mean ${meant}?`;
      const path = [list, index, "claims", position];
      const message = `: no policy has a claim ${showText(pattern)}${help}`;
      return [toIssue(file, { path, message })];
    }),
  );
}

/** Entries for policies that are not judged now: a file may serve several, or the name may be misspelt. */
function otherPolicies(
  list: string,
  file: Loaded<readonly { readonly claims: readonly string[] }[]>,
  claims: readonly NamedClaim[],
): readonly Remark[] {
  if (claims.length === 0) return [];
  return file.value.flatMap((entry, index) =>
    entry.claims.flatMap((pattern, position) => {
      if (!isOfOtherPolicy(pattern, claims)) return [];
      const path = [list, index, "claims", position];
      const message = `: ${showText(pattern)} is of a policy that is not given here`;
      return [remark("warning", file, { path, message })];
    }),
  );
}

function isOfOtherPolicy(pattern: string, claims: readonly NamedClaim[]): boolean {
  const [policy = "", claim] = pattern.split("/");
  if (claim === undefined) return false;
  const matches = globMatcher(policy);
  return !claims.some((named) => matches(named.policy));
}

/** Entries that are past their last day, or whose first is still to come. */
function outOfForce(
  list: string,
  file: Loaded<readonly { readonly id: string; readonly date: string; readonly expires: string }[]>,
  today: string,
): readonly Remark[] {
  return file.value.flatMap(({ id, date, expires }, index) => {
    if (expires < today) {
      const message = `: ${id} expired on ${expires} and counts for nothing`;
      return [remark("warning", file, { path: [list, index, "expires"], message })];
    }
    if (date <= today) return [];
    const message = `: ${id} counts for nothing before its date, ${date}`;
    return [remark("warning", file, { path: [list, index, "date"], message })];
  });
}

/** A pattern that names every claim of every policy waives promises too that nobody thought of. */
function waivesEverything(file: Loaded<readonly Waiver[]>): readonly Remark[] {
  return file.value.flatMap(({ id, claims }, index) =>
    claims.flatMap((pattern, position) => {
      if (!/^[*/]+$/.test(pattern)) return [];
      const path = ["waivers", index, "claims", position];
      const message = `: ${id} waives every claim of every policy: name the claims that it is for`;
      return [remark("warning", file, { path, message })];
    }),
  );
}

function evidenceRemarks(file: Loaded<readonly Attestation[]>): readonly Remark[] {
  return file.value.flatMap(({ id, evidence, actualSha256 }, index) => {
    if (evidence.file === undefined || evidence.sha256 === actualSha256) return [];
    const path = ["attestations", index, "evidence"];
    const name = showText(evidence.file);
    if (actualSha256 !== null) {
      const message = `: the evidence ${name} has changed: its SHA-256 is ${actualSha256}; ${id} counts for nothing`;
      return [remark("warning", file, { path: [...path, "sha256"], message })];
    }
    const message = `: the evidence ${name} is missing, not readable or over 100 MiB; ${id} counts for nothing`;
    return [remark("warning", file, { path: [...path, "file"], message })];
  });
}

/** What an attestation covers must be a part that one of its claims needs, or else may be the id of a subject: no white space. */
function strayCovers(
  file: Loaded<readonly Attestation[]>,
  claims: readonly NamedClaim[],
): readonly Remark[] {
  return file.value.flatMap((attestation, index) => {
    const own = claims.filter(({ policy, claim }) =>
      namesClaim(attestation.claims, policy, claim.id),
    );
    const parts = own.flatMap(({ claim }) => claim.attest.map(({ covers }) => covers));
    return attestation.covers.flatMap((covers, position) => {
      const couldBeSubject = !/\s/.test(covers);
      if (own.length === 0 || couldBeSubject || parts.includes(covers)) return [];
      const meant = nearest(covers, parts);
      const help = meant === null ? "" : `; did you mean ${showText(meant)}?`;
      const message = `: none of its claims needs ${showText(covers)} attested${help}`;
      return [
        remark("warning", file, { path: ["attestations", index, "covers", position], message }),
      ];
    });
  });
}
