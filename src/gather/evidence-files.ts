import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Attestation, Waiver } from "#model/exceptions.ts";
import type { Estate } from "#model/estate.ts";
import type { Evidence, Observation, Problem } from "#model/evidence.ts";
import type { Policy } from "#model/policy.ts";

/** What the evidence was judged by; kept beside it, so that it can be judged again without any other file. */
export interface Inputs {
  readonly policies: readonly Policy[];
  readonly estate: Estate;
  readonly attestations: readonly Attestation[];
  readonly waivers: readonly Waiver[];
  readonly only: readonly string[];
}

/** The folder's table of contents: every file with its size and hash. */
interface Manifest {
  readonly format: "probity-evidence";
  readonly version: 1;
  readonly tool: { readonly name: string; readonly version: string };
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly complete: boolean;
  readonly files: readonly {
    readonly name: string;
    readonly bytes: number;
    readonly sha256: string;
  }[];
}

const MANIFEST = "manifest.json";
const FILES = ["observations.jsonl", "problems.jsonl", "inputs.json"] as const;

/** What is wrong with a saved folder of evidence. */
export class EvidenceError extends Error {
  override readonly name = "EvidenceError";
}

/**
 * Writes evidence and inputs to a folder that is new or empty: JSON Lines, and a manifest with the hash of every file.
 * @throws EvidenceError when the folder holds something already.
 */
export function saveEvidence(
  folder: string,
  evidence: Evidence,
  inputs: Inputs,
  tool: Manifest["tool"],
): void {
  mkdirSync(folder, { recursive: true });
  if (readdirSync(folder).length > 0) {
    throw new EvidenceError(`${folder} is not empty: evidence is never mixed, choose a new folder`);
  }
  const lines = (items: readonly unknown[]) => items.map((item) => `${JSON.stringify(item)}\n`);
  const contents: Record<(typeof FILES)[number], string> = {
    "observations.jsonl": lines(evidence.observations).join(""),
    "problems.jsonl": lines(evidence.problems).join(""),
    "inputs.json": `${JSON.stringify(inputs, null, 2)}\n`,
  };
  const files = FILES.map((name) => {
    const bytes = Buffer.from(contents[name]);
    writeFileSync(join(folder, name), bytes, { mode: 0o600 });
    return { name, bytes: bytes.length, sha256: sha256(bytes) };
  });
  const { startedAt, finishedAt, complete } = evidence;
  const manifest: Manifest = {
    format: "probity-evidence",
    version: 1,
    tool,
    startedAt,
    finishedAt,
    complete,
    files,
  };
  writeFileSync(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
}

/**
 * Reads what `saveEvidence` wrote.
 * @throws EvidenceError when a file is missing, changed since, or not of this format.
 */
export function loadEvidence(folder: string): { evidence: Evidence; inputs: Inputs } {
  const manifest = parse<Manifest>(folder, MANIFEST, read(folder, MANIFEST));
  if (manifest.format !== "probity-evidence" || manifest.version !== 1) {
    throw new EvidenceError(`${join(folder, MANIFEST)} is no evidence that this version can read`);
  }
  const content = (name: (typeof FILES)[number]): string => {
    const bytes = read(folder, name);
    const expected = manifest.files.find((file) => file.name === name)?.sha256;
    if (sha256(bytes) !== expected) {
      throw new EvidenceError(
        `${join(folder, name)} has changed since it was saved: its SHA-256 is ${sha256(bytes)}, the manifest says ${expected ?? "nothing"}`,
      );
    }
    return bytes.toString("utf8");
  };
  const items = <T>(name: (typeof FILES)[number]): T[] =>
    content(name)
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => parse<T>(folder, name, line));
  const { startedAt, finishedAt, complete } = manifest;
  return {
    evidence: {
      startedAt,
      finishedAt,
      complete,
      observations: items<Observation>("observations.jsonl"),
      problems: items<Problem>("problems.jsonl"),
    },
    inputs: parse<Inputs>(folder, "inputs.json", content("inputs.json")),
  };
}

function read(folder: string, name: string): Buffer {
  try {
    return readFileSync(join(folder, name));
  } catch {
    throw new EvidenceError(
      `${join(folder, name)} cannot be read: is ${folder} a folder of saved evidence?`,
    );
  }
}

/** The hash in the manifest has proven that these bytes are what was written, so their shape is known. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
function parse<T>(folder: string, name: string, text: string | Buffer): T {
  try {
    return JSON.parse(text.toString());
  } catch {
    throw new EvidenceError(`${join(folder, name)} is not valid JSON`);
  }
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
