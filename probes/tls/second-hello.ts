/** The answer to a HelloRetryRequest (RFC 8446 4.1.2): the first hello again, but for its key share and a cookie. */
import { written } from "./bytes.ts";
import { EXTENSION } from "./client-hello.ts";
import { SHOWN_EXTENSION } from "./tls13-messages.ts";

const RECORD_HEADER = 5;
/** What a record holds (RFC 8446 5.1), without what the headers of the new extensions need. */
const MAX_HELLO = 16_384 - 64;
/** Middleboxes take the rest for a resumed TLS 1.2 when they see this (RFC 8446 appendix D.4). */
const CHANGE_CIPHER_SPEC = Buffer.from([20, 3, 3, 0, 1, 1]);

/** The handshake message in the record that `buildClientHello` made. */
export function helloMessage(record: Buffer): Buffer {
  return record.subarray(RECORD_HEADER);
}

/**
 * @param first the handshake message of the first hello
 * @param cookie the body of the server's cookie extension; null where it sent none
 * @returns the message, and the bytes to send; null where they do not fit into one record with the cookie
 */
export function secondHello(
  first: Buffer,
  group: number,
  share: Buffer,
  cookie: Buffer | null,
): { readonly message: Buffer; readonly send: Buffer } | null {
  if (first.length + share.length + (cookie?.length ?? 0) > MAX_HELLO) return null;
  const start = extensionsStart(first);
  const message = written((writer) => {
    const extension = (type: number, body: () => void) => {
      writer.u16(type);
      writer.vector(2, body);
    };
    writer.u8(1);
    writer.vector(3, () => {
      writer.bytes(first.subarray(4, start));
      writer.vector(2, () => {
        for (let at = start + 2; at < first.length;) {
          const end = at + 4 + first.readUInt16BE(at + 2);
          if (first.readUInt16BE(at) === EXTENSION.keyShare) {
            if (cookie !== null) extension(SHOWN_EXTENSION.cookie, () => writer.bytes(cookie));
            extension(EXTENSION.keyShare, () =>
              writer.vector(2, () => {
                writer.u16(group);
                writer.vector(2, () => writer.bytes(share));
              }),
            );
          } else {
            writer.bytes(first.subarray(at, end));
          }
          at = end;
        }
      });
    });
  });
  const record = written((writer) => {
    writer.u8(22);
    writer.u16(0x0303);
    writer.vector(2, () => writer.bytes(message));
  });
  return { message, send: Buffer.concat([CHANGE_CIPHER_SPEC, record]) };
}

/** Where a hello's extensions begin: behind version, random, session id, suites and compression. */
function extensionsStart(message: Buffer): number {
  const session = 4 + 2 + 32;
  const suites = session + 1 + message.readUInt8(session);
  const compression = suites + 2 + message.readUInt16BE(suites);
  return compression + 1 + message.readUInt8(compression);
}
