import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { PASSIVE_WEAKNESSES, TLS_WEAKNESSES } from "#facts/tls-weakness-list.ts";
import { has } from "../support/requirements.ts";
import { configurations } from "./all.ts";
import type { RunningServer } from "./configuration.ts";
import { look } from "./engine.ts";
import { pair, removeKeys, traditionalKey } from "./keys.ts";
import { oldNode } from "./old-node-packages.ts";
import { PEERS } from "./peers.ts";
import { startTelling } from "./process.ts";
import { confirmedBy, testsslCommand, type WeaknessPeer } from "./weakness-peers.ts";
import { expectedWeaknesses } from "./weaknesses.ts";

afterAll(removeKeys);

/**
 * What modern servers allow, by name. The table holds the scan to the rules; this holds the rules to what is known of these
 * servers. Nothing broken is among it, and each weak one is there by a choice that is named.
 */
const MODERN: Readonly<Record<string, readonly string[]>> = {
  "nginx: Mozilla modern": [],
  "nginx: Mozilla intermediate, RSA": [],
  "nginx: Mozilla intermediate, ECDSA": [],
  "nginx: Mozilla intermediate, RSA and ECDSA": [],
  // "HIGH:!aNULL:!MD5" has TLS_RSA_WITH_AES_128_CBC_SHA.
  "nginx: as the distribution sets it": ["static-key-exchange"],
  // OpenSSL's DEFAULT has AES128-SHA and others of the kind.
  "s_server: as it comes, RSA": ["static-key-exchange"],
  "s_server: Ed448 certificate": [],
  "HAProxy: as it comes, RSA": ["static-key-exchange"],
  "HAProxy: Mozilla intermediate, RSA and ECDSA": [],
  "HAProxy: TLS 1.3 alone": [],
  // NORMAL still has TLS 1.0, and RSA key exchange.
  "GnuTLS: NORMAL, RSA": ["beast", "static-key-exchange"],
  "GnuTLS: SECURE256, ECDSA of P-384": [],
  // JSSE has CBC suites in TLS 1.2, and no encrypt-then-MAC.
  "JSSE: as it comes, RSA": ["lucky13"],
  "JSSE: TLS 1.2 and 1.3, P-384 and x448 alone": ["lucky13"],
  // Node's list ends in HIGH, and so has AES128-GCM-SHA256.
  "Node 24: as it comes, RSA": ["static-key-exchange"],
  "Node 24: ML-KEM alone": [],
  "Node 24: every hybrid, and x25519 for the others": [],
  "Node 24: Ed25519 certificate": [],
  "Node 24: P-521 certificate, x25519 for the exchange": [],
};

describe("what the rules allow to modern servers", () => {
  for (const [name, weaknesses] of Object.entries(MODERN)) {
    const configuration = configurations.find((one) => one.name === name);
    const present = configuration?.needs.map((need) => has(need)).every(Boolean) === true;
    test.skipIf(configuration !== undefined && !present)(name, async () => {
      const expected = await configuration?.expected();
      if (expected === undefined) throw new Error("no such server");
      const allowed = [...expectedWeaknesses(name, expected)];
      expect(allowed.toSorted()).toEqual(weaknesses.toSorted());
      const tiers = PASSIVE_WEAKNESSES.filter(({ id }) => allowed.includes(id)).map(
        (one) => one.tier,
      );
      expect(tiers).not.toContain("broken");
    });
  }
});

const OPEN_SERVER = fileURLToPath(new URL("../support/old-node-open-server.cjs", import.meta.url));

interface Peered {
  readonly name: string;
  readonly start: () => Promise<RunningServer>;
  /** What two peers must confirm, so that the comparison is of something; more may come. */
  readonly least: readonly string[];
  readonly peers?: readonly WeaknessPeer[];
}

const CBC_OF_OLD = ["beast", "poodle", "sweet32"];
const PLAIN = [...CBC_OF_OLD, "null-suites", "rc4", "static-key-exchange"];
const DIFFIE_HELLMAN = [...PLAIN, "anonymous-suites"];

const PEERED: readonly Peered[] = [
  {
    // With all alerts, and connections that stay: sslscan sees Heartbleed at every try here alone.
    name: "Node 0.10.0 that gives alerts",
    start: async () => {
      const files = [await traditionalKey("rsa"), (await pair("rsa")).certFile];
      return startTelling(oldNode("0.10.0"), [OPEN_SERVER, ...files, "1000"], /^port (\d+)$/);
    },
    least: [...PLAIN, "drown", "heartbleed"],
    peers: testsslCommand() === null ? PEERS : [...PEERS, "testssl"],
  },
  inTable("Node 0.10.0: everything, RSA", [...PLAIN, "drown"]),
  inTable("Node 0.10.0: everything, RSA of 512 bits", [
    ...PLAIN,
    "drown",
    "export-suites",
    "freak",
    "weak-key",
  ]),
  inTable("Node 0.10.0: everything but SSLv2, ECDSA", PLAIN),
  inTable("Node 0.10.48: SSLv3 too, RSA", PLAIN),
  inTable("Node 0.12.18: SSLv3 too, RSA, with Diffie-Hellman", DIFFIE_HELLMAN),
];

const ready = [has("oldNodes"), has("openssl"), ...PEERS.map((peer) => has(peer))].every(Boolean);

describe.skipIf(!ready)("what two peers confirm of old Nodes is found", () => {
  for (const { name, start, least, peers = PEERS } of PEERED) {
    test.concurrent(name, { timeout: 180_000 }, async ({ expect: check }) => {
      const server = await start();
      try {
        // Silences to its tests are of no interest here.
        const { weaknesses } = await look(server.port, { active: true, timeoutMs: 3000 });
        const found = new Set<string>(
          weaknesses.filter(({ status }) => status === "vulnerable").map(({ id }) => id),
        );
        const said: (readonly [WeaknessPeer, ReadonlySet<string>])[] = [];
        // One after the other, as elsewhere.
        for (const peer of peers) said.push([peer, await confirmedBy(peer, server.port)]);
        const by = (id: string) => said.filter(([, ids]) => ids.has(id)).map(([peer]) => peer);
        const all = TLS_WEAKNESSES.map(({ id }) => id).filter((id) => by(id).length > 0);
        const lines = all.map(
          (id) => `  ${id}: ${[...by(id), ...(found.has(id) ? ["probity"] : [])].join(", ")}`,
        );
        console.log(`${name}\n${lines.join("\n")}`);
        const confirmed = all.filter((id) => by(id).length > 1);
        check(confirmed).toEqual(expect.arrayContaining([...least]));
        check(confirmed.filter((id) => !found.has(id))).toEqual([]);
      } finally {
        await server.stop();
      }
    });
  }
});

test("peers speak of weaknesses by their ids", () => {
  const ids = TLS_WEAKNESSES.map(({ id }) => id);
  for (const { least } of PEERED) expect(ids).toEqual(expect.arrayContaining([...least]));
});

function inTable(name: string, least: readonly string[]): Peered {
  const configuration = configurations.find((one) => one.name === name);
  if (configuration === undefined) throw new Error(`no server is called ${name}`);
  return { name, start: configuration.start, least };
}
