/** Active tests run once a server, and no server speaks for another that shows something else. */
import { createSecureContext } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import { enumerate } from "#probes/tls/enumerate.ts";
import { serveTls, type TlsServer } from "../../support/tls-node.ts";
import { skippingClock } from "./scan.ts";

const servers: TlsServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const authority = makeAuthority();
const certificateOf = (commonName: string) => {
  const { certPem: cert, keyPem: key } = authority.issue({ commonName, altNames: [commonName] });
  return { cert, key };
};
const ONE = certificateOf("one.example");
const TWO = certificateOf("two.example");

/** A server of TLS 1.2 that shows `two` to who names two.example. */
async function serve(two: typeof ONE): Promise<TlsServer> {
  const server = await serveTls({
    ...ONE,
    maxVersion: "TLSv1.2",
    SNICallback: (name, done) =>
      done(null, createSecureContext(name === "two.example" ? two : ONE)),
  });
  servers.push(server);
  return server;
}

async function attacked(server: TlsServer, serverName: string) {
  const before = server.taken();
  const found = await enumerate(
    { host: "127.0.0.1", port: server.port, serverName },
    {
      timeoutMs: 5000,
      connections: 20,
      signal: new AbortController().signal,
      clock: skippingClock(),
      wanted: new Set(["protocols", "cipherSuites", "certificate", "tlsAttacks"] as const),
      ca: null,
      active: true,
    },
  );
  const tests = found.tlsAttacks?.tests ?? [];
  return {
    taken: server.taken() - before,
    statuses: tests.map(({ test: name, status }) => `${name} ${status}`),
    words: tests.map(({ why }) => why ?? ""),
  };
}

describe("a server of two names", () => {
  test("that shows the same to both is attacked once, and the second says so", async () => {
    const server = await serve(ONE);
    const first = await attacked(server, "one.example");
    const second = await attacked(server, "two.example");
    expect(second.statuses).toEqual(first.statuses);
    expect(second.taken).toBeLessThan(first.taken);
    for (const words of second.words) expect(words).toContain("tested as one.example");
    for (const words of first.words) expect(words).not.toContain("tested as");
  });

  test("that shows another certificate to the second may be another server", async () => {
    const server = await serve(TWO);
    const first = await attacked(server, "one.example");
    const second = await attacked(server, "two.example");
    expect(Math.abs(second.taken - first.taken)).toBeLessThanOrEqual(2);
    for (const words of second.words) expect(words).not.toContain("tested as");
  });
});
