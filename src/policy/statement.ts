import { dirname, isAbsolute, join, normalize } from "node:path";
import { isMapping, type mappingsOf } from "#configuration/check.ts";
import type { Finding, YamlDocument } from "#configuration/document.ts";
import { ConfigurationError } from "#configuration/errors.ts";
import { decodeUtf8, readBytes, sha256Of } from "#configuration/files.ts";
import { showText } from "#configuration/show.ts";
import { foldSpace, quoteProblem } from "./quote.ts";

const FILE = ["statement", "file"] as const;
const HASH = ["statement", "sha256"] as const;
/** The largest copy of a statement, bytes: every quote is looked for in all of it. */
const MAX_STATEMENT_BYTES = 1024 * 1024;
/** So many missing quotes are told with the nearest place; with more, it is likely the wrong text. */
const MOST_EXPLAINED = 20;

/**
 * Holds a policy against the stored copy of its statement: the copy is there, it is the one that the policy was
 * written for, and it has every quote. What is no text at all is left to the schema.
 */
export function statementFindings(
  document: YamlDocument,
  claims: ReturnType<typeof mappingsOf>,
): readonly Finding[] {
  const statement = isMapping(document.value) ? document.value["statement"] : undefined;
  if (!isMapping(statement) || typeof statement["file"] !== "string") return [];
  const name = statement["file"];
  if (isAbsolute(name) || /^\.\.(?:[\\/]|$)/.test(normalize(name))) {
    const message = `: expected a file beside the policy, got ${showText(name)}`;
    return [{ path: FILE, message }];
  }
  const findings: Finding[] = [];
  try {
    const file = join(dirname(document.file), name);
    const bytes = readBytes(file, MAX_STATEMENT_BYTES);
    const declared = statement["sha256"];
    const actual = sha256Of(bytes);
    if (typeof declared === "string" && declared !== actual) {
      findings.push({
        path: HASH,
        message:
          `: the stored copy ${showText(name)} has changed: its SHA-256 is ${actual}, ` +
          `the policy was written for ${showText(declared)}; read it again, mend the quotes and then the hash`,
      });
    }
    const text = foldSpace(decodeUtf8(file, bytes));
    let missing = 0;
    for (const { path, entry } of claims) {
      if (typeof entry["quote"] !== "string") continue;
      const problem = quoteProblem(text, entry["quote"], missing < MOST_EXPLAINED);
      if (problem === null) continue;
      missing++;
      findings.push({ path: [...path, "quote"], message: `: ${problem}` });
    }
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const reason = error.issues[0]?.message ?? "cannot be read";
    findings.push({ path: FILE, message: `: ${showText(name)} ${reason}` });
  }
  return findings;
}
