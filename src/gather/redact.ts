import { REDACTED } from "#model/redacted.ts";
import {
  BACKUP_SET_KIND,
  ENDPOINT_KIND,
  OIDC_KIND,
  SAML_KIND,
  SSH_ENDPOINT_KIND,
  TARGET_KIND,
  TLS_ENDPOINT_KIND,
  type Subject,
} from "#model/subject.ts";
import { encodingsOf } from "./secret-encodings.ts";
import { SECRET_NAME, withoutSecretForms } from "./secret-text.ts";

/** Takes secrets out of text and of JSON-like values, before they are hashed, kept, logged or shown. */
export interface Redactor {
  readonly text: (text: string) => string;
  /** All of a value, to be hashed. */
  readonly value: <T>(value: T) => T;
  /** A value that is kept: a text longer than 64 KiB is cut. */
  readonly kept: <T>(value: T) => T;
  /** The same subject gives the same redacted one wherever it turns up, and different ones stay different. */
  readonly subject: (subject: Subject) => Subject;
  /** One more secret that this scan uses: from now on it is taken out wherever it turns up, however it is encoded. */
  readonly learn: (secret: string) => void;
}

/** Longest text that is kept, characters. */
const LONGEST_KEPT = 65_536;
/** Shorter secrets would take ordinary words out with them. */
const SHORTEST_SECRET = 6;
/** What the estate names itself: it is refused when it holds a secret, and it must stay what the estate says. */
const DECLARED_KINDS: ReadonlySet<string> = new Set([
  TARGET_KIND,
  ENDPOINT_KIND,
  TLS_ENDPOINT_KIND,
  OIDC_KIND,
  SAML_KIND,
  SSH_ENDPOINT_KIND,
  BACKUP_SET_KIND,
]);

/**
 * @param known secrets that this scan itself uses; they are taken out wherever they turn up.
 */
export function createRedactor(known: Iterable<string> = []): Redactor {
  /** Longest first: one secret may begin with another. */
  let secrets: readonly string[] = [];
  /** Characters; nothing shorter can hold one. */
  let shortest = Number.POSITIVE_INFINITY;
  let subjects = new WeakMap<Subject, Subject>();
  const ids = new Map<string, string>();

  const learn = (secret: string) => {
    if (secret.length < SHORTEST_SECRET || secrets.includes(secret)) return;
    secrets = [...new Set([...secrets, ...encodingsOf(secret)])].sort(
      (a, b) => b.length - a.length,
    );
    shortest = secrets.at(-1)?.length ?? shortest;
    subjects = new WeakMap();
  };
  for (const secret of known) learn(secret);

  const text = (input: string): string => {
    let output = input;
    if (input.length >= shortest) {
      for (const secret of secrets) output = output.replaceAll(secret, REDACTED);
    }
    return withoutSecretForms(output);
  };

  const field = (name: string, value: unknown, longest: number, depth: number): unknown =>
    value !== null &&
    (typeof value === "string" || typeof value === "object") &&
    SECRET_NAME.test(name)
      ? REDACTED
      : walk(value, longest, depth);

  /** Most of what is asked holds no secret, and comes back as it is: a copy of all of it would double the work. */
  const walk = (value: unknown, longest: number, depth = 0): unknown => {
    if (typeof value === "string") return cut(text(value), longest);
    if (typeof value !== "object" || value === null || value instanceof Date) return value;
    if (depth > 100) return null;
    if (ArrayBuffer.isView(value)) return value;
    if (Array.isArray(value)) {
      const items = value.map((item) => walk(item, longest, depth + 1));
      return items.every((item, index) => Object.is(item, value[index])) ? value : items;
    }
    if (value instanceof Map || value instanceof Set) return walk([...value], longest, depth);
    let same = isPlain(value);
    const entries = Object.entries(value);
    for (const entry of entries) {
      const item = field(entry[0], entry[1], longest, depth + 1);
      same &&= Object.is(item, entry[1]);
      entry[1] = item;
    }
    return same ? value : Object.fromEntries(entries);
  };

  const redactedId = (id: string): string => {
    const clean = cut(text(id), LONGEST_KEPT);
    if (clean === id) return id;
    // Two subjects must not become one: the one that passes would stand for the one that fails.
    const given = ids.get(id) ?? `${clean}#${ids.size + 1}`;
    ids.set(id, given);
    return given;
  };

  const subject = (given: Subject): Subject => {
    const seen = subjects.get(given);
    if (seen !== undefined) return seen;
    const tags = given.tags === null ? null : redactedTags(given.tags, text);
    const clean = DECLARED_KINDS.has(given.kind)
      ? { ...given, tags }
      : {
          ...given,
          kind: cut(text(given.kind), LONGEST_KEPT),
          id: redactedId(given.id),
          name: cut(text(given.name), LONGEST_KEPT),
          region: given.region === null ? null : cut(text(given.region), LONGEST_KEPT),
          tags,
        };
    subjects.set(given, clean);
    return clean;
  };

  // Redaction keeps the shape: strings stay strings, so the type holds but for secret-named objects, which no facet has.
  /* oxlint-disable typescript/no-unsafe-type-assertion */
  return {
    text,
    learn,
    subject,
    value: <T>(value: T) => walk(value, Number.POSITIVE_INFINITY) as T,
    kept: <T>(value: T) => walk(value, LONGEST_KEPT) as T,
  };
  /* oxlint-enable typescript/no-unsafe-type-assertion */
}

/** A tag's value goes when its name or its form says that it is a secret, or when it is too long to be kept whole. */
function redactedTags(
  tags: Readonly<Record<string, string>>,
  text: Redactor["text"],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(tags).map(([name, value]) => [
      name.length > LONGEST_KEPT ? REDACTED : text(name),
      SECRET_NAME.test(name) || value.length > LONGEST_KEPT ? REDACTED : text(value),
    ]),
  );
}

/** Of JSON, as opposed to what an SDK has made of it. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}
