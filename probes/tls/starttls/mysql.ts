import { broken, byteTalk, notSpoken, type Preamble, shown, type Step } from "./talk.ts";

/** MySQL's manual, "Capabilities Flags". */
const CLIENT_LONG_PASSWORD = 0x1;
const CLIENT_PROTOCOL_41 = 0x200;
const CLIENT_SSL = 0x800;
const CLIENT_SECURE_CONNECTION = 0x8000;
/** UTF-8, which every version has. */
const CHARACTER_SET = 33;

/**
 * SSLRequest ("Protocol::SSLRequest"): a packet of 32 bytes with number 1: flags, largest packet, character set, 23 zeros.
 * The server does not answer it: the hello follows at once.
 */
function sslRequest(): Buffer {
  const packet = Buffer.alloc(36);
  packet.writeUIntLE(32, 0, 3);
  packet.writeUInt8(1, 3);
  packet.writeUInt32LE(
    CLIENT_LONG_PASSWORD | CLIENT_PROTOCOL_41 | CLIENT_SSL | CLIENT_SECURE_CONNECTION,
    4,
  );
  packet.writeUInt32LE(0x1000000, 8);
  packet.writeUInt8(CHARACTER_SET, 12);
  return packet;
}

/** MySQL and MariaDB: the server's first packet tells whether it has TLS. */
export function mysql(): Preamble {
  return byteTalk(null, (bytes) => {
    if (bytes.length < 4) return null;
    // Bytes that are no length and number of a first packet.
    if (bytes[3] !== 0) {
      return { step: notSpoken("MySQL", bytes.toString("latin1")), used: bytes.length };
    }
    const used = 4 + bytes.readUIntLE(0, 3);
    return bytes.length < used ? null : { step: greeted(bytes.subarray(4, used)), used };
  });
}

/** "Protocol::HandshakeV10": version 10, text of the server's version, 13 bytes, flags; or an error packet. */
function greeted(payload: Buffer): Step {
  if (payload[0] === 0xff && payload.length >= 3) {
    const code = payload.readUInt16LE(1);
    return broken(`greets with error ${code}: ${shown(payload.toString("latin1", 3))}`);
  }
  const flagsAt = payload.indexOf(0, 1) + 14;
  if (payload[0] !== 10 || flagsAt < 15 || payload.length < flagsAt + 2) {
    return notSpoken("MySQL", payload.toString("latin1"));
  }
  return (payload.readUInt16LE(flagsAt) & CLIENT_SSL) === 0
    ? { refused: "has no TLS: its greeting lacks the flag CLIENT_SSL" }
    : { ready: true, send: sslRequest() };
}
