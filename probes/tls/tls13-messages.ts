/** What a TLS 1.3 server says under encryption. All take any bytes; what cannot be read is null, never an exception. */
import { plain } from "#model/text.ts";
import { NO_BYTES } from "./bytes.ts";
import { MAX_CERTIFICATES } from "./messages.ts";

/** Room for the longest chains. */
const MAX_CERTIFICATE_BYTES = 128 * 1024;

export const SHOWN_EXTENSION = { statusRequest: 5, alpn: 16, timestamps: 18, cookie: 44 } as const;

/** The certificates of one message, and what is stapled to the first of them. */
export interface CertificateMessage {
  /** DER, as sent; no bytes beyond the twentieth. */
  readonly certificates: readonly Buffer[];
  /** An OCSP response; null where none is stapled. */
  readonly ocsp: Buffer | null;
  /** A list of signed certificate timestamps (RFC 6962 3.3); null where none is stapled. */
  readonly timestamps: Buffer | null;
}

/** EncryptedExtensions by type (RFC 8446 4.3.1). */
export function encryptedExtensions(body: Buffer): ReadonlyMap<number, Buffer> | null {
  if (body.length < 2 || body.readUInt16BE(0) !== body.length - 2) return null;
  return extensionsIn(body.subarray(2));
}

/** A Certificate (RFC 8446 4.4.2). */
export function certificateMessage(body: Buffer): CertificateMessage | null {
  const start = 1 + (body[0] ?? 0);
  if (body.length < start + 3 || body.length > MAX_CERTIFICATE_BYTES) return null;
  if (body.readUIntBE(start, 3) !== body.length - start - 3) return null;
  const certificates: Buffer[] = [];
  let first: ReadonlyMap<number, Buffer> | null = null;
  for (let at = start + 3; at < body.length;) {
    if (at + 3 > body.length) return null;
    const end = at + 3 + body.readUIntBE(at, 3);
    if (end + 2 > body.length) return null;
    const next = end + 2 + body.readUInt16BE(end);
    if (next > body.length) return null;
    const extensions = extensionsIn(body.subarray(end + 2, next));
    if (extensions === null || end === at + 3) return null;
    first ??= extensions;
    const kept = certificates.length < MAX_CERTIFICATES;
    certificates.push(kept ? body.subarray(at + 3, end) : NO_BYTES);
    at = next;
  }
  return {
    certificates,
    ocsp: ocspIn(first?.get(SHOWN_EXTENSION.statusRequest)),
    timestamps: first?.get(SHOWN_EXTENSION.timestamps) ?? null,
  };
}

/** The algorithm of a CertificateVerify and its signature (RFC 8446 4.4.3). */
export function certificateVerify(
  body: Buffer,
): { readonly algorithm: number; readonly signature: Buffer } | null {
  if (body.length < 4 || body.readUInt16BE(2) !== body.length - 4) return null;
  return { algorithm: body.readUInt16BE(0), signature: body.subarray(4) };
}

/** The one protocol that a server's ALPN extension names (RFC 7301 3.1), escaped; null where it names none or several. */
export function chosenProtocol(extension: Buffer | undefined): string | null {
  if (extension === undefined || extension.length < 4) return null;
  const length = extension[2] ?? 0;
  if (extension.readUInt16BE(0) !== extension.length - 2 || length !== extension.length - 3) {
    return null;
  }
  return plain(extension.toString("latin1", 3), 255);
}

/** The OCSP response of a CertificateStatus (RFC 8446 4.4.2.1); null for other kinds and broken ones. */
function ocspIn(status: Buffer | undefined): Buffer | null {
  if (status === undefined || status.length < 4 || status[0] !== 1) return null;
  return status.readUIntBE(1, 3) === status.length - 4 ? status.subarray(4) : null;
}

function extensionsIn(bytes: Buffer): Map<number, Buffer> | null {
  const found = new Map<number, Buffer>();
  for (let at = 0; at < bytes.length;) {
    if (at + 4 > bytes.length) return null;
    const end = at + 4 + bytes.readUInt16BE(at + 2);
    if (end > bytes.length) return null;
    found.set(bytes.readUInt16BE(at), bytes.subarray(at + 4, end));
    at = end;
  }
  return found;
}
