/** Real OCSP answers (RFC 6960), made with node:crypto. */
import { createHash, type KeyObject } from "node:crypto";
import {
  extension,
  type Issued,
  name,
  NULL,
  octets,
  oid,
  sequence,
  signed,
  signing,
  time,
  timestampList,
  tlv,
} from "./certificates.ts";

export interface WantedAnswer {
  readonly about: Issued;
  readonly issuer: Issued;
  /** Who signs; the issuer when left out. */
  readonly signer?: Issued;
  readonly status?: "good" | "revoked" | "unknown";
  readonly thisUpdate: Date;
  readonly nextUpdate?: Date;
  /** Sent along: those by which others may sign. */
  readonly certificates?: readonly Issued[];
  readonly timestamps?: number;
  readonly serial?: Buffer;
}

/** Makes and signs an OCSPResponse (RFC 6960 4.2.1) about one certificate. */
export function makeOcspAnswer(wanted: WantedAnswer): Buffer {
  const { about, issuer, signer = issuer, thisUpdate, nextUpdate } = wanted;
  const sha1 = (bytes: Uint8Array) => createHash("sha1").update(bytes).digest();
  const id = sequence(
    sequence(oid("1.3.14.3.2.26"), NULL),
    octets(sha1(name(issuer.subject))),
    octets(sha1(publicKeyBits(issuer.keys.publicKey))),
    tlv(0x02, wanted.serial ?? about.serial),
  );
  const status = {
    good: tlv(0x80),
    revoked: tlv(0xa1, time(thisUpdate)),
    unknown: tlv(0x82),
  }[wanted.status ?? "good"];
  const single = sequence(
    id,
    status,
    time(thisUpdate),
    ...(nextUpdate === undefined ? [] : [tlv(0xa0, time(nextUpdate))]),
    ...(wanted.timestamps === undefined
      ? []
      : [
          tlv(
            0xa1,
            sequence(
              extension("1.3.6.1.4.1.11129.2.4.5", octets(timestampList(wanted.timestamps))),
            ),
          ),
        ]),
  );
  const data = sequence(tlv(0xa1, name(signer.subject)), time(thisUpdate), sequence(single));
  const key = signer.keys.privateKey;
  const certificates = (wanted.certificates ?? []).map(({ der }) => der);
  const basic = sequence(
    ...signed(data, signing(key, "sha256"), key),
    ...(certificates.length === 0 ? [] : [tlv(0xa0, sequence(...certificates))]),
  );
  return sequence(
    tlv(0x0a, Buffer.from([0])),
    tlv(0xa0, sequence(oid("1.3.6.1.5.5.7.48.1.1"), octets(basic))),
  );
}

/** The bits of the key within its SubjectPublicKeyInfo: it ends with them, in a bit string of a form this file writes too. */
function publicKeyBits(key: KeyObject): Buffer {
  const info = key.export({ type: "spki", format: "der" });
  const jwk = key.export({ format: "jwk" });
  const length =
    jwk.kty === "RSA"
      ? sequence(
          positive(Buffer.from(jwk.n ?? "", "base64url")),
          positive(Buffer.from(jwk.e ?? "", "base64url")),
        ).length
      : 1 + 2 * Buffer.from(jwk.x ?? "", "base64url").length;
  return info.subarray(info.length - length);
}

function positive(bytes: Buffer): Buffer {
  return tlv(0x02, ...((bytes[0] ?? 0) >= 0x80 ? [Buffer.from([0])] : []), bytes);
}
