import { type Der, derAt, DerError, partsOf, TAG } from "../der.ts";
import {
  broken,
  byteTalk,
  forNow,
  notSpoken,
  type Preamble,
  refusal,
  shown,
  type Step,
} from "./talk.ts";

/** LDAPMessage { messageID 1, ExtendedRequest { requestName: StartTLS } } in BER (RFC 4511 4.12 and 4.14). */
const START_TLS = Buffer.concat([
  Buffer.from([0x30, 0x1d, 0x02, 0x01, 0x01, 0x77, 0x18, 0x80, 0x16]),
  Buffer.from("1.3.6.1.4.1.1466.20037"),
]);
/** [APPLICATION 24] */
const EXTENDED_RESPONSE = 0x78;

/** Result codes (RFC 4511 A.2). */
const SUCCESS = 0;
/** protocolError (4.14.2: no such operation, or no TLS), unavailableCriticalExtension, unwillingToPerform. */
const NO: ReadonlySet<number> = new Set([2, 12, 53]);

/** LDAP: the client speaks first, and the answer is one message. */
export function ldap(): Preamble {
  return byteTalk(START_TLS, (bytes) => {
    if (bytes[0] !== TAG.sequence) {
      return { step: notSpoken("LDAP", bytes.toString("latin1")), used: bytes.length };
    }
    const length = lengthOf(bytes);
    if (length === null || bytes.length < length) return null;
    return { step: answer(bytes.subarray(0, length)), used: length };
  });
}

/** Length of the whole message by its header; null while that is not known. Longer ones than are read are never whole. */
function lengthOf(bytes: Buffer): number | null {
  const first = bytes[1];
  if (first === undefined) return null;
  if (first < 0x80) return 2 + first;
  const more = first & 0x7f;
  if (more === 0 || more > 4) return 2;
  return bytes.length < 2 + more ? null : 2 + more + bytes.readUIntBE(2, more);
}

function answer(message: Buffer): Step {
  try {
    const [id, response] = partsOf(derAt(message));
    const [result, , diagnostic] = response === undefined ? [] : partsOf(response);
    const code = numberOf(result, TAG.enumerated);
    if (response?.tag !== EXTENDED_RESPONSE || code === null) {
      return broken("answers with another LDAP message than the one that StartTLS asks for");
    }
    const words = `result ${code}, ${shown(diagnostic?.content.toString("latin1") ?? "")}`;
    // RFC 4511 4.4: a message without a number is the server's own, and so far it is always its leave.
    const asked = numberOf(id, TAG.integer);
    if (asked !== 1) return broken(`ends the connection, or answers what was not asked: ${words}`);
    if (code === SUCCESS) return { ready: true };
    return NO.has(code) ? refusal("StartTLS", null, words) : forNow("StartTLS", words);
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return broken(`answers with broken LDAP: ${error.message}`);
  }
}

function numberOf(value: Der | undefined, tag: number): number | null {
  if (value?.tag !== tag || value.content.length < 1 || value.content.length > 4) return null;
  return value.content.readUIntBE(0, value.content.length);
}
