/** What tests against hostile servers share: how one is written down, and what must hold of every one of them. */
import type { Socket } from "node:net";
import { type ExpectStatic, test } from "vitest";
import type { ProblemReason } from "#model/evidence.ts";
import type { WireStatus } from "#model/tls-facets.ts";
import type { TlsVersion } from "#model/tls.ts";
import { TlsScanError } from "#probes/tls/errors.ts";
import {
  alert,
  freshAddress,
  helloPeer,
  honest,
  message,
  type ModelServer,
  type Move,
  type Peer,
  record,
  type SeenHello,
  socketPeer,
} from "../../support/tls-peer.ts";
import { exchangeUnfinished, groupNames, scan, suiteNames, type TlsScan } from "./scan.ts";

/** A server, and what must be concluded of it. */
export interface Hostile {
  readonly name: string;
  /** What it does with a connection, or with a hello on it. */
  readonly serve: ((socket: Socket) => void) | { readonly hello: (hello: SeenHello) => Move };
  readonly concluded: Failure | Conclusion;
  /** For one answer: short where the server never gives one. */
  readonly timeoutMs?: number;
}
/** Nothing is known of its TLS. */
interface Failure {
  readonly fails: ProblemReason;
  readonly says: RegExp;
}
/** Something is. */
interface Conclusion {
  readonly versions: Partial<Readonly<Record<TlsVersion, WireStatus>>>;
  /** Names of all suites of TLS 1.2. */
  readonly suites?: readonly string[];
  /** Names of all groups of TLS 1.2. */
  readonly groups?: readonly string[];
  /** A version whose key exchange must be said not to be known in full. */
  readonly exchangeUnfinished?: TlsVersion;
}

/** As long as a server that says nothing is waited for in these tests. */
export const SHORT_MS = 120;
/** For what comes about soon, if at all, on a machine with much else to do. */
export const PATIENCE = { timeout: 10_000 };
/** So many times the time of one answer a scan may take in all, by its own clock. */
const BUDGET = 5;

export const notTls = { fails: "malformed", says: /does not speak TLS/ } as const;
export const timeout = { fails: "timeout", says: /in time/ } as const;

/** One test for each, all of them at once where the machine has addresses enough to keep them apart. */
export function testHostile(servers: readonly Hostile[]): void {
  for (const server of servers) {
    test.concurrent(server.name, { timeout: 20_000 }, ({ expect }) => holds(server, expect));
  }
}

/** What the scan of a hostile server comes to; it must end in time and leave nothing behind. */
export async function holds(
  { serve, concluded, timeoutMs = 4000 }: Hostile,
  expect: ExpectStatic,
): Promise<void> {
  const host = freshAddress();
  const peer =
    typeof serve === "function"
      ? await socketPeer(serve, [], host)
      : await helloPeer(
          (hello) => serve.hello(hello),
          () => null,
          host,
        );
  try {
    const result = await inTime(peer, timeoutMs, expect);
    await expect.poll(peer.open, PATIENCE).toBe(0);
    if ("fails" in concluded) {
      if (!(result instanceof TlsScanError)) throw new Error(`no failure: ${shown(result)}`);
      expect(result.reason, result.message).toBe(concluded.fails);
      expect(result.message).toMatch(concluded.says);
      // It goes to people's terminals.
      // oxlint-disable-next-line no-control-regex
      expect(result.message).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
      expect(result.message.length).toBeLessThan(600);
      return;
    }
    if (result instanceof Error) throw result;
    for (const [version, expected] of Object.entries(concluded.versions)) {
      const found = result.protocols.versions.find((one) => one.version === version);
      expect(found?.status, `${version}: ${found?.why}`).toBe(expected);
    }
    if (concluded.suites !== undefined) {
      expect(suiteNames(result, "TLSv1.2").sort()).toEqual([...concluded.suites].sort());
      expect(result.cipherSuites.unfinished).toEqual([]);
    }
    if (concluded.groups !== undefined) {
      expect(groupNames(result, "TLSv1.2").sort()).toEqual([...concluded.groups].sort());
    }
    if (concluded.exchangeUnfinished !== undefined) {
      expect(exchangeUnfinished(result)).toContain(concluded.exchangeUnfinished);
    }
  } finally {
    await peer.close();
  }
}

