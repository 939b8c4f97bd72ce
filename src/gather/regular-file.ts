import { createHash, type Hash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { EvidenceError } from "./evidence-error.ts";

const CHUNK_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;

/** A file's SHA-256 in lower-case hex, and what is wrong with its content, if anything. */
export interface FileRead {
  readonly sha256: string;
  /** The first error that `take` threw; undefined when it took everything. */
  readonly error: unknown;
}

/**
 * Reads a file line by line, at most `bytes` in all and `line` in one. After an error of `take` it reads on for the
 * hash alone: whether the file was changed is worth more than what is wrong with it.
 * @throws EvidenceError when it is no regular file (a link, a device, a pipe), cannot be read, or is too large.
 */
export function readLines(
  path: string,
  most: { readonly bytes: number; readonly line: number },
  take: (line: string, number: number) => void,
): FileRead {
  const hash = createHash("sha256");
  let rest: Buffer[] = [];
  let restBytes = 0;
  let number = 0;
  let error: unknown;
  const end = () => {
    number += 1;
    const line = Buffer.concat(rest).toString("utf8");
    rest = [];
    restBytes = 0;
    if (line === "" || error !== undefined) return;
    try {
      take(line, number);
    } catch (thrown) {
      error = thrown;
    }
  };
  const keep = (piece: Buffer) => {
    restBytes += piece.length;
    if (restBytes > most.line) throw tooLarge(path, most.line, `line ${number + 1}`);
    // The chunk's memory is used again for the next.
    rest.push(Buffer.from(piece));
  };
  readChunks(path, most.bytes, hash, (chunk) => {
    let from = 0;
    for (let to = chunk.indexOf(NEWLINE); to !== -1; to = chunk.indexOf(NEWLINE, from)) {
      keep(chunk.subarray(from, to));
      end();
      from = to + 1;
    }
    if (from < chunk.length) keep(chunk.subarray(from));
  });
  if (restBytes > 0) end();
  return { sha256: hash.digest("hex"), error };
}

/**
 * A file as a whole, at most so many bytes.
 * @throws EvidenceError as readLines does.
 */
export function readWhole(path: string, bytes: number): { text: string; sha256: string } {
  const hash = createHash("sha256");
  const chunks: Buffer[] = [];
  readChunks(path, bytes, hash, (chunk) => chunks.push(Buffer.from(chunk)));
  return { text: Buffer.concat(chunks).toString("utf8"), sha256: hash.digest("hex") };
}

function readChunks(path: string, most: number, hash: Hash, take: (chunk: Buffer) => void): void {
  const file = openRegular(path);
  try {
    const buffer = Buffer.alloc(CHUNK_BYTES);
    let total = 0;
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) {
      total += read;
      if (total > most) throw tooLarge(path, most);
      const chunk = buffer.subarray(0, read);
      hash.update(chunk);
      take(chunk);
    }
  } catch (error) {
    throw error instanceof EvidenceError ? error : unreadable(path, error);
  } finally {
    closeSync(file);
  }
}

/** Opens without following a link and without waiting for the other end of a pipe. */
function openRegular(path: string): number {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if (fstatSync(file).isFile()) return file;
  } catch (error) {
    if (file !== undefined) closeSync(file);
    throw unreadable(path, error);
  }
  closeSync(file);
  throw new EvidenceError(`${path} is no regular file`);
}

function unreadable(path: string, error: unknown): EvidenceError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ELOOP") return new EvidenceError(`${path} is no regular file but a link`);
  const why = error instanceof Error ? error.message : String(error);
  return new EvidenceError(`${path} cannot be read (${why}): is this a folder of saved evidence?`);
}

function tooLarge(path: string, most: number, where = "it"): EvidenceError {
  return new EvidenceError(`${path}: ${where} is larger than ${most / 1024 / 1024} MiB`);
}
