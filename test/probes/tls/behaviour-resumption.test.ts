/** Handshakes with Node's own server, and what stands between it and a client. */
import { connect, type Socket } from "node:net";
import { readFile } from "node:fs/promises";
import { constants } from "node:crypto";
import type { TlsOptions } from "node:tls";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { BehaviourTest } from "#model/tls-facets.ts";
import { has } from "../../support/requirements.ts";
import { serveTls, type TlsServer } from "../../support/tls-node.ts";
import { type Peer, readHello, socketPeer } from "../../support/tls-peer.ts";
import { pair, removeKeys } from "../../tls-servers/keys.ts";
import { type BehaviourOptions, behaviourOf } from "./behaviour-kit.ts";
import { isOfOpenSsl } from "./behaviour-scripted.ts";

const FOUR = ["session-ids", "session-tickets", "psk-resumption", "early-data"] as const;
const closing: (TlsServer | Peer)[] = [];
let keys: TlsOptions = {};

beforeAll(async () => {
  if (!has("openssl")) return;
  const { certFile, keyFile } = await pair("rsa");
  keys = { cert: await readFile(certFile), key: await readFile(keyFile) };
});
afterAll(removeKeys);
afterEach(async () => {
  // What was dialled ahead and held open is gone with the scan.
  for (const one of closing) await expect.poll(() => one.open()).toBe(0);
  for (const one of closing.splice(0)) await one.close();
});

/** Node's server; it ends connections as its clients do. */
async function serve(options: TlsOptions): Promise<TlsServer> {
  const server = await serveTls({ ...keys, ...options }, (socket) => socket.resume());
  closing.push(server);
  return server;
}

/** What stands before a server; `first` gets the first bytes of each connection, and says whether they go on. */
async function before(
  server: TlsServer,
  first: (bytes: Buffer, client: Socket, index: number) => boolean,
): Promise<Peer> {
  let index = 0;
  const peer = await socketPeer((client) => {
    const target = connect(server.port, "127.0.0.1");
    target.on("error", () => client.destroy());
    client.on("error", () => target.destroy());
    client.on("close", () => target.destroy());
    client.once("data", (bytes) => {
      if (!first(bytes, client, index++)) return;
      target.write(bytes);
      client.pipe(target);
      target.pipe(client);
    });
  });
  closing.push(peer);
  return peer;
}

/** A hello of OpenSSL's; one that does not come whole at once can only be its large one. */
function isHandshake(bytes: Buffer): boolean {
  const hello = readHello(bytes);
  return hello === null || isOfOpenSsl(hello);
}

async function four(port: number, options: BehaviourOptions = {}) {
  const { tests, largeHello } = await behaviourOf(port, { listed: false, ...options });
  const answer = (name: BehaviourTest) => tests.find((one) => one.test === name);
  return { answers: FOUR.map((name) => answer(name)?.answer), answer, largeHello };
}

test.skipIf(!has("openssl"))("one without tickets, that keeps none", async () => {
  const server = await serve({ secureOptions: constants.SSL_OP_NO_TICKET });
  const { answers, largeHello } = await four(server.port);
  expect(answers).toEqual(["no", "no", "no", "no"]);
  expect(largeHello).toBe(true);
});

test.skipIf(!has("openssl"))("one that takes no long hello is asked with a short one", async () => {
  const server = await serve({});
  const proxy = await before(server, (bytes, client) => {
    if (bytes.length > 1400) client.resetAndDestroy();
    return bytes.length <= 1400;
  });
  const { answers, largeHello } = await four(proxy.port);
  expect(answers).toEqual(["no", "yes", "yes", "no"]);
  expect(largeHello).toBeNull();
});

test.skipIf(!has("openssl"))("handshakes that are cut once are made again", async () => {
  const server = await serve({});
  let handshakes = 0;
  const proxy = await before(server, (bytes, client) => {
    if (!isHandshake(bytes)) return true;
    handshakes += 1;
    if (handshakes === 2) client.resetAndDestroy();
    return handshakes !== 2;
  });
  const { answers } = await four(proxy.port);
  // Six, and one again.
  expect(handshakes).toBe(7);
  expect(answers).toEqual(["no", "yes", "yes", "no"]);
});

test.skipIf(!has("openssl"))("handshakes that are always cut say nothing", async () => {
  const server = await serve({});
  const proxy = await before(server, (bytes, client) => {
    if (isHandshake(bytes)) client.resetAndDestroy();
    return !isHandshake(bytes);
  });
  const { answers, answer } = await four(proxy.port);
  expect(answers).toEqual(["unknown", "unknown", "unknown", "unknown"]);
  expect(answer("session-ids")?.why).toContain("ECONNRESET");
});

test.skipIf(!has("openssl"))("handshakes that are never answered say nothing", async () => {
  const server = await serve({});
  const proxy = await before(server, (bytes) => !isHandshake(bytes));
  const { answers, answer } = await four(proxy.port, { timeoutMs: 300 });
  expect(answers).toEqual(["unknown", "unknown", "unknown", "unknown"]);
  expect(answer("psk-resumption")?.why).toBe("no TLS handshake in time");
});

test.skipIf(!has("openssl"))("one that turns clients without a certificate away", async () => {
  const server = await serve({ requestCert: true, rejectUnauthorized: true });
  const { answers } = await four(server.port);
  // Each connection ends by a reset before it shows a session.
  expect(answers).toEqual(["unknown", "unknown", "unknown", "unknown"]);
});

test.skipIf(!has("openssl"))(
  "where a command begins TLS it is given before each handshake",
  async () => {
    const server = await serve({});
    const mail = await socketPeer((client) => {
      client.write("220 mail.example\r\n");
      const talk = (bytes: Buffer) => {
        if (!bytes.toString().startsWith("STARTTLS")) {
          client.write("250-mail.example\r\n250 STARTTLS\r\n");
          return;
        }
        client.off("data", talk);
        const target = connect(server.port, "127.0.0.1");
        target.on("error", () => client.destroy());
        client.on("close", () => target.destroy());
        client.pipe(target);
        target.pipe(client);
        client.write("220 go ahead\r\n");
      };
      client.on("data", talk);
    });
    closing.push(mail);
    const { answers } = await four(mail.port, { startTls: "smtp" });
    expect(answers).toEqual(["no", "yes", "yes", "no"]);
  },
);

test.skipIf(!has("openssl"))("it stops at once when it is told to", async () => {
  const server = await serve({});
  const controller = new AbortController();
  const proxy = await before(server, (bytes) => {
    if (isHandshake(bytes)) controller.abort();
    return !isHandshake(bytes);
  });
  const started = performance.now();
  await behaviourOf(proxy.port, { timeoutMs: 60_000, signal: controller.signal, listed: false });
  expect(performance.now() - started).toBeLessThan(10_000);
});

test("OpenSSL is given no chain that it had better not check", async () => {
  const server = await serve(keys);
  const { tests } = await behaviourOf(server.port, { chain: [Buffer.from("no certificate")] });
  const made = tests.filter(({ test: name }) => FOUR.some((one) => one === name));
  expect(made.map(({ answer }) => answer)).not.toContain("yes");
  expect(made.find(({ test: name }) => name === "psk-resumption")?.why).toBe(
    "not tried: a certificate of its chain cannot be read",
  );
});
