import { controls } from "#controls/index.ts";
import { probes } from "#probes/index.ts";
import { printableJson } from "#report/escape.ts";
import { renderTable } from "#report/lists.ts";
import { EXIT, UsageError } from "./exit.ts";
import { readInputs } from "./inputs.ts";
import { terminalStyle, writeText } from "./output.ts";

interface ListOptions {
  readonly policy?: readonly string[];
  readonly format: "text" | "json";
}
interface Listing {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Lists claims, controls or probes. @throws UsageError for anything else. */
export async function list(what: string, options: ListOptions): Promise<number> {
  const { columns, rows } = listing(what, options);
  const objects = rows.map((row) =>
    Object.fromEntries(columns.map((column, position) => [column.toLowerCase(), row[position]])),
  );
  const text =
    options.format === "json"
      ? `${printableJson(JSON.stringify(objects, null, 2))}\n`
      : renderTable(columns, rows, terminalStyle(process.stdout.isTTY).width);
  await writeText(text);
  return EXIT.upheld;
}

function listing(what: string, options: ListOptions): Listing {
  switch (what) {
    case "controls":
      return {
        columns: ["Id", "Severity", "Judges", "Needs", "Title"],
        rows: [...controls.values()].map((control) => [
          control.id,
          control.severity,
          control.judges,
          control.needs.join(", "),
          control.title,
        ]),
      };
    case "probes":
      return {
        columns: ["Id", "Provider", "Facets", "Title"],
        rows: probes.map((probe) => [
          probe.id,
          probe.provider,
          Object.keys(probe.provides).join(", "),
          probe.title,
        ]),
      };
    case "claims":
      return claims(options);
    default:
      throw new UsageError(`list ${what}: expected claims, controls or probes`);
  }
}

function claims(options: ListOptions): Listing {
  if (options.policy === undefined) {
    throw new UsageError("list claims: name the policy with --policy FILE");
  }
  const { policies } = readInputs({ policy: options.policy }, new Date());
  return {
    columns: ["Policy", "Claim", "Severity", "Judged by", "Quote"],
    rows: policies.flatMap((policy) =>
      policy.claims.map((claim) => [
        policy.id,
        claim.id,
        claim.severity,
        [
          ...claim.checks.map((check) => check.control ?? `${check.pending ?? ""} (pending)`),
          ...(claim.attest.length > 0 ? ["attestation"] : []),
          ...(claim.informational === undefined ? [] : ["informational"]),
        ].join(", "),
        claim.quote,
      ]),
    ),
  };
}
