import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { ConfigurationError, fileError, systemReason } from "./errors.ts";

const MEGABYTE = 1024 * 1024;
/** The largest configuration file that is taken in, bytes. */
const MAX_FILE_BYTES = 10 * MEGABYTE;
/** The largest piece of evidence of an attestation that is hashed, bytes. */
const MAX_EVIDENCE_BYTES = 100 * MEGABYTE;

/**
 * Reads a whole regular file of bounded size.
 * @throws ConfigurationError when it cannot be read, is no regular file or is too large (before any of it is read).
 */
export function readBytes(file: string, limit = MAX_FILE_BYTES): Buffer {
  const chunks: Buffer[] = [];
  readChunks(file, limit, (chunk) => chunks.push(Buffer.from(chunk)));
  return Buffer.concat(chunks);
}

/**
 * SHA-256 of a file in lower-case hex, read piece by piece; null when it cannot be read, is no regular file or
 * is larger than the limit.
 */
export function fileSha256(file: string, limit = MAX_EVIDENCE_BYTES): string | null {
  const hash = createHash("sha256");
  try {
    readChunks(file, limit, (chunk) => hash.update(chunk));
  } catch (error) {
    if (error instanceof ConfigurationError) return null;
    throw error;
  }
  return hash.digest("hex");
}

/** SHA-256 of bytes in lower-case hex. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * Decodes UTF-8; a leading byte order mark is dropped.
 * @throws ConfigurationError at the first byte that is no UTF-8.
 */
export function decodeUtf8(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const offset = firstBadByte(bytes);
    const before = Buffer.from(bytes.subarray(0, offset)).toString("utf8");
    const lineStart = before.lastIndexOf("\n") + 1;
    throw new ConfigurationError([
      {
        file,
        line: before.split("\n").length,
        column: before.length - lineStart + 1,
        message: `byte ${offset} is not UTF-8: save the file as UTF-8`,
      },
    ]);
  }
}

/** Offset of the first byte that is no UTF-8. A decoder puts U+FFFD there; a U+FFFD that was written is EF BF BD. */
function firstBadByte(bytes: Uint8Array): number {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  let offset = 0;
  let from = 0;
  for (;;) {
    const at = text.indexOf("\u{FFFD}", from);
    if (at < 0) return bytes.length;
    offset += Buffer.byteLength(text.slice(from, at));
    const written =
      bytes[offset] === 0xef && bytes[offset + 1] === 0xbf && bytes[offset + 2] === 0xbd;
    if (!written) return offset;
    offset += 3;
    from = at + 1;
  }
}

function readChunks(file: string, limit: number, take: (chunk: Uint8Array) => void): void {
  // A named pipe without a writer must not make the opening wait.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  const descriptor = attempt(file, () => openSync(file, flags));
  try {
    const stat = attempt(file, () => fstatSync(descriptor));
    if (!stat.isFile()) throw fileError(file, "cannot be read: it is no regular file");
    if (stat.size > limit) throw tooLarge(file, limit);
    const chunk = Buffer.allocUnsafe(Math.min(MEGABYTE, stat.size + 1));
    let total = 0;
    for (;;) {
      const length = attempt(file, () => readSync(descriptor, chunk, 0, chunk.length, null));
      if (length === 0) return;
      total += length;
      // It may grow while it is read.
      if (total > limit) throw tooLarge(file, limit);
      take(chunk.subarray(0, length));
    }
  } finally {
    closeSync(descriptor);
  }
}

function tooLarge(file: string, limit: number): ConfigurationError {
  const size = limit >= MEGABYTE ? `${limit / MEGABYTE} MiB` : `${limit / 1024} KiB`;
  return fileError(file, `is larger than ${size}, the most that is taken in`);
}

function attempt<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw fileError(file, `cannot be read: ${systemReason(error)}`);
  }
}
