/** The client's part of a key exchange up to TLS 1.2: RSA, ECDHE, ECDH, DHE. Nothing that is signed is verified: no secret is at stake. */
import { diffieHellman, generateKeyPairSync } from "node:crypto";
import { cipherSuite } from "#facts/cipher-suites.ts";
import { keyShare } from "../key-shares.ts";
import { type ClientShare, prefixed } from "./client-share.ts";
import { finiteShare } from "./dhe.ts";
import { keyOf, rsaShare } from "./rsa-key.ts";
import { BrokenAnswer } from "./script.ts";

/** The key exchanges that are made here. */
export const KEY_EXCHANGES: ReadonlySet<string> = new Set(["RSA", "ECDHE", "ECDH", "DHE"]);

const NAMED_CURVE = 3;

/**
 * @param offered code of the version that the hello offered, which RSA's secret repeats (RFC 5246 7.4.7.1)
 * @param exchange body of the ServerKeyExchange; null where none came
 * @throws BrokenAnswer for keys that are none
 */
export function clientShare(
  suite: number,
  offered: number,
  certificate: Buffer | undefined,
  exchange: Buffer | null,
): ClientShare {
  const kind = cipherSuite(suite)?.keyExchange;
  if (kind === "RSA") return rsaShare(offered, certificate);
  if (kind === "ECDH") return certifiedShare(certificate);
  if (exchange === null) throw new BrokenAnswer("no key exchange came");
  return kind === "ECDHE" ? ellipticShare(exchange) : finiteShare(exchange);
}

/** RFC 8422 5.4, 5.7 and 5.10. */
function ellipticShare(exchange: Buffer): ClientShare {
  const end = 4 + (exchange[3] ?? 0);
  if (exchange[0] !== NAMED_CURVE || exchange.length < end) {
    throw new BrokenAnswer("a key exchange that cannot be read");
  }
  const share = keyShare(exchange.readUInt16BE(1));
  const premaster = share?.secret(exchange.subarray(4, end));
  if (share === null || premaster === null || premaster === undefined) {
    throw new BrokenAnswer("an elliptic key that is none");
  }
  return { premaster, body: prefixed(1, share.share) };
}

/** With the key of an elliptic certificate (RFC 4492 2.1). */
function certifiedShare(certificate: Buffer | undefined): ClientShare {
  const key = keyOf(certificate);
  const namedCurve = key?.asymmetricKeyDetails?.namedCurve;
  if (key?.asymmetricKeyType !== "ec" || namedCurve === undefined) {
    throw new BrokenAnswer("its certificate has no elliptic key");
  }
  const own = generateKeyPairSync("ec", { namedCurve });
  const premaster = diffieHellman({ privateKey: own.privateKey, publicKey: key });
  // The point is the end of its DER (RFC 5480 2.2), and as long as two coordinates behind their form.
  const der = own.publicKey.export({ format: "der", type: "spki" });
  return { premaster, body: prefixed(1, der.subarray(-1 - 2 * premaster.length)) };
}
