import type { Finding, Path } from "./document.ts";

/** Texts that are a secret whatever key they stand under. */
const FORMS: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  { name: "an AWS access key id", pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/ },
  { name: "a private key", pattern: /-----BEGIN [A-Z ]{0,40}PRIVATE KEY/ },
  { name: "a signed token (JWT)", pattern: /\beyJ[\w-]{8,400}\.[\w-]{8,4000}\./ },
  {
    name: "a password in an address",
    pattern: /[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/?#@:]*:[^\s/?#@]+@/i,
  },
  { name: "a signed address", pattern: /[?&](?:sig|x-amz-signature|x-goog-signature)=/i },
  { name: "a storage key", pattern: /\b(?:AccountKey|SharedAccessKey|SharedAccessSignature)=/i },
  { name: "a Google API key", pattern: /\bAIza[\w-]{35}/ },
  {
    name: "an access token",
    pattern: /\b(?:gh[oprsu]_|github_pat_|glpat-|xox[abeoprs]-)[\w-]{16,}/,
  },
];

/** How far a text is searched, characters: enough for any value that a configuration file has reason to hold. */
const SEARCHED = 65_536;
const SECRET_KEY = /secret|passw|token|key|credential/i;
/** The usual way to write the name of an environment variable. */
const VARIABLE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const HEX = /^[0-9a-f]{32,}$/i;

/** What kind of secret a text is or holds by its form; null for none. */
export function secretForm(text: string): string | null {
  const searched = text.slice(0, SEARCHED);
  return FORMS.find(({ pattern }) => pattern.test(searched))?.name ?? null;
}

/**
 * Finds what looks like a literal secret anywhere in a document: by its form, or a long random value under a key
 * named like one. The findings never hold the value.
 */
export function secretFindings(value: unknown): readonly Finding[] {
  const findings: Finding[] = [];
  const visit = (node: unknown, path: Path, named: boolean): void => {
    if (typeof node === "string") {
      const form = secretForm(node) ?? (named && looksRandom(node) ? "a secret" : null);
      if (form !== null) findings.push({ path, message: refusal(form) });
    } else if (Array.isArray(node)) {
      node.forEach((item, index) => visit(item, [...path, index], named));
    } else if (typeof node === "object" && node !== null) {
      for (const [key, item] of Object.entries(node)) {
        const form = secretForm(key);
        if (form !== null)
          findings.push({ path: [...path, key], part: "key", message: refusal(form) });
        visit(item, [...path, key], SECRET_KEY.test(key));
      }
    }
  };
  visit(value, [], false);
  return findings;
}

function refusal(form: string): string {
  return (
    `: looks like ${form}, which does not belong in this file: ` +
    "name an environment variable (env) or a file (files) that holds it"
  );
}

/**
 * Whether a text of 16 characters or more looks made by a machine: hex, a UUID, or one in which letters, capitals
 * and digits change often. Names and paths change seldom; a capital that begins a word is no change.
 */
export function looksRandom(text: string): boolean {
  if (text.length < 16 || /\s/.test(text) || VARIABLE.test(text)) return false;
  if (UUID.test(text) || HEX.test(text)) return true;
  let changes = 0;
  const searched = text.slice(0, SEARCHED);
  for (let index = 1; index < searched.length; index++) {
    const change = `${kindOf(searched[index - 1])}${kindOf(searched[index])}`;
    if (/^(?:aA|a0|A0|0a|0A)$/.test(change)) changes++;
  }
  return changes / (searched.length - 1) >= 0.15;
}

function kindOf(character = ""): "a" | "A" | "0" | "-" {
  if (/[a-z]/.test(character)) return "a";
  if (/[A-Z]/.test(character)) return "A";
  return /[0-9]/.test(character) ? "0" : "-";
}
