/** One of the certificates that a server has, with everything that must hold of it. */
import type { Json } from "#model/json.ts";
import { parseMoment, renderMoment } from "#model/moment.ts";
import type { PresentedCertificate } from "#model/tls-facets.ts";
import { listed } from "#model/text.ts";
import {
  authorityFitness,
  type Fitness,
  keyWords,
  type KeySizes,
  serverFitness,
} from "./certificate-fitness.ts";
import {
  disorderNotes,
  possessionFindings,
  timestampFindings,
  trustFindings,
} from "./certificate-trust.ts";
import {
  authorityValidity,
  type Moments,
  serverValidity,
  stapleValidity,
  type Validity,
} from "./certificate-validity.ts";

/** What was found of one certificate. */
export interface CertificateJudgement extends Validity {
  /** What is said where nothing fails or is open. */
  readonly held: string;
}

/** What is declared of certificates. */
export interface CertificateExpectation extends KeySizes {
  readonly timestamps: "required" | "optional";
}

/** Judges what one handshake presented: the chain, its keys and names, its stapled answer and its timestamps. */
export function judgePresented(
  presented: PresentedCertificate,
  given: {
    readonly expect: CertificateExpectation;
    /** Fit for a message. */
    readonly host: string;
    readonly moments: Moments;
    /** What a note calls it. */
    readonly name: string;
  },
): CertificateJudgement {
  const { expect, host, moments, name } = given;
  const [leaf, ...above] = presented.chain;
  if (leaf === undefined) {
    return { failures: [], open: ["no certificate was sent"], attention: [], held: "" };
  }
  const others = `does not cover ${host} but ${listed(leaf.altNames) || "no name"}`;
  const parts: readonly (Fitness | Validity)[] = [
    trustFindings(presented),
    possessionFindings(presented),
    presented.hostnameMatches
      ? { failures: [], open: [] }
      : { failures: [others], open: [], remedies: ["name"] },
    serverValidity(leaf, name, moments),
    serverFitness(leaf, expect),
    stapleValidity(presented, name, moments),
    ...(expect.timestamps === "required" ? [timestampFindings(presented)] : []),
    ...above.flatMap((certificate) => [
      authorityFitness(certificate, expect),
      authorityValidity(certificate, moments),
    ]),
  ];
  const to = parseMoment(leaf.validTo);
  return {
    failures: parts.flatMap(({ failures }) => failures),
    open: parts.flatMap(({ open }) => open),
    remedies: parts.flatMap(({ remedies }) => remedies ?? []),
    attention: [
      ...parts.flatMap((part) => ("attention" in part ? part.attention : [])),
      ...disorderNotes(presented, name, moments.now),
    ],
    held: `trusted, covers ${host}, ${keyWords(leaf)}, valid until ${to === null ? "?" : renderMoment(to)}`,
  };
}

/** The fields that decided. */
export function shownCertificate(presented: PresentedCertificate): { [field: string]: Json } {
  const { trusted, trustError, possession, complete, hostnameMatches, stapledOcsp, timestamps } =
    presented;
  const [leaf] = presented.chain;
  return {
    keyType: leaf?.keyType ?? null,
    keyBits: leaf?.keyBits ?? null,
    signatureAlgorithm: leaf?.signatureAlgorithm ?? null,
    validFrom: leaf?.validFrom ?? null,
    validTo: leaf?.validTo ?? null,
    fingerprint: leaf?.fingerprint ?? null,
    trusted,
    trustError,
    possession,
    complete,
    hostnameMatches,
    stapledOcsp: stapledOcsp?.status ?? null,
    timestamps,
  };
}
