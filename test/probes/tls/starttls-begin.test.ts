import { describe, expect, onTestFinished, test } from "vitest";
import { STARTTLS_PROTOCOLS, type StartTlsProtocol } from "#model/endpoint-url.ts";
import { TlsScanError } from "#probes/tls/errors.ts";
import { beginTls } from "#probes/tls/starttls/begin.ts";
import { type Ending, scriptedPeer } from "../../support/starttls-peer.ts";
import { HONEST, type Turn } from "../../support/starttls-scripts.ts";
import type { Peer } from "../../support/tls-peer.ts";

const never = new AbortController().signal;

async function begin(
  protocol: StartTlsProtocol,
  turns: readonly Turn[],
  ending: Ending = "hang",
  { timeoutMs = 5000, signal = never, size = 65_536 } = {},
) {
  const peer = await scriptedPeer(turns, ending, size);
  onTestFinished(peer.close);
  const address = { host: peer.host, port: peer.port, serverName: "server.example" };
  return { peer, begun: beginTls(address, protocol, { timeoutMs, signal }) };
}

/** The client leaves nothing open. */
async function left(peer: Peer): Promise<void> {
  await expect.poll(() => peer.open()).toBe(0);
}

describe.each(STARTTLS_PROTOCOLS)("%s", (protocol) => {
  const turns = HONEST[protocol];

  test.each([65_536, 1])("comes to TLS, %i bytes at a time", async (size) => {
    const { peer, begun } = await begin(protocol, turns, "hang", { size });
    const result = await begun;
    if (!("socket" in result)) throw new Error(JSON.stringify(result));
    expect(result.socket.destroyed).toBe(false);
    result.socket.destroy();
    await left(peer);
  });

  test.each<Ending>(["close", "reset"])("a %s at each step", async (ending) => {
    for (let step = 0; step < turns.length; step += 1) {
      const { peer, begun } = await begin(protocol, turns.slice(0, step), ending);
      await expect(begun).rejects.toThrow(/closes the connection in the talk|ECONNRESET|EPIPE/);
      await left(peer);
    }
  });

  test("silence at each step ends with the time", async () => {
    for (let step = 0; step < turns.length; step += 1) {
      const { peer, begun } = await begin(protocol, turns.slice(0, step), "hang", {
        timeoutMs: 30,
      });
      const error = await begun.catch((one: unknown) => one);
      expect(error).toBeInstanceOf(TlsScanError);
      expect(error).toMatchObject({ reason: "timeout" });
      await left(peer);
    }
  });

  test("half of an answer, then the end", async () => {
    const said = turns.findLast((turn) => !(turn instanceof RegExp));
    if (said === undefined || said instanceof RegExp) throw new Error("nothing is said");
    const half = Buffer.from(said).subarray(0, Math.floor(Buffer.from(said).length / 2));
    const { begun } = await begin(protocol, [...turns.slice(0, -1), half], "close");
    await expect(begun).rejects.toThrow(/closes the connection in the talk/);
  });

  test("an alert at once", async () => {
    const alert = Buffer.from([0x15, 3, 3, 0, 2, 2, 40]);
    const { peer, begun } = await begin(protocol, [alert]);
    expect(await begun).toEqual({ broken: expect.stringContaining("tls://") as string });
    await left(peer);
  });
});

test("an abort ends it with the signal's reason", async () => {
  const stop = new AbortController();
  const { peer, begun } = await begin("smtp", [], "hang", { signal: stop.signal });
  stop.abort(new Error("enough"));
  await expect(begun).rejects.toThrow("enough");
  await left(peer);
});

test("a server that talks on and on is left", async () => {
  const { peer, begun } = await begin("smtp", ["220-more\r\n".repeat(200)], "hang", { size: 3 });
  expect(await begun).toEqual({ broken: "says more than 100 lines before TLS" });
  await left(peer);
});

test("a refusal is told, and the connection ended", async () => {
  const { peer, begun } = await begin("postgres", ["N"]);
  expect(await begun).toEqual({ refused: expect.stringContaining("SSLRequest") as string });
  await left(peer);
});

test("nobody listens", async () => {
  const peer = await scriptedPeer([], "hang");
  await peer.close();
  const address = { host: peer.host, port: peer.port, serverName: null };
  const begun = beginTls(address, "smtp", { timeoutMs: 5000, signal: never });
  await expect(begun).rejects.toMatchObject({ code: "ECONNREFUSED" });
});
