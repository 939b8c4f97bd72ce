/** What keys that identity endpoints publish must be: of a size that nobody breaks, public, and certified now. */
import type { AttentionNote } from "#model/control.ts";
import type { SigningKey } from "#model/identity-facets.ts";
import { parseMoment, renderMoment } from "#model/moment.ts";
import { plain } from "#model/text.ts";

export interface KeySizes {
  readonly minimumRsaBits: number;
  readonly minimumEcBits: number;
}

/** By what the keys of a key set or of a SAML role are judged. */
interface KeyQuestion {
  readonly sizes: KeySizes;
  /** Whether there must be one for signing. */
  readonly required: boolean;
  /** Where they stand, for the messages. */
  readonly place: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Findings about the keys of one place. */
export interface KeyFindings {
  readonly failures: readonly string[];
  readonly open: readonly string[];
  readonly attention: readonly AttentionNote[];
}

const DAY = 86_400_000;
/** Partners have to be told of a new certificate in time. */
const NOTICE = 30 * DAY;
const MAX_SAID = 5;

/** Judges the keys of a key set or of a SAML role. */
export function judgeKeys(
  keys: readonly SigningKey[],
  { sizes, required, place, now }: KeyQuestion,
): KeyFindings {
  const signing = keys.filter(({ use }) => use !== "enc");
  const none = required && signing.length === 0 ? [`${place} has no key for signing`] : [];
  const dates = judgeCertificates(signing, place, now);
  return {
    failures: [
      ...keys.flatMap((key) => exposure(key, place)),
      ...few(
        keys.flatMap((key) => weakness(key, sizes, place)),
        place,
      ),
      ...dates.failures,
      ...none,
    ],
    open: [
      ...few(
        signing.flatMap((key) => doubt(key, place)),
        place,
      ),
      ...dates.open,
    ],
    attention: dates.attention,
  };
}

/** A server can publish as many as it likes. */
function few(said: readonly string[], place: string): readonly string[] {
  const more = said.length - MAX_SAID;
  return more > 0 ? [...said.slice(0, MAX_SAID), `${more} more such keys of ${place}`] : said;
}

function nameOf({ name }: SigningKey, place: string): string {
  return `key ${plain(name, 80)} of ${place}`;
}

function exposure(key: SigningKey, place: string): readonly string[] {
  if (key.exposed.length === 0) return [];
  const what = key.type === "symmetric" ? "the secret of its symmetric" : "the private half of its";
  return [`${place} publishes ${what} key ${plain(key.name, 80)} (${key.exposed.join(", ")})`];
}

function weakness(
  key: SigningKey,
  { minimumRsaBits, minimumEcBits }: KeySizes,
  place: string,
): readonly string[] {
  const { type, bits, certificate } = key;
  const found: string[] = [];
  if (type === "dsa") found.push(`${nameOf(key, place)} is a DSA key`);
  const least = type === "rsa" ? minimumRsaBits : type === "ec" ? minimumEcBits : 0;
  if (bits !== null && bits < least) {
    found.push(`${nameOf(key, place)} is an ${type.toUpperCase()} key of ${bits} bits only`);
  }
  if (certificate?.ofKey === false) {
    found.push(`the certificate beside ${nameOf(key, place)} is of another key`);
  }
  return found;
}

function doubt(key: SigningKey, place: string): readonly string[] {
  const { type, bits, unreadable } = key;
  if (unreadable !== null) return [`${nameOf(key, place)} ${plain(unreadable)}`];
  if (type === "other") return [`${nameOf(key, place)} is of a kind that Probity does not know`];
  if ((type === "rsa" || type === "ec") && bits === null) {
    return [`the size of ${nameOf(key, place)} is not known`];
  }
  return [];
}

/**
 * One key that can be used now is enough: before a certificate ends, its successor is published beside it, and the old one
 * may be left there. A key without a certificate has no end.
 */
function judgeCertificates(keys: readonly SigningKey[], place: string, now: number): KeyFindings {
  const spans = keys.flatMap((key) => {
    const { certificate } = key;
    if (certificate === null) return [];
    const from = parseMoment(certificate.validFrom);
    const to = parseMoment(certificate.validTo);
    return [{ key, from, to }];
  });
  const lasting = keys.some(
    ({ certificate, unreadable }) => certificate === null && unreadable === null,
  );
  const unclear = spans
    .filter(({ from, to }) => from === null || to === null)
    .map(({ key }) => `the validity of the certificate of ${nameOf(key, place)} cannot be read`);
  const valid = spans.filter(
    ({ from, to }) => from !== null && to !== null && from <= now && now < to,
  );
  const expired = spans.flatMap(({ key, to }) => (to !== null && to <= now ? [{ key, to }] : []));
  if (spans.length === 0) return { failures: [], open: [], attention: [] };
  if (!lasting && valid.length === 0) {
    // A certificate or key that cannot be read may be the one that holds.
    const doubtful = unclear.length > 0 || keys.some(({ unreadable }) => unreadable !== null);
    const words = spans.map(({ key, to }) =>
      to !== null && to <= now
        ? `the certificate of ${nameOf(key, place)} expired on ${renderMoment(to)}`
        : `the certificate of ${nameOf(key, place)} is not valid yet`,
    );
    return doubtful
      ? {
          failures: [],
          open: [...unclear, `no certificate of ${place} is known to be valid now`],
          attention: [],
        }
      : { failures: few(words, place), open: [], attention: [] };
  }
  const last = lasting ? Number.POSITIVE_INFINITY : Math.max(...valid.map(({ to }) => to ?? 0));
  const ends = last - now < NOTICE;
  return {
    failures: [],
    open: few(unclear, place),
    attention: [
      ...(ends
        ? [
            note(
              last,
              `the last valid signing certificate of ${place} expires on ${renderMoment(last)}: publish its successor and tell partners`,
            ),
          ]
        : []),
      ...expired
        .slice(0, MAX_SAID)
        .map(({ key, to }) =>
          note(
            to,
            `the certificate of ${nameOf(key, place)} expired on ${renderMoment(to)} and is still published: take it away`,
          ),
        ),
    ],
  };
}

function note(due: number, message: string): AttentionNote {
  return { kind: "certificate-expiry", due: new Date(due).toISOString(), message };
}
