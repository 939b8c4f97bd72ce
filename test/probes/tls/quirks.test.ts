import { afterEach, describe, expect, test } from "vitest";
import { cipherSuite } from "#facts/cipher-suites.ts";
import { readHello } from "../../support/tls-hello.ts";
import {
  alert,
  freshAddress,
  honest,
  type Move,
  type SeenHello,
  socketPeer,
} from "../../support/tls-peer.ts";
import { ONLY_12 } from "./hostile-kit.ts";
import { BOTH, checkBoth, closePeers, peers, scanned } from "./quirks-kit.ts";
import { accepted, scan, suiteNames } from "./scan.ts";

const TLS12 = 0x0303;

const SUPPORTED_GROUPS = 10;
const POINT_FORMATS = 11;
const SIGNATURE_ALGORITHMS = 13;
const PSK_MODES = 45;
const KEY_SHARE = 51;

afterEach(closePeers);

/** A server with one oddity: hellos of a kind meet something else than an answer. */
type Oddity = readonly [
  name: string,
  meets: Exclude<Move, Buffer> | Buffer,
  odd: (hello: SeenHello) => boolean,
];

describe("hellos have a shape that all of these can take", () => {
  const last = (hello: SeenHello) => hello.order.at(-1);
  const oddities: readonly Oddity[] = [
    ["256 to 511 bytes hang", "hang", ({ bytes }) => bytes >= 256 && bytes < 512],
    [
      "522 bytes and every 256 more hang",
      "hang",
      ({ bytes }) => bytes >= 512 && bytes % 256 === 522 % 256,
    ],
    [
      "526 bytes and every 256 more hang",
      "hang",
      ({ bytes }) => bytes >= 512 && bytes % 256 === 526 % 256,
    ],
    [
      "an empty last extension is reset",
      "reset",
      (hello) => hello.extensions.get(last(hello) ?? -1)?.length === 0,
    ],
    [
      "groups without point formats are refused",
      alert(40),
      ({ extensions }) => extensions.has(SUPPORTED_GROUPS) !== extensions.has(POINT_FORMATS),
    ],
    [
      "elliptic suites without groups are refused",
      alert(40),
      ({ extensions, legacy, suites }) =>
        legacy > 0x0300 &&
        !extensions.has(SUPPORTED_GROUPS) &&
        suites.some((suite) => cipherSuite(suite)?.keyExchange === "ECDHE"),
    ],
    [
      "TLS 1.3 without a key_share extension is told so",
      alert(109),
      ({ versions, extensions }) => versions !== null && !extensions.has(KEY_SHARE),
    ],
    [
      "TLS 1.3 without psk_key_exchange_modes is told so",
      alert(109),
      ({ versions, extensions }) => versions !== null && !extensions.has(PSK_MODES),
    ],
    [
      "no word of secure renegotiation is refused",
      alert(40),
      ({ suites, extensions }) => !suites.includes(0x00ff) && !extensions.has(0xff01),
    ],
    [
      "signature algorithms below 1.2 are refused",
      alert(47),
      ({ legacy, extensions }) => legacy < TLS12 && extensions.has(SIGNATURE_ALGORITHMS),
    ],
    [
      "extensions in SSLv3 are reset",
      "reset",
      ({ legacy, order }) => legacy === 0x0300 && order.length > 0,
    ],
    [
      "an extension twice is refused",
      alert(47),
      ({ order }) => new Set(order).size !== order.length,
    ],
    [
      "finite-field groups up to 1.2 hide the server's own",
      alert(40),
      ({ versions, groups, suites }) =>
        versions === null &&
        groups.some((group) => group >> 8 === 1) &&
        suites.every((suite) => cipherSuite(suite)?.keyExchange === "DHE"),
    ],
    ["random key shares of ML-KEM are refused", alert(47), (hello) => !validMlKem(hello)],
  ];
  test.each(oddities)("%s", async (_, meets, odd) => {
    const { result } = await scanned(
      (hello) => (!hello.ssl2 && odd(hello) ? meets : honest(BOTH, hello)),
      { timeoutMs: 2000 },
    );
    checkBoth(result);
  });

  test("one that resets a hello in two pieces gets each in one", async () => {
    const pieces: number[] = [];
    const peer = await socketPeer(
      (socket) => {
        socket.once("data", (chunk) => {
          const hello = readHello(chunk);
          pieces.push(chunk.length);
          if (hello === null) socket.resetAndDestroy();
          else socket.write(honest(ONLY_12, hello));
        });
      },
      [],
      freshAddress(),
    );
    peers.push(peer);
    const result = await scan(peer.port, { host: peer.host });
    expect(accepted(result)).toEqual(["TLSv1.2"]);
    expect(suiteNames(result, "TLSv1.2")).toHaveLength(3);
    expect(pieces.length).toBeGreaterThan(10);
  });

  test("hellos beyond one segment hang: everything is found, and that is told", async () => {
    const { result, hellos } = await scanned(
      ({ bytes, ...hello }) => (bytes > 1400 ? "hang" : honest(BOTH, { bytes, ...hello })),
      { timeoutMs: 500 },
    );
    checkBoth(result);
    expect(hellos.some(({ bytes }) => bytes > 1400)).toBe(true);
    const large = result.tlsService.tolerance.find((one) => one.test === "large-hello");
    expect(large?.status).toBe("intolerant");
  });
});

/** FIPS 203 7.2: every twelve bits of the encapsulation key are below the modulus. */
function validMlKem({ extensions }: SeenHello): boolean {
  const share = extensions.get(KEY_SHARE) ?? Buffer.alloc(0);
  const sizes = new Map([
    [0x0200, [0, 768]],
    [0x0201, [0, 1152]],
    [0x0202, [0, 1536]],
    [0x11ec, [0, 1152]],
    [0x11eb, [65, 1152]],
    [0x11ed, [97, 1536]],
  ]);
  for (let at = 2; at + 4 <= share.length;) {
    const [skip, bytes] = sizes.get(share.readUInt16BE(at)) ?? [0, 0];
    const start = at + 4 + (skip ?? 0);
    for (let three = start; three + 3 <= start + (bytes ?? 0); three += 3) {
      const bits = share.readUIntLE(three, 3);
      if ((bits & 0xfff) >= 3329 || bits >> 12 >= 3329) return false;
    }
    at += 4 + share.readUInt16BE(at + 2);
  }
  return true;
}
