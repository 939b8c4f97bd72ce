/** What an honest server of given settings answers to a hello; no cryptography, so nothing behind the hello is true. */
import { X509Certificate } from "node:crypto";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import { cipherSuite } from "#facts/cipher-suites.ts";
import { NAMED_GROUPS } from "#facts/named-groups.ts";
import type { SeenHello } from "./tls-hello.ts";
import {
  alert,
  certificateMessage,
  curveExchange,
  helloRetry,
  message,
  primeExchange,
  record,
  serverHello,
  serverHelloOf,
  u16,
  vector16,
} from "./tls-messages.ts";

export interface ModelServer {
  /** Suites by version code, in the server's order. */
  readonly suites: ReadonlyMap<number, readonly number[]>;
  /** In its order of preference; x25519 alone when left out. */
  readonly groups?: readonly number[];
  readonly dhBits?: number;
  /** Follow the client's order. */
  readonly clientOrder?: boolean;
  /** Follow the client's order of groups. */
  readonly clientGroups?: boolean;
  /** Give ChaCha20 to those who put it first. */
  readonly chachaForClients?: boolean;
  /** Too old to know `supported_versions`: goes by the hello's own version. */
  readonly old?: boolean;
  /** Elliptic curve of its ECDSA certificate: a hello up to 1.2 must offer it for a suite of that kind. */
  readonly certificateCurve?: number;
  /** DER, leaf first; one of its own when left out. */
  readonly certificates?: readonly Buffer[];
  /** What it signs with in TLS 1.2; anything when left out. */
  readonly signatureAlgorithms?: readonly number[];
}

/** What an honest server of those settings says to a hello: version, suite and group by the rules, or an alert. */
export function honest(model: ModelServer, hello: SeenHello): Buffer {
  if (hello.ssl2) return alert(70);
  // TLS 1.3 is only spoken with those who list it; older versions to everyone at or below their own.
  const listed = model.old === true ? null : hello.versions;
  const versions = [...model.suites.keys()].filter((version) =>
    listed === null ? version <= hello.legacy && version < 0x0304 : listed.includes(version),
  );
  if (versions.length === 0) return alert(70);
  const version = Math.max(...versions);
  const group = honestGroup(model, hello, version);
  const suite = honestSuite(model, hello, version, group);
  if (suite === undefined) return alert(40);
  if (version === 0x0304) {
    if (group === undefined) return alert(40);
    if (!hello.shares.includes(group)) return record(22, helloRetry(suite, group));
    const extensions = [
      [43, u16(0x0304)],
      [51, Buffer.concat([u16(group), vector16(Buffer.alloc(32, 9))])],
    ] as const;
    // Nobody can have agreed on a key with that share: what would be encrypted is rubbish.
    return Buffer.concat([
      record(22, serverHelloOf({ legacy: 0x0303, suite, extensions })),
      record(20, Buffer.from([1])),
      record(23, Buffer.alloc(64, 5)),
    ]);
  }
  const { keyExchange, authentication } = cipherSuite(suite) ?? {};
  const parts = [
    serverHello(version, suite),
    ...(authentication === "anon" ? [] : [certificateMessage(model.certificates ?? [ownLeaf()])]),
  ];
  const signature = authentication === "anon" ? Buffer.alloc(0) : signed(model, hello, version);
  if (signature === null) return alert(40);
  if (keyExchange === "ECDHE" && group !== undefined) parts.push(curveExchange(group, signature));
  if (keyExchange === "DHE") {
    const key = vector16(Buffer.from([5]));
    parts.push(primeExchange(model.dhBits ?? 2048, Buffer.concat([key, signature])));
  }
  return record(22, Buffer.concat([...parts, message(14, Buffer.alloc(0))]));
}

/** Up to 1.2 only curves can be named. */
function honestGroup(model: ModelServer, hello: SeenHello, version: number): number | undefined {
  const own = (model.groups ?? [0x1d]).filter(
    (code) => version === 0x0304 || NAMED_GROUPS.get(code)?.kind === "ec",
  );
  return model.clientGroups === true
    ? hello.groups.find((code) => own.includes(code))
    : own.find((code) => hello.groups.includes(code));
}

function honestSuite(
  model: ModelServer,
  hello: SeenHello,
  version: number,
  group: number | undefined,
): number | undefined {
  const own = (model.suites.get(version) ?? []).filter((code) => {
    const { keyExchange, authentication } = cipherSuite(code) ?? {};
    if (keyExchange === "ECDHE" && group === undefined) return false;
    const curve = model.certificateCurve;
    return authentication !== "ECDSA" || curve === undefined || hello.groups.includes(curve);
  });
  const chacha = (code: number | undefined) =>
    code !== undefined && cipherSuite(code)?.cipher === "CHACHA20";
  const first = hello.suites.find((code) => cipherSuite(code) !== undefined);
  const courteous = model.chachaForClients === true && chacha(first);
  const order = courteous ? [...own.filter(chacha), ...own.filter((code) => !chacha(code))] : own;
  return model.clientOrder === true
    ? hello.suites.find((code) => own.includes(code))
    : order.find((code) => hello.suites.includes(code));
}

/** The end of a ServerKeyExchange; null where nothing that the client offers can be signed with. */
function signed(model: ModelServer, hello: SeenHello, version: number): Buffer | null {
  const signature = vector16(Buffer.alloc(64, 3));
  if (version < 0x0303) return signature;
  const own = model.signatureAlgorithms;
  const offered = hello.signatureAlgorithms;
  // Who offers none takes SHA-1 (RFC 5246 7.4.1.4.1).
  const algorithm =
    own === undefined ? (offered[0] ?? 0x0201) : own.find((code) => offered.includes(code));
  return algorithm === undefined ? null : Buffer.concat([u16(algorithm), signature]);
}

let leaf: Buffer | undefined;

function ownLeaf(): Buffer {
  const names = { commonName: "server.example", altNames: ["server.example"] };
  leaf ??= new X509Certificate(makeAuthority().issue(names).certPem).raw;
  return leaf;
}
