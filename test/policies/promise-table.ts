import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sharedFolder } from "../support/requirements.ts";

/** One id of the reference table of promises, with what the table asks of its claim. */
export interface PromiseRow {
  readonly id: string;
  /** Ids of controls; empty where the promise is attested or informational. */
  readonly controls: readonly string[];
  readonly how: "L" | "A" | "L+A" | "I";
  /** How old an attestation may be, where the promise needs one. ISO 8601. */
  readonly maxAge: string;
  /** A number or a profile in it was chosen by a reader, not by the statement. */
  readonly interpreted: boolean;
  /** The sentence itself has something that a reader must be told. */
  readonly remark: boolean;
}

/** Where the table names no age: the table's own ages are a year but for two. */
const USUAL_AGE = "P1Y";

/** Reads the reference table that lies beside the project: one entry for every id of every row. */
export function readPromises(): readonly PromiseRow[] {
  const rows = readFileSync(join(sharedFolder, "claims.md"), "utf8")
    .split("\n")
    .filter((line) => /^\| (?:pf|vs|kz)-/.test(line));
  const marked = new Set(rows.filter((row) => row.includes("†")).flatMap(idsOf));
  return rows.flatMap((row) => readRow(row, marked));
}

function readRow(row: string, marked: ReadonlySet<string>): PromiseRow[] {
  const [, , control = "", expectation = "", how = ""] = cells(row);
  // "as pf-dr-tested": the number, and whose it is, are those of the other row.
  const sameAs = /^as ([a-z-]+)$/.exec(expectation)?.[1] ?? "";
  return idsOf(row).map((id, index) => {
    // "L; A" and "ssh-key-strength; attestation": the first id's, then the second's.
    const own = (cell: string) => (how.includes(";") ? (list(cell, ";")[index] ?? "") : cell);
    const kind = readHow(own(how), row);
    return {
      id,
      controls: list(own(control), /[,;]/).filter(
        (name) => name !== "attestation" && name !== "informational",
      ),
      how: kind,
      maxAge: (kind === "A" ? /≤ (P\d+[YMWD])/.exec(expectation)?.[1] : undefined) ?? USUAL_AGE,
      interpreted: marked.has(id) || marked.has(sameAs),
      remark: /Lint:|lint finding|ambiguity/.test(row),
    };
  });
}

function idsOf(row: string): string[] {
  return list(cells(row)[0] ?? "", ",");
}

function readHow(text: string, row: string): PromiseRow["how"] {
  if (text === "L" || text === "A" || text === "L+A" || text === "I") return text;
  throw new Error(`no column "how" in the row: ${row}`);
}

function cells(line: string): string[] {
  return line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}

function list(cell: string, separator: string | RegExp): string[] {
  return cell
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
