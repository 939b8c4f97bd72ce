/** From the names of suites and groups that servers and peers use to those of evidence. */
import { cipherSuites, ssl2Ciphers, suiteCode } from "#facts/cipher-suites.ts";

let codes: ReadonlyMap<string, string> | undefined;

/**
 * The code of a suite, as evidence spells it, by its IANA name.
 * @throws Error when no suite has that name
 */
export function codeOf(name: string): string {
  const code = findCode(name);
  if (code === undefined) throw new Error(`no cipher suite is called ${name}`);
  return code;
}

/** The same, undefined where no suite has that name. */
export function findCode(name: string): string | undefined {
  codes ??= new Map(
    [...cipherSuites().values(), ...ssl2Ciphers()].map((suite) => [
      suite.name,
      suiteCode(suite.code),
    ]),
  );
  return codes.get(name);
}
