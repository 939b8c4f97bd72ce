/** A TLS 1.3 server that encrypts, in one suite and one group, and then says whatever a test wants. */
import {
  createCipheriv,
  createHash,
  createHmac,
  diffieHellman,
  generateKeyPairSync,
  createPublicKey,
} from "node:crypto";
import type { Socket } from "node:net";
import { readHello, recordBytes, type SeenHello } from "./tls-hello.ts";
import { alert, helloRetry, record, serverHelloOf, u16, vector16 } from "./tls-messages.ts";
import { type Peer, skipped, socketPeer } from "./tls-peer.ts";

const SUITE = 0x1301;
const X25519 = 0x1d;
const TLS13 = 0x0304;
const HASH_BYTES = 32;

/** Encrypts one record: its content, the type of that, and zeros behind it. */
export type Seal = (content: Buffer, type?: number, zeros?: number) => Buffer;

/**
 * A server whose ServerHello is good, as is all encryption behind it.
 * @param say called after each ServerHello with the means to encrypt what is to be said next
 */
export async function sealedPeer(
  say: (seal: Seal, socket: Socket, hello: SeenHello) => void,
  host = "127.0.0.1",
): Promise<Peer> {
  return socketPeer(
    (socket) => {
      let bytes: Buffer = Buffer.alloc(0);
      let transcript: Buffer[] = [];
      socket.on("data", (chunk) => {
        bytes = skipped(Buffer.concat([bytes, chunk]));
        const hello = readHello(bytes);
        if (hello === null) return;
        const size = recordBytes(bytes);
        const message = Buffer.from(bytes.subarray(5, size));
        bytes = bytes.subarray(size);
        const speaks = hello.versions?.includes(TLS13) === true;
        if (!speaks) {
          socket.write(alert(70));
          return;
        }
        if (!hello.suites.includes(SUITE) || !hello.groups.includes(X25519)) {
          socket.write(alert(40));
          return;
        }
        if (!hello.shares.includes(X25519)) {
          const retry = helloRetry(SUITE, X25519);
          // RFC 8446 4.4.1: a hash stands for the first hello.
          transcript = [
            Buffer.concat([Buffer.from([254, 0, 0, HASH_BYTES]), hash([message])]),
            retry,
          ];
          socket.write(record(22, retry));
          return;
        }
        const { serverHello, seal } = agree(hello, [...transcript, message], message);
        socket.write(Buffer.concat([record(22, serverHello), record(20, Buffer.of(1))]));
        say(seal, socket, hello);
      });
    },
    [],
    host,
  );
}

/** The server's half of the key exchange, and the keys that come of it (RFC 8446 7.1). */
function agree(
  hello: SeenHello,
  transcript: readonly Buffer[],
  message: Buffer,
): { readonly serverHello: Buffer; readonly seal: Seal } {
  const { publicKey, privateKey } = generateKeyPairSync("x25519");
  const own = publicKey.export({ format: "der", type: "spki" });
  const session = message.subarray(39, 39 + (message[38] ?? 0));
  const serverHello = serverHelloOf({
    legacy: 0x0303,
    suite: SUITE,
    session,
    extensions: [
      [43, u16(TLS13)],
      [51, Buffer.concat([u16(X25519), vector16(own.subarray(-32))])],
    ],
  });
  const theirs = createPublicKey({
    key: Buffer.concat([own.subarray(0, -32), shareOf(hello)]),
    format: "der",
    type: "spki",
  });
  const zeros = Buffer.alloc(HASH_BYTES);
  const early = hmac(zeros, zeros);
  const handshake = hmac(
    expand(early, "derived", hash([]), HASH_BYTES),
    diffieHellman({ privateKey, publicKey: theirs }),
  );
  const traffic = expand(handshake, "s hs traffic", hash([...transcript, serverHello]), HASH_BYTES);
  const none = Buffer.alloc(0);
  return {
    serverHello,
    seal: sealer(expand(traffic, "key", none, 16), expand(traffic, "iv", none, 12)),
  };
}

function shareOf({ extensions }: SeenHello): Buffer {
  const shares = extensions.get(51) ?? Buffer.alloc(0);
  for (let at = 2; at + 4 <= shares.length; at += 4 + shares.readUInt16BE(at + 2)) {
    if (shares.readUInt16BE(at) === X25519) return shares.subarray(at + 4, at + 36);
  }
  throw new Error("the hello has no share of x25519");
}

function sealer(key: Buffer, iv: Buffer): Seal {
  let number = 0;
  return (content, type = 22, zeros = 0) => {
    const nonce = Buffer.from(iv);
    nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ number) >>> 0, 8);
    number += 1;
    const inner = Buffer.concat([content, Buffer.of(type), Buffer.alloc(zeros)]);
    const header = Buffer.concat([Buffer.from([23, 3, 3]), u16(inner.length + 16)]);
    const cipher = createCipheriv("aes-128-gcm", key, nonce);
    cipher.setAAD(header);
    const sealed = cipher.update(inner);
    cipher.final();
    return Buffer.concat([header, sealed, cipher.getAuthTag()]);
  };
}

function expand(secret: Buffer, label: string, context: Buffer, bytes: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`);
  const info = [u16(bytes), Buffer.of(name.length), name, Buffer.of(context.length), context];
  return hmac(secret, Buffer.concat([...info, Buffer.of(1)])).subarray(0, bytes);
}

function hash(parts: readonly Buffer[]): Buffer {
  return createHash("sha256").update(Buffer.concat(parts)).digest();
}

function hmac(key: Buffer, data: Buffer): Buffer {
  return createHmac("sha256", key).update(data).digest();
}
