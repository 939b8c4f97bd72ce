import { createHash } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Evidence, Observation, Problem } from "#model/evidence.ts";
import type { RecordedAnswer } from "./context.ts";
import { EvidenceError } from "./evidence-error.ts";
import {
  parseInputs,
  parseManifest,
  parseObservation,
  parseProblem,
  type Expectations,
  type Inputs,
  type Manifest,
} from "./evidence-schemas.ts";
import { readLines, readWhole } from "./regular-file.ts";

export { EvidenceError } from "./evidence-error.ts";
export type { Inputs } from "./evidence-schemas.ts";

const MANIFEST = "manifest.json";
/** What the providers answered, for people: nothing is judged by it, so nothing reads it back. */
const ANSWERS = "answers.jsonl";
type DataFile = "observations.jsonl" | "problems.jsonl" | "inputs.json";

const MIB = 1024 * 1024;
/** Most that is read of a saved file; more is damage or malice. */
const MOST = { manifest: MIB, inputs: 64 * MIB, lines: { bytes: 2048 * MIB, line: 64 * MIB } };
/** So much is written at once, characters. */
const BATCH = MIB;

/**
 * Makes the folder for evidence, before a scan that may take an hour gathers any.
 * @throws EvidenceError when it holds something already, or cannot be made or written.
 */
export function prepareEvidence(folder: string): void {
  requireEmpty(folder);
}

function requireEmpty(folder: string, own: string | null = null): void {
  const held = writing(folder, () => {
    makeFolder(folder);
    accessSync(folder, constants.W_OK);
    return readdirSync(folder).filter((name) => name !== own);
  });
  if (held.length > 0) {
    throw new EvidenceError(`${folder} is not empty: evidence is never mixed, choose a new folder`);
  }
}

/** Answers that are written while a scan runs, as they may be more than fit into memory. */
export interface AnswerFile {
  readonly take: (answer: RecordedAnswer) => void;
  /** Closes it, and tells what it became. @throws EvidenceError when something could not be written */
  readonly end: () => Manifest["files"][number];
}

/**
 * Opens the file of answers in a folder that `prepareEvidence` made.
 * @throws EvidenceError when it cannot be written
 */
export function openAnswers(folder: string): AnswerFile {
  const file = writing(folder, () => appender(folder, ANSWERS));
  let failure: unknown = null;
  return {
    // A full disk must not cost the scan: it is told in the end.
    take: (answer) => {
      try {
        if (failure === null) file.add(`${JSON.stringify(answer)}\n`);
      } catch (error) {
        failure = error;
      }
    },
    end: () =>
      writing(folder, () => {
        const written = file.end();
        if (failure !== null) throw failure;
        return written;
      }),
  };
}

/**
 * Writes evidence and inputs to a folder that `prepareEvidence` made: JSON Lines, and a manifest with the hash of every file.
 * @throws EvidenceError when the folder holds something already, or cannot be written.
 */
export function saveEvidence(
  folder: string,
  evidence: Evidence,
  inputs: Inputs,
  tool: Manifest["tool"],
  answers: AnswerFile | null = null,
): void {
  const recorded = answers === null ? [] : [answers.end()];
  requireEmpty(folder, answers === null ? null : ANSWERS);
  writing(folder, () => {
    const files = [
      ...recorded,
      write(folder, "observations.jsonl", lines(evidence.observations)),
      write(folder, "problems.jsonl", lines(evidence.problems)),
      write(folder, "inputs.json", [`${JSON.stringify(inputs, null, 2)}\n`]),
    ];
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
    write(folder, MANIFEST, [`${JSON.stringify(manifest, null, 2)}\n`]);
  });
}

/**
 * Reads what `saveEvidence` wrote.
 * @param controls what each control expects: the saved policies are checked by it.
 * @throws EvidenceError when a file is missing, changed since, no regular file, or not of this format.
 */
export function loadEvidence(
  folder: string,
  controls: Expectations,
): { evidence: Evidence; inputs: Inputs } {
  const place = join(folder, MANIFEST);
  const manifest = parseManifest(readWhole(place, MOST.manifest).text, place);
  const unchanged = (name: DataFile, sha256: string): void => {
    const expected = manifest.files.find((file) => file.name === name)?.sha256;
    if (sha256 === expected) return;
    throw new EvidenceError(
      `${join(folder, name)} has changed since it was saved: its SHA-256 is ${sha256}, the manifest says ${expected ?? "nothing"}`,
    );
  };
  const items = <T>(name: DataFile, parse: (line: string, place: string) => T): T[] => {
    const path = join(folder, name);
    const found: T[] = [];
    const { sha256, error } = readLines(path, MOST.lines, (line, number) => {
      found.push(parse(line, `${path}, line ${number}`));
    });
    unchanged(name, sha256);
    if (error !== undefined) throw error;
    return found;
  };
  const observations = items<Observation>("observations.jsonl", parseObservation);
  const problems = items<Problem>("problems.jsonl", parseProblem);
  const path = join(folder, "inputs.json");
  const { text, sha256 } = readWhole(path, MOST.inputs);
  unchanged("inputs.json", sha256);
  const { startedAt, finishedAt, complete } = manifest;
  return {
    evidence: { startedAt, finishedAt, complete, observations, problems },
    inputs: parseInputs(text, path, controls),
  };
}

/** Makes a folder and those above it. Node's own recursive mkdir tries for ever where a file system refuses with ENOENT, as /proc does. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  const above = dirname(folder);
  if (above !== folder) makeFolder(above);
  mkdirSync(folder);
}

function* lines(items: readonly unknown[]): Generator<string> {
  for (const item of items) yield `${JSON.stringify(item)}\n`;
}

/** Writes a new file piece by piece: one text of all evidence may be longer than a string can be. */
function write(folder: string, name: string, texts: Iterable<string>): Manifest["files"][number] {
  const file = appender(folder, name);
  try {
    for (const text of texts) file.add(text);
  } catch (error) {
    file.end();
    throw error;
  }
  return file.end();
}

/** A new file that grows, with its hash. */
function appender(folder: string, name: string) {
  const hash = createHash("sha256");
  const file = openSync(join(folder, name), "wx", 0o600);
  let bytes = 0;
  let batch = "";
  const flush = () => {
    const buffer = Buffer.from(batch);
    batch = "";
    bytes += buffer.length;
    hash.update(buffer);
    writeFileSync(file, buffer);
  };
  return {
    add: (text: string) => {
      batch += text;
      if (batch.length >= BATCH) flush();
    },
    end: () => {
      try {
        flush();
      } finally {
        closeSync(file);
      }
      return { name, bytes, sha256: hash.digest("hex") };
    },
  };
}

/** What the operating system refuses is told as an error of the folder. */
function writing<T>(folder: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new EvidenceError(`${folder} cannot be written: ${why}`);
  }
}
