import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { TLSSocket } from "node:tls";
import { describe, expect, onTestFinished, test } from "vitest";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import type { StartTlsProtocol } from "#model/endpoint-url.ts";
import { testInjection } from "#probes/tls/starttls/injection.ts";
import {
  LINE_PROTOCOLS,
  type LineProtocol,
  type Manners,
  startTlsPeer,
} from "../../support/starttls-peer.ts";

const never = new AbortController().signal;

async function judge(protocol: LineProtocol, manners: Manners, timeoutMs = 5000) {
  const peer = await startTlsPeer(protocol, manners);
  onTestFinished(peer.close);
  const address = { host: peer.host, port: peer.port, serverName: "server.example" };
  const result = await testInjection(address, protocol, { timeoutMs, signal: never });
  return { ...result, taken: peer.taken() };
}

describe.each(LINE_PROTOCOLS)("%s", (protocol) => {
  test("a server that obeys within TLS what came before it is vulnerable", async () => {
    expect(await judge(protocol, "leaky")).toMatchObject({
      status: "vulnerable",
      why: expect.stringContaining("obeys within TLS what was sent in clear text") as string,
      taken: 1,
    });
  });

  test("one that forgets it is not", async () => {
    expect(await judge(protocol, "careful")).toMatchObject({
      status: "not-vulnerable",
      why: expect.stringContaining("is not obeyed within it") as string,
      taken: 1,
    });
  });

  test.each<Manners>(["fed", "strict"])("one that is %s does not come to TLS", async (manners) => {
    expect(await judge(protocol, manners)).toMatchObject({
      status: "not-vulnerable",
      why: expect.stringMatching(/^does not begin TLS when .* follows in clear text: ./) as string,
      taken: 3,
    });
  });

  test("one without TLS shows nothing", async () => {
    const { status, why } = await judge(protocol, "without");
    expect({ status, why }).toEqual({
      status: "unknown",
      why: expect.stringContaining("refuses") as string,
    });
  });

  test("one that says something else shows nothing", async () => {
    const { status, why } = await judge(protocol, "busy");
    expect({ status, why }).toEqual({
      status: "unknown",
      why: expect.stringContaining("says within TLS what answers nothing: ") as string,
    });
  });

  test("one that says nothing shows nothing", async () => {
    const { status, taken } = await judge(protocol, "mute", 200);
    expect({ status, taken }).toEqual({ status: "unknown", taken: 1 });
  });
});

test("one that refuses, and says nothing that tells without the command either, shows nothing", async () => {
  expect(await judge("smtp", "strict and busy")).toMatchObject({ status: "unknown", taken: 3 });
});

test("FTP's older command is not tried", async () => {
  expect(await judge("ftp", "ancient")).toMatchObject({ status: "unknown" });
});

test.each<StartTlsProtocol>(["mysql", "xmpp", "xmpp-server"])(
  "%s has no test and no connection",
  async (protocol) => {
    const address = { host: "127.0.0.1", port: 1, serverName: null };
    const result = await testInjection(address, protocol, { timeoutMs: 1000, signal: never });
    expect(result.status).toBe("not-run");
  },
);

test("a server that is not there, and a run that is cut off, show nothing", async () => {
  const peer = await startTlsPeer("smtp", "careful");
  await peer.close();
  const address = { host: peer.host, port: peer.port, serverName: null };
  const options = { timeoutMs: 1000, signal: never };
  expect(await testInjection(address, "smtp", options)).toMatchObject({ status: "unknown" });
  const cut = { timeoutMs: 1000, signal: AbortSignal.abort() };
  expect(await testInjection(address, "smtp", cut)).toMatchObject({
    status: "unknown",
    why: "not finished in time",
  });
});

/** What a server of bytes takes for the wish to begin TLS, its word to that, and its answer to what was injected. */
const BYTES = {
  postgres: {
    wish: Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]),
    goAhead: Buffer.from("S"),
    obeys: Buffer.from("R\0\0\0\x08\0\0\0\x03"),
    objects: Buffer.from("E\0\0\0\x16SFATAL\0VFATAL\0C08P01\0\0"),
  },
  ldap: {
    wish: Buffer.concat([
      Buffer.from([0x30, 0x1d, 0x02, 0x01, 0x01, 0x77, 0x18, 0x80, 0x16]),
      Buffer.from("1.3.6.1.4.1.1466.20037"),
    ]),
    goAhead: Buffer.from([0x30, 0x0c, 2, 1, 1, 0x78, 0x07, 0x0a, 1, 0, 4, 0, 4, 0]),
    obeys: Buffer.from([0x30, 0x0c, 2, 1, 2, 0x78, 0x07, 0x0a, 1, 0, 4, 0, 4, 0]),
    objects: Buffer.alloc(0),
  },
} as const;

describe.each(["postgres", "ldap"] as const)("%s", (protocol) => {
  const { wish, goAhead, obeys, objects } = BYTES[protocol];
  const { certPem: cert, keyPem: key } = makeAuthority().issue({
    commonName: "server.example",
    altNames: ["server.example"],
  });

  /** Serves until the end of the test; what stands behind the wish is obeyed, thrown away or refused. */
  async function judged(manners: "obeys" | "forgets" | "objects" | "refuses") {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", (chunk) => {
        const injected = chunk.length > wish.length;
        if (!chunk.subarray(0, wish.length).equals(wish)) return socket.destroy();
        if (injected && manners === "refuses") return socket.destroy();
        socket.write(goAhead);
        const secure = new TLSSocket(socket, { isServer: true, cert, key });
        secure.on("error", () => {});
        secure.on("secure", () => {
          if (injected && manners === "obeys") secure.write(obeys);
          if (injected && manners === "objects") secure.end(objects);
        });
        secure.on("data", () => secure.end());
        return socket;
      });
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const address = { host: "127.0.0.1", port, serverName: "server.example" };
    return testInjection(address, protocol, { timeoutMs: 2000, signal: never });
  }

  test("one that keeps what stood behind is vulnerable, others are not", async () => {
    expect(await judged("obeys")).toMatchObject({ status: "vulnerable" });
    expect(await judged("forgets")).toMatchObject({ status: "not-vulnerable" });
    expect(await judged("objects")).toMatchObject({ status: "not-vulnerable" });
    expect(await judged("refuses")).toMatchObject({
      status: "not-vulnerable",
      why: expect.stringContaining("does not begin TLS when") as string,
    });
  });
});
