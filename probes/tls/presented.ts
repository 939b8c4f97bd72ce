import type { Certificate, PresentedCertificate } from "#model/tls-facets.ts";
import { plain } from "#model/text.ts";
import { coversHost } from "./alternative-names.ts";
import type { Anchors } from "./anchors.ts";
import { countTimestamps } from "./certificate-extensions.ts";
import { issued, type ReadCertificate, readCertificate } from "./certificate-facts.ts";
import { DerError } from "./der.ts";
import { readStaple } from "./ocsp.ts";

/** What OpenSSL says of a chain. */
export interface Trust {
  /** null: it could not be asked, and the error says why. */
  readonly trusted: boolean | null;
  /** In OpenSSL's words; null for a trusted one. */
  readonly trustError: string | null;
}

/** What a server sends for one kind of key. */
export interface Sent {
  /** The name that was asked for. */
  readonly hostname: string;
  /** DER as sent, leaf first. */
  readonly chain: readonly Buffer[];
  readonly trust: Trust;
  /** Whether it has the key; null: not known. */
  readonly possession: boolean | null;
  /** The roots that it was judged by. */
  readonly anchors: Anchors;
  /** The stapled OCSPResponse (RFC 6066 8); null: none was sent though it was asked for. */
  readonly ocsp: Buffer | null;
  /** The list of the TLS extension signed_certificate_timestamp (RFC 6962 3.3.1); null: none; undefined: not asked for. */
  readonly timestampList: Buffer | null | undefined;
}

const MAX_CHAIN = 20;
/** Of one name in one chain: an authority has few keys, and each may be slow to check with. */
const MAX_NAMESAKES = 3;

/**
 * The facts of what a server sends for one kind of key; pure, and never throws.
 * @returns `presented`, null where not even the leaf can be read; `unfinished`, what could not be read, in words
 */
export function presentedOf(sent: Sent): {
  readonly presented: PresentedCertificate | null;
  readonly unfinished: readonly string[];
} {
  const unfinished: string[] = [];
  const read = readChain(sent.chain, unfinished);
  const [leaf] = read;
  if (leaf === undefined) return { presented: null, unfinished: ["sends no certificate"] };
  if (leaf === null) return { presented: null, unfinished };
  const whole = read.every((one) => one !== null) && sent.chain.length <= MAX_CHAIN;
  // What a slow key has signed is not known.
  const checked = whole && read.every((one) => one?.slow === null);
  const chain = read.filter((one) => one !== null);
  const issuer = () =>
    chain.find(({ x509 }) => issued(leaf.x509, x509))?.x509 ?? sent.anchors.issuerOf(leaf.x509);
  const staple = sent.ocsp === null ? null : readStaple(sent.ocsp, leaf.x509, issuer());
  const [first, ...rest] = chain.map(({ facts }): Certificate => facts);
  if (first === undefined) return { presented: null, unfinished };
  // What OpenSSL trusts it has followed to a root.
  const complete = sent.trust.trusted === true || isComplete(chain, sent.anchors);
  const presented: PresentedCertificate = {
    chain: [first, ...rest],
    ordered: whole && isOrdered(chain),
    complete: complete === true || checked ? complete : null,
    ...sent.trust,
    possession: sent.possession,
    hostnameMatches: coversHost(leaf.parts?.altNames ?? [], sent.hostname),
    stapledOcsp: staple?.stapled ?? null,
    timestamps: timestampsOf(leaf, staple?.timestamps ?? 0, sent.timestampList, unfinished),
  };
  return { presented, unfinished };
}

/** Each certificate, null for one that cannot be read; what is wrong is told to `unfinished`. */
function readChain(chain: readonly Buffer[], unfinished: string[]): (ReadCertificate | null)[] {
  if (chain.length > MAX_CHAIN) {
    unfinished.push(`sends ${chain.length} certificates, of which ${MAX_CHAIN} were read`);
  }
  return chain.slice(0, MAX_CHAIN).map((der, index) => {
    const which =
      index === 0 ? "the server's certificate" : `certificate ${index + 1} of the chain`;
    try {
      if (der.length === 0) throw new Error("it is empty or cut short");
      const read = readCertificate(der);
      unfinished.push(...read.problems.map((problem) => `${which}: ${problem}`));
      return read;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      unfinished.push(`${which} cannot be read (${plain(message)})`);
      return null;
    }
  });
}

function isOrdered(chain: readonly ReadCertificate[]): boolean {
  return chain.every(({ x509 }, index) => {
    const next = chain[index + 1];
    if (next === undefined) return true;
    return next.slow === null ? issued(x509, next.x509) : x509.checkIssued(next.x509);
  });
}

/**
 * Follows the issuers among what was sent, in whatever order. A way that ends below no known root is incomplete where
 * the last certificate says where its issuer may be fetched; else its issuer may be a root that is not known here.
 */
function isComplete(chain: readonly ReadCertificate[], anchors: Anchors): boolean | null {
  const left = new Set(chain.slice(1));
  const reached = chain.slice(0, 1);
  let fetchable = false;
  for (const one of reached) {
    if (anchors.includes(one.x509) || anchors.issuerOf(one.x509) !== null) return true;
    const named = [...left].filter(({ x509 }) => x509.subject === one.x509.issuer);
    const issuers = named.slice(0, MAX_NAMESAKES).filter(({ x509 }) => issued(one.x509, x509));
    for (const issuer of issuers) left.delete(issuer);
    reached.push(...issuers);
    if (issuers.length === 0 && !one.facts.selfSigned && one.parts?.issuerFetchable === true) {
      fetchable = true;
    }
  }
  return fetchable ? false : null;
}

function timestampsOf(
  leaf: ReadCertificate,
  inStaple: number,
  list: Buffer | null | undefined,
  unfinished: string[],
): number | null {
  const found = (leaf.parts?.timestamps ?? 0) + inStaple;
  if (list === undefined || leaf.parts === null) return found === 0 ? null : found;
  try {
    return found + (list === null ? 0 : countTimestamps(list));
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    unfinished.push(`the list of timestamps cannot be read (${error.message})`);
    return found === 0 ? null : found;
  }
}
