import { X509Certificate } from "node:crypto";
import { getCACertificates } from "node:tls";
import { issued } from "./certificate-facts.ts";
import { type Der, DerError, derAt, partsOf } from "./der.ts";

/** The roots that trust is judged by. */
export interface Anchors {
  /** For a secure context. */
  readonly pems: readonly string[];
  /** Whether this very certificate is one of them. */
  readonly includes: (certificate: X509Certificate) => boolean;
  /** The one that issued it; null where none did. */
  readonly issuerOf: (certificate: X509Certificate) => X509Certificate | null;
}

/** One for each text of a CA file: reading the roots takes milliseconds, and every endpoint of a scan is judged by the same. */
const known = new Map<string | null, Anchors>();
const MAX_KNOWN = 50;

/**
 * Node's roots, and beside them those of a CA file.
 * @param ca the text of a file of PEM certificates; what is none in it is passed over, as OpenSSL does
 */
export function trustAnchors(ca: string | null): Anchors {
  const cached = known.get(ca);
  if (cached !== undefined) return cached;
  const pems = [...getCACertificates("default"), ...(ca === null ? [] : [ca])];
  // Of a chain that OpenSSL trusts nobody asks. To make certificates of them all takes milliseconds, to read their names does not.
  let bySubject: ReadonlyMap<string, Buffer[]> | null = null;
  const named = (name: string) => {
    bySubject ??= Map.groupBy(pems.flatMap(certificatesIn), (root) => namesOf(root).subject);
    return name === "" ? [] : (bySubject.get(name) ?? []);
  };
  const anchors: Anchors = {
    pems,
    includes: ({ raw }) => named(namesOf(raw).subject).some((root) => root.equals(raw)),
    issuerOf: (certificate) =>
      named(namesOf(certificate.raw).issuer)
        .flatMap(readable)
        .find((root) => issued(certificate, root)) ?? null,
  };
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(ca, anchors);
  return anchors;
}

/** DER of the certificates in a text; */
function certificatesIn(pem: string): Buffer[] {
  const blocks = pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g);
  return [...blocks].map(([, body = ""]) => Buffer.from(body, "base64"));
}

/** A CA file may hold what is no certificate: OpenSSL passes it over. */
function readable(der: Buffer): X509Certificate[] {
  try {
    return [new X509Certificate(der)];
  } catch {
    return [];
  }
}

/** Issuer and subject as they are written (RFC 5280 4.1.2); empty where they cannot be read. */
function namesOf(der: Buffer): { readonly issuer: string; readonly subject: string } {
  try {
    const [tbs] = partsOf(derAt(der));
    const fields = tbs === undefined ? [] : partsOf(tbs);
    // Version 1 certificates leave the version out.
    const [, , issuer, , subject] = fields.slice(fields[0]?.tag === 0xa0 ? 1 : 0);
    const text = (name: Der | undefined) => name?.whole.toString("latin1") ?? "";
    return { issuer: text(issuer), subject: text(subject) };
  } catch (error) {
    if (error instanceof DerError) return { issuer: "", subject: "" };
    throw error;
  }
}
