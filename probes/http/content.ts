import { Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import type { Incoming } from "./messages.ts";

export interface ReadContent {
  readonly data: Buffer;
  /** False where there is more than was read. */
  readonly complete: boolean;
}

/** What is packed is smaller than what comes out of it; more of it than this tells nothing any more. */
const PACKING_BYTES = 65_536;

/**
 * Reads content up to so many decoded bytes, however much there is of it or would come out of it.
 * Null where it breaks off, or is packed in a way that is not understood. Never throws.
 * @param encoding value of Content-Encoding
 */
export function readContent(
  { source, isWhole }: Incoming,
  encoding: string | null,
  limit: number,
): Promise<ReadContent | null> {
  const decoder = decoderOf(encoding);
  if (decoder === null) return Promise.resolve(null);
  const { promise, resolve } = Promise.withResolvers<ReadContent | null>();
  const chunks: Buffer[] = [];
  let length = 0;
  let packed = 0;
  const end = (complete: boolean | null) => {
    source.unpipe(decoder);
    decoder.destroy();
    const data = Buffer.concat(chunks).subarray(0, limit);
    resolve(complete === null ? null : { data, complete });
  };
  decoder.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length > limit) end(false);
  });
  decoder.once("end", () => end(isWhole() ? true : null));
  decoder.on("error", () => end(null));
  source.on("data", (chunk: Buffer) => {
    packed += chunk.length;
    if (packed > limit + PACKING_BYTES) end(null);
  });
  // `close` without `end`: it broke off. After the end this says nothing any more.
  source.once("close", () => {
    if (!source.readableEnded) end(null);
  });
  source.once("error", () => end(null));
  source.pipe(decoder);
  return promise;
}

/** Null for what is not understood. */
function decoderOf(encoding: string | null): Transform | null {
  switch ((encoding ?? "identity").trim().toLowerCase()) {
    case "":
    case "identity":
      return new Transform({ transform: (chunk, _, done) => done(null, chunk) });
    case "gzip":
    case "x-gzip":
      return createGunzip();
    case "deflate":
      return createInflate();
    case "br":
      return createBrotliDecompress();
    default:
      return null;
  }
}
