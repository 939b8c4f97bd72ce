import type { Certificate, CertificateFacet, PresentedCertificate } from "#model/tls-facets.ts";
import { addFact, addUnder, factRoom, some, type View } from "./check-lines.ts";
import { cutItems } from "./items.ts";
import { cut, type Span } from "./width.ts";
import { count, daysBetween, moment } from "./words.ts";

const NAMES_SHOWN = 4;
const NAMES_SHOWN_VERBOSE = 200;
const CHAIN_SHOWN = 10;

/** Adds every certificate that the server presents: the first in some lines, each other in one, or all in full. */
export function addCertificates(view: View, facet: CertificateFacet | null): void {
  const { page, verbose } = view;
  if (facet === null || facet.presented.length === 0) {
    addFact(page, "Certificate", "not read");
    return;
  }
  for (const [index, one] of facet.presented.entries()) {
    if (index === 0 || verbose) addPresented(view, one);
    else addBriefly(view, one);
  }
  if (verbose) addFact(page, "Without SNI", withoutName(facet));
  const notes = facet.unfinished.map((why) => cut(why, verbose ? 300 : 120));
  if (verbose) for (const note of notes) addFact(page, "Note", note);
  else if (notes.length > 0 && !view.tight) {
    addFact(page, "Note", cutItems(notes.join("; "), factRoom(page) * 2));
  }
}

function addPresented(view: View, one: PresentedCertificate): void {
  const { page, check, verbose } = view;
  const [leaf] = one.chain;
  if (leaf === undefined) return;
  const now = check.checkedAt;
  if (view.tight) addFact(page, "Certificate", trust(view, one).slice(0, -1));
  else
    addFact(page, "Certificate", [...trust(view, one), `${cut(leaf.subject, 100)}, ${key(leaf)}`]);
  if (view.tight) {
    addTightly(view, one, leaf);
    return;
  }
  addFact(page, "Validity", [validity(leaf, now)]);
  const names = leaf.altNames.map((name) => cut(name, 60));
  addFact(page, "Names", some(names, verbose ? NAMES_SHOWN_VERBOSE : NAMES_SHOWN) || "none");
  addFact(page, "Issuer", cut(leaf.issuer, 120));
  addFact(page, "Chain", chain(one, now));
  if (verbose) for (const [index, link] of one.chain.entries()) addLink(view, link, index);
  addFact(page, "Revocation", revocation(one, leaf));
}

/** When it holds and for which names in one line, and in another who issued it and what is wrong with the chain. */
function addTightly({ page, check }: View, one: PresentedCertificate, leaf: Certificate): void {
  const span = validity(leaf, check.checkedAt);
  const names = leaf.altNames.map((name) => cut(name, 60)).join(", ") || "no name";
  const room = factRoom(page) - span.text.length - 3;
  addFact(page, "Validity", room < 24 ? [span] : [span, ` · ${cutItems(names, room)}`]);
  const wrong = [...chain(one, check.checkedAt), ...revocation(one, leaf)].filter(
    (part): part is Span =>
      typeof part !== "string" && (part.tone === "bad" || part.tone === "warn"),
  );
  const issuer = cut(leaf.issuer, Math.floor(factRoom(page) / 2));
  const short = wrong.map((part) => ({ ...part, text: part.text.replace(/[:,] .*$/, "") }));
  addFact(page, "Issuer", [issuer, ...short.flatMap((part) => [" · ", part])]);
}

/** A certificate beside the first: what differs from it most. */
function addBriefly(view: View, one: PresentedCertificate): void {
  const [leaf] = one.chain;
  if (leaf === undefined) return;
  const ends = validity(leaf, view.check.checkedAt);
  const spans = [...trust(view, one), `${key(leaf)}, `, ends];
  const good = spans.every((part) => typeof part === "string" || part.tone === "good");
  if (!view.tight || !good) addFact(view.page, "Also", spans);
}

function trust({ check }: View, one: PresentedCertificate): (Span | string)[] {
  const why = one.trustError === null ? "" : `: ${cut(one.trustError, 120)}`;
  const host = cut(check.target.host, 80);
  const trusted: Span =
    one.trusted === null
      ? { text: `trust not known${why}`, tone: "warn" }
      : one.trusted
        ? { text: "trusted", tone: "good" }
        : { text: `NOT TRUSTED${why}`, tone: "bad" };
  const spans: Span[] = [
    trusted,
    one.hostnameMatches
      ? { text: "covers the name", tone: "good" }
      : { text: `DOES NOT COVER ${host}`, tone: "bad" },
    ...(one.possession === true
      ? []
      : [
          one.possession === false
            ? ({ text: "THE SERVER DOES NOT HAVE ITS KEY", tone: "bad" } as const)
            : ({ text: "not known whether the server has its key", tone: "warn" } as const),
        ]),
  ];
  return spans.flatMap((span) => [span, " · "]);
}

