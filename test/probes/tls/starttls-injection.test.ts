import { describe, expect, onTestFinished, test } from "vitest";
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

test.each<StartTlsProtocol>(["ldap", "postgres", "mysql", "xmpp", "xmpp-server"])(
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
