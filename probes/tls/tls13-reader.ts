/**
 * Reads a TLS 1.3 server's flight as far as it proves who it is: hello, keys, extensions, certificates, signature algorithm.
 * The client's side ends there: the signature is handed on to be checked, and no Finished is ever sent.
 */
import { VERSION_CODES } from "./client-hello.ts";
import type { Reader } from "./dialogue.ts";
import { keyShare } from "./key-shares.ts";
import { serverHello } from "./messages.ts";
import type { Proof } from "./possession.ts";
import type { AlertReply, HelloReply } from "./records.ts";
import { helloMessage, secondHello } from "./second-hello.ts";
import {
  messageHash,
  type RecordOpener,
  serverHandshakeOpener,
  serverSignedContent,
} from "./tls13-keys.ts";
import {
  certificateMessage,
  type CertificateMessage,
  certificateVerify,
  encryptedExtensions,
  SHOWN_EXTENSION,
} from "./tls13-messages.ts";
import { createRecordSplitter, type Fault, type RawRecord } from "./tls13-records.ts";

/** What a server of TLS 1.3 showed. */
export interface Tls13Flight extends CertificateMessage {
  readonly kind: "flight";
  readonly suite: number;
  readonly group: number;
  /** Of EncryptedExtensions. */
  readonly extensions: ReadonlyMap<number, Buffer>;
  /** With what it signed the handshake; null where it was cut before. */
  readonly signatureAlgorithm: number | null;
  /** What it signed, to be checked with the key of its certificate; null where it was cut before. */
  readonly proof: Proof | null;
  /** How the handshake ended behind the certificates, without a signature: by an alert, or with no word; null for a whole one. */
  readonly cut: "refused" | "silent" | null;
  readonly requestsCertificate: boolean;
}
/** A hello of an older version, which says that 1.3 was not accepted. */
export interface OlderReply {
  readonly kind: "older";
  readonly version: number;
}
export type Tls13Reply = Tls13Flight | OlderReply | AlertReply | Fault;

/** What the hello offered; what a server chooses beside it is an error. */
export interface Tls13Offer {
  /** The record that carries the hello. */
  readonly hello: Buffer;
  readonly suites: readonly number[];
  readonly groups: readonly number[];
  /** The groups of its key shares, which are those of `keyShare`. */
  readonly shares: readonly number[];
}

const RECORD = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23 } as const;
const MESSAGE = {
  clientHello: 1,
  serverHello: 2,
  encryptedExtensions: 8,
  certificate: 11,
  certificateRequest: 13,
  certificateVerify: 15,
} as const;
/** Records are bounded, so that a longer message cannot become whole. */
const MAX_MESSAGE = 160 * 1024;
const MAX_WARNINGS = 16;
const CLOSE_NOTIFY = 0;
const WARNING = 1;