function chain({ chain, ordered, complete }: PresentedCertificate, now: string): (Span | string)[] {
  const notes: Span[] = [
    ordered ? { text: "in order" } : { text: "OUT OF ORDER", tone: "warn" },
    complete === null
      ? { text: "completeness not known" }
      : complete
        ? { text: "complete" }
        : { text: "INCOMPLETE: a certificate between is missing", tone: "bad" },
  ];
  const soonest = chain
    .slice(1)
    .toSorted((a, b) => a.validTo.localeCompare(b.validTo, "en"))
    .at(0);
  return [
    `${chain.length} sent`,
    ...notes.flatMap((note) => [", ", note]),
    ...(soonest === undefined ? [] : [" · next to end: ", validity(soonest, now)]),
  ];
}

/** One certificate of the chain in full; at most the first ten are shown. */
function addLink({ page, check }: View, link: Certificate, index: number): void {
  if (index > CHAIN_SHOWN) return;
  if (index === CHAIN_SHOWN) {
    addUnder(page, "and more");
    return;
  }
  const traits = [
    ...(link.isAuthority ? ["authority"] : []),
    ...(link.selfSigned ? ["self-signed"] : []),
    ...(link.mustStaple ? ["must staple"] : []),
  ];
  const uses = [
    ...(link.keyUsage ?? ["any key usage"]),
    ...(link.extendedKeyUsage ?? ["any purpose"]).map(purpose),
  ].map((use) => cut(use, 40));
  const lines: readonly (readonly (Span | string)[])[] = [
    [`${cut(link.subject, 200)}, ${key(link)}${traits.map((trait) => `, ${trait}`).join("")}`],
    [`issuer ${cut(link.issuer, 200)}`],
    [validity(link, check.checkedAt)],
    [`use ${some(uses, 20)}`],
    [`serial ${cut(link.serial, 64)}`],
    [`sha256:${cut(link.fingerprint, 64)}`],
  ];
  for (const [line, content] of lines.entries()) {
    const layout = line === 0 ? { prefix: [{ text: `${index + 1}.` }], hang: 3 } : { indent: 3 };
    addUnder(page, content, layout);
  }
}

const PURPOSES: Readonly<Record<string, string>> = {
  "1.3.6.1.5.5.7.3.1": "serverAuth",
  "1.3.6.1.5.5.7.3.2": "clientAuth",
  "2.5.29.37.0": "anyExtendedKeyUsage",
};

function purpose(identifier: string): string {
  return PURPOSES[identifier] ?? identifier;
}

function revocation({ stapledOcsp, timestamps }: PresentedCertificate, leaf: Certificate): Span[] {
  const until = stapledOcsp?.nextUpdate ?? null;
  const staple: Span =
    stapledOcsp === null
      ? leaf.mustStaple
        ? { text: "NO OCSP STAPLED, though the certificate asks for it", tone: "bad" }
        : { text: "no OCSP stapled" }
      : stapledOcsp.status === "revoked"
        ? { text: "REVOKED by the stapled OCSP", tone: "bad" }
        : {
            text: `stapled OCSP ${stapledOcsp.status}${until === null ? "" : `, until ${moment(until)}`}`,
          };
  const logs =
    timestamps === null
      ? "timestamps not read"
      : count(timestamps, "timestamp (SCT)", "timestamps (SCT)");
  return [staple, { text: ` · ${logs}` }];
}

function withoutName({ withoutName, presented }: CertificateFacet): string {
  if (withoutName === null) return "no certificate seen";
  const same = presented.some(({ chain }) => chain[0]?.fingerprint === withoutName);
  return `${same ? "one of the same certificates" : "another certificate"}, sha256:${cut(withoutName, 64)}`;
}

function key({ keyType, keyBits, signatureAlgorithm }: Certificate): string {
  const bits = keyBits === null ? keyType : `${keyType} ${keyBits}`;
  return signatureAlgorithm === null ? bits : `${bits}, ${cut(signatureAlgorithm, 40)}`;
}

/** Coloured from a third of the lifetime on, at most 14 days: short-lived certificates are renewed late by design. */
function validity({ validFrom, validTo }: Certificate, now: string): Span {
  const [from, to] = [validFrom, validTo].map((moment) => cut(moment.slice(0, 10), 10));
  const span = `${from} to ${to}`;
  const left = daysBetween(now, validTo);
  const sinceStart = daysBetween(validFrom, now);
  const lifetime = daysBetween(validFrom, validTo);
  if (left === null || sinceStart === null || lifetime === null)
    return { text: span, tone: "warn" };
  if (Date.parse(validTo) <= Date.parse(now)) {
    const ago = left === 0 ? "today" : `${count(-left, "day")} ago`;
    return { text: `${span}, EXPIRED ${ago}`, tone: "bad" };
  }
  if (Date.parse(validFrom) > Date.parse(now)) {
    return { text: `${span}, NOT VALID YET, only in ${count(-sinceStart, "day")}`, tone: "bad" };
  }
  const soon = left < Math.min(14, lifetime / 3);
  return { text: `${span}, ${count(left, "day")} left`, tone: soon ? "warn" : "good" };
}