async function inTime(
  peer: Peer,
  timeoutMs: number,
  expect: ExpectStatic,
): Promise<TlsScan | Error> {
  const started = performance.now();
  const result = await scan(peer.port, { host: peer.host, timeoutMs }).catch((error: unknown) =>
    error instanceof Error ? error : new Error(String(error)),
  );
  // Others run beside it, on a machine that may be slow.
  expect(performance.now() - started).toBeLessThan(timeoutMs * BUDGET + 2000);
  return result;
}

function shown(result: TlsScan | Error): string {
  if (result instanceof Error) return `${result.name}: ${result.message}`;
  return JSON.stringify(result.protocols.versions);
}

/** Says these bytes once something was said to it. */
export const saying =
  (bytes: Buffer, then: (socket: Socket) => void = () => {}) =>
  (socket: Socket): void => {
    socket.once("data", () => socket.write(bytes, () => then(socket)));
  };

/** Says something, and goes on with something else for as long as it is taken. */
export const endless = (bytes: Buffer, opening: Buffer = Buffer.alloc(0)) =>
  saying(opening, (socket) => {
    const more = () => {
      while (!socket.destroyed && socket.write(bytes));
    };
    socket.on("drain", more);
    more();
  });

/** One byte now and then. */
export const dripping =
  (bytes: Buffer, everyMs: number) =>
  (socket: Socket): void => {
    const drops = bytes.values();
    const timer = setInterval(() => socket.write(Buffer.of(drops.next().value ?? 0)), everyMs);
    socket.on("close", () => clearInterval(timer));
  };

/** A server of TLS 1.2 with three suites and one curve; several of the others begin as it. */
export const ONLY_12: ModelServer = {
  suites: new Map([[0x0303, [0xc02f, 0x009e, 0x002f]]]),
  groups: [0x17],
};
export const NAMES_12 = [
  "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_RSA_WITH_AES_128_CBC_SHA",
];
export const accepts12 = {
  versions: { "TLSv1.1": "rejected", "TLSv1.2": "accepted", "TLSv1.3": "rejected" },
  suites: NAMES_12,
} as const;
export const accepts13 = {
  versions: { "TLSv1.2": "rejected", "TLSv1.3": "accepted" },
} as const;

/** That server with its flights changed: the ServerHello, and the messages after it, each with its header. */
export const twisted = (twist: (hello: Buffer, rest: readonly Buffer[]) => Move) => ({
  hello: (hello: SeenHello): Move => {
    const answer = honest(ONLY_12, hello);
    if (answer[0] !== 22) return answer;
    const [first = Buffer.alloc(0), ...rest] = messagesOf(answer);
    return twist(first, rest);
  },
});

/** That server with the body of one kind of message changed. */
export const replacing = (type: number, change: (body: Buffer) => Buffer) =>
  twisted((first, rest) =>
    inRecords(
      Buffer.concat([
        first,
        ...rest.map((one) => (one[0] === type ? message(type, change(one.subarray(4))) : one)),
      ]),
    ),
  );

/** A server that answers hellos of TLS 1.3 so, and refuses all others. */
export const only13 = (answer: (hello: SeenHello) => Move) => ({
  hello: (hello: SeenHello): Move =>
    hello.versions?.includes(0x0304) === true ? answer(hello) : alert(70),
});

/** The messages of a flight that is all in one record. */
function messagesOf(flight: Buffer): readonly Buffer[] {
  const found: Buffer[] = [];
  const bytes = flight.subarray(5, 5 + flight.readUInt16BE(3));
  for (let at = 0; at + 4 <= bytes.length;) {
    const end = at + 4 + bytes.readUIntBE(at + 1, 3);
    found.push(bytes.subarray(at, end));
    at = end;
  }
  return found;
}

/** The bytes with some overwritten. */
export function overwritten(bytes: Buffer, at: number, ...values: readonly number[]): Buffer {
  const copy = Buffer.from(bytes);
  values.forEach((value, index) => (copy[at + index] = value));
  return copy;
}

/** A handshake in records of so many bytes. */
export function inRecords(bytes: Buffer, size = 16_384): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    parts.push(record(22, bytes.subarray(at, at + size)));
  }
  return Buffer.concat(parts);
}

export function times(count: number, bytes: Buffer): Buffer {
  return Buffer.concat(Array.from({ length: count }, () => bytes));
}