/** A reader for the answer to one hello. A HelloRetryRequest is answered with the second hello. */
export function createTls13Reader(offer: Tls13Offer): Reader<Tls13Reply> {
  const splitter = createRecordSplitter();
  let transcript: readonly Buffer[] = [helloMessage(offer.hello)];
  let shares = offer.shares;
  let retried = false;
  let send: Buffer | null = null;
  let opener: RecordOpener | null = null;
  let handshake: Buffer = Buffer.alloc(0);
  let warnings = 0;
  let warned: AlertReply | null = null;
  let chosen: HelloReply | null = null;
  let extensions: ReadonlyMap<number, Buffer> | null = null;
  let requestsCertificate = false;
  let shown: CertificateMessage | null = null;

  const push = (chunk: Buffer): Tls13Reply | { readonly send: Buffer } | null => {
    const { records, fault } = splitter.push(chunk);
    for (const record of records) {
      const reply = takeRecord(record);
      if (reply !== null) return reply;
    }
    if (fault !== null) return fault;
    const answer = send === null ? null : { send };
    send = null;
    return answer;
  };

  const takeRecord = ({ type, header, body }: RawRecord): Tls13Reply | null => {
    // For middleboxes, and without meaning (RFC 8446 5).
    if (type === RECORD.changeCipherSpec) return null;
    if (type === RECORD.alert) return takeAlert(body);
    if (opener === null) {
      if (type === RECORD.handshake) return takeHandshake(body);
      return malformed(`a record of type ${type} before the answer`);
    }
    if (type !== RECORD.applicationData) return malformed(`a record of type ${type} in the clear`);
    const content = opener.open(header, body);
    if (content === null) return malformed("a record that does not decrypt");
    return takeContent(content);
  };

  /** RFC 8446 5.4: the content, its type, and zeros. */
  const takeContent = (content: Buffer): Tls13Reply | null => {
    const at = content.findLastIndex((byte) => byte !== 0);
    const type = content[at];
    if (type === RECORD.alert) return takeAlert(content.subarray(0, at));
    if (type === RECORD.handshake) return takeHandshake(content.subarray(0, at));
    return malformed(`encrypted content of type ${type ?? 0} before the end of the handshake`);
  };

  const takeAlert = (body: Buffer): Tls13Reply | null => {
    const [level, description] = body;
    if (level === undefined || description === undefined) return malformed("an alert cut short");
    warned = { kind: "alert", description };
    // In 1.3 all alerts are fatal, but some servers warn of an unknown name before their hello.
    if (level !== WARNING || description === CLOSE_NOTIFY) return flight(null, "refused") ?? warned;
    warnings += 1;
    return warnings > MAX_WARNINGS ? malformed("too many warnings") : null;
  };

  const takeHandshake = (part: Buffer): Tls13Reply | null => {
    handshake = Buffer.concat([handshake, part]);
    while (handshake.length >= 4) {
      const length = handshake.readUIntBE(1, 3);
      if (length > MAX_MESSAGE) return malformed(`a handshake message of ${length} bytes`);
      if (handshake.length < 4 + length) return null;
      const message = handshake.subarray(0, 4 + length);
      handshake = handshake.subarray(4 + length);
      const reply = chosen === null ? takeHello(message) : takeMessage(message);
      if (reply !== null) return reply;
    }
    return null;
  };

  const takeHello = (message: Buffer): Tls13Reply | null => {
    const type = message[0];
    if (type === MESSAGE.clientHello) return malformed("the hello came back as it was sent");
    if (type !== MESSAGE.serverHello) return malformed(`handshake message ${type} came first`);
    const hello = serverHello(message.subarray(4));
    if (hello === null) return malformed("the ServerHello cannot be read");
    const { version, suite, group } = hello;
    if (version < VERSION_CODES["TLSv1.3"]) return { kind: "older", version };
    if (version > VERSION_CODES["TLSv1.3"]) {
      return malformed(`answered with version 0x${version.toString(16)}, which was not offered`);
    }
    if (!offer.suites.includes(suite)) {
      return malformed("answered with a cipher suite that was not offered");
    }
    if (hello.compression !== 0) {
      return malformed("answered with a compression that was not offered");
    }
    // Messages of two keys may not share a record (RFC 8446 5.1).
    if (handshake.length > 0) return malformed("more behind the ServerHello than it may have");
    if (hello.retry) return takeRetry(message, hello);
    const pair = group !== null && shares.includes(group) ? keyShare(group) : null;
    const theirs = shareIn(hello);
    if (pair === null || theirs === null) {
      return malformed("answered with a group whose share was not sent");
    }
    const secret = pair.secret(theirs);
    if (secret === null) return malformed("its key share is not valid");
    transcript = [...transcript, message];
    opener = serverHandshakeOpener(suite, secret, transcript);
    if (opener === null) return malformed("answered with a cipher suite that was not offered");
    chosen = hello;
    return null;
  };

  const takeRetry = (message: Buffer, { suite, group, extensions }: HelloReply) => {
    if (retried) return malformed("a second HelloRetryRequest");
    retried = true;
    const [first] = transcript;
    const hash = first === undefined ? null : messageHash(suite, first);
    const wanted = group ?? shares[0];
    const pair = wanted !== undefined && offer.groups.includes(wanted) ? keyShare(wanted) : null;
    if (first === undefined || hash === null || pair === null) {
      return malformed("asks for a group that was not offered");
    }
    const cookie = extensions.get(SHOWN_EXTENSION.cookie) ?? null;
    const second = secondHello(first, pair.group, pair.share, cookie);
    if (second === null) return malformed("a cookie too long to send back");
    transcript = [hash, message, second.message];
    shares = [pair.group];
    send = second.send;
    return null;
  };

  const takeMessage = (message: Buffer): Tls13Reply | null => {
    const body = message.subarray(4);
    const type = message[0];
    if (extensions === null) {
      if (type !== MESSAGE.encryptedExtensions) return malformed(`message ${type} out of turn`);
      transcript = [...transcript, message];
      extensions = encryptedExtensions(body);
      return extensions === null ? malformed("the EncryptedExtensions cannot be read") : null;
    }
    if (type === MESSAGE.certificateRequest && shown === null) {
      transcript = [...transcript, message];
      requestsCertificate = true;
      return null;
    }
    if (type === MESSAGE.certificate && shown === null) {
      transcript = [...transcript, message];
      shown = certificateMessage(body);
      return shown === null ? malformed("the Certificate cannot be read") : null;
    }
    if (type !== MESSAGE.certificateVerify || shown === null) {
      return malformed(`message ${type} out of turn`);
    }
    const verify = certificateVerify(body);
    const signed = chosen === null ? null : serverSignedContent(chosen.suite, transcript);
    return verify === null || signed === null
      ? malformed("the CertificateVerify cannot be read")
      : flight({ ...verify, signed }, null);
  };

  const flight = (proof: Proof | null, cut: Tls13Flight["cut"]): Tls13Flight | null =>
    chosen === null || chosen.group === null || extensions === null || shown === null
      ? null
      : {
          kind: "flight",
          suite: chosen.suite,
          group: chosen.group,
          extensions,
          signatureAlgorithm: proof?.algorithm ?? null,
          proof,
          cut,
          requestsCertificate,
          ...shown,
        };

  return { push, end: () => flight(null, "silent") ?? warned };
}

/** The server's share, behind its group and length (RFC 8446 4.2.8). */
function shareIn({ extensions }: HelloReply): Buffer | null {
  const entry = extensions.get(51);
  if (entry === undefined || entry.length < 4) return null;
  return entry.readUInt16BE(2) === entry.length - 4 ? entry.subarray(4) : null;
}

function malformed(why: string): Fault {
  return { kind: "malformed", why };
}
