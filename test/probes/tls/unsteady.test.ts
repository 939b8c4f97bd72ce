/** Servers that fail once, or from some moment on: what is lost by that is unknown, never refused and never whole. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import { alert, record, serverHelloOf } from "../../support/tls-messages.ts";
import { serveTls, type TlsServer } from "../../support/tls-node.ts";
import { helloPeer, type Peer } from "../../support/tls-peer.ts";
import { enumerate } from "#probes/tls/enumerate.ts";
import { scan, skippingClock, suiteNames, suitesUnfinished } from "./scan.ts";

const peers: Peer[] = [];
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  for (const peer of peers.splice(0)) await peer.close();
});

async function served(peer: Promise<Peer>): Promise<Peer> {
  const running = await peer;
  peers.push(running);
  return running;
}

const TLS11 = 0x0302;
const TLS12 = 0x0303;
const suites = [0xc02f, 0xc030, 0xc02b, 0xc02c, 0x0005, 0x0004, 0x0003];

describe("a mail server that refuses one STARTTLS of the whole scan", () => {
  const { certPem: cert, keyPem: key } = makeAuthority().issue({
    commonName: "server.example",
    altNames: ["server.example"],
  });

  /** SMTP before a TLS server; the connection with that number is told that there is no TLS. */
  async function mailServer(refused: number): Promise<{ readonly port: number }> {
    const server: TlsServer = await serveTls({
      cert,
      key,
      minVersion: "TLSv1.2",
      ecdhCurve: "X25519:P-256",
    });
    let count = 0;
    const talk = (client: Socket) => {
      client.on("error", () => {});
      client.write("220 mail.example\r\n");
      const hear = (chunk: Buffer) => {
        const said = chunk.toString("latin1");
        if (/EHLO/.test(said)) client.write("250-mail.example\r\n250 STARTTLS\r\n");
        else if (/STARTTLS/.test(said)) {
          count += 1;
          if (count - 1 === refused) {
            client.write("554 5.7.0 busy\r\n");
            return;
          }
          client.off("data", hear);
          client.write("220 go ahead\r\n");
          const tls = connect({ port: server.port, host: "127.0.0.1", noDelay: true });
          tls.on("error", () => client.destroy());
          client.on("close", () => tls.destroy());
          client.pipe(tls).pipe(client);
        }
      };
      client.on("data", hear);
    };
    const front = createServer(talk).listen(0, "127.0.0.1");
    await once(front, "listening");
    closers.push(async () => {
      front.close();
      await server.close();
    });
    const address = front.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return address;
  }

  const seen = async (refused: number) => {
    const { port } = await mailServer(refused);
    const found = await scan(port, { startTls: "smtp" });
    return {
      versions: Object.fromEntries(
        found.protocols.versions.map((one) => [one.version, one.status] as const),
      ),
      suites: found.cipherSuites.suites.map(({ version, name }) => `${version} ${name}`),
      open: found.cipherSuites.unfinished.length + found.keyExchange.unfinished.length > 0,
      exchange: found.keyExchange.groups.length + found.keyExchange.signatureAlgorithms.length,
    };
  };

  test.each([0, 1, 3, 4, 5, 8, 12, 16, 20, 25, 30])(
    "the one with number %i",
    { timeout: 30_000 },
    async (refused) => {
      const whole = await seen(-1);
      const found = await seen(refused);
      for (const [version, before] of Object.entries(whole.versions)) {
        expect([before, "unknown"]).toContain(found.versions[version]);
      }
      if (found.open) return;
      expect(found.suites).toEqual(whole.suites);
      expect(found.exchange).toBe(whole.exchange);
    },
  );
});

describe("one that refuses everything from some connection on", () => {
  test("leaves no list that is called whole", async () => {
    let count = 0;
    const peer = await served(
      helloPeer(({ ssl2, legacy, suites: offered }) => {
        count += 1;
        if (ssl2 || legacy !== TLS12) return alert(70);
        const suite = suites.find((one) => offered.includes(one));
        if (suite === undefined || count > 15) return alert(40);
        return record(22, serverHelloOf({ legacy: TLS12, suite }));
      }),
    );
    const found = await scan(peer.port, {
      timeoutMs: 500,
      wanted: new Set(["protocols", "cipherSuites", "keyExchange", "tlsService"] as const),
    });
    const missing = suiteNames(found, "TLSv1.2").length < suites.length;
    expect(missing).toBe(true);
    expect(suitesUnfinished(found)).toEqual(["TLSv1.2"]);
  });
});

test("a server that is silent to some hellos and then resets all is asked some tens of times", async () => {
  const began = performance.now();
  let answered = 0;
  const peer = await served(
    helloPeer(({ ssl2, legacy, versions, suites: offered }) => {
      if (ssl2 || versions !== null || legacy !== TLS12) return alert(70);
      const control = offered.length <= 2;
      if (offered.length > 100) return record(22, serverHelloOf({ legacy: TLS12, suite: 0xc02f }));
      if (!control) return "hang";
      answered += 1;
      return answered > 3 && performance.now() - began > 400
        ? "reset"
        : record(22, serverHelloOf({ legacy: TLS12, suite: 0xc02f }));
    }),
  );
  await scan(peer.port, { timeoutMs: 200 });
  expect(peer.hellos.length).toBeLessThan(200);
});

describe("one whose first hello of a version is lost", () => {
  test("is tested for its behaviour with that version too", { timeout: 20_000 }, async () => {
    let lost = false;
    const peer = await served(
      helloPeer(({ ssl2, legacy, versions, suites: offered }) => {
        if (ssl2 || versions !== null || legacy < TLS11) return alert(70);
        if (legacy === TLS11 && !lost) {
          lost = true;
          return "reset";
        }
        const suite = [0xc02f, 0x002f].find(
          (one) => offered.includes(one) && (legacy > TLS11 || one === 0x002f),
        );
        if (suite === undefined) return alert(40);
        const extensions: [number, Buffer][] =
          legacy === TLS11
            ? []
            : [
                [0xff01, Buffer.from([0])],
                [23, Buffer.alloc(0)],
              ];
        return record(22, serverHelloOf({ legacy: Math.min(legacy, TLS12), suite, extensions }));
      }),
    );
    const found = await enumerate(
      { host: "127.0.0.1", port: peer.port, serverName: "server.example" },
      {
        timeoutMs: 1000,
        connections: 20,
        signal: new AbortController().signal,
        clock: skippingClock(),
        wanted: new Set(["protocols", "cipherSuites", "tlsBehaviour"] as const),
        ca: null,
      },
    );
    const statuses = new Map(
      found.protocols.versions.map((one) => [one.version, one.status] as const),
    );
    expect(statuses.get("TLSv1.1")).toBe("accepted");
    const answers = Object.fromEntries(
      found.tlsBehaviour?.tests.map(({ test: name, answer }) => [name, answer]) ?? [],
    );
    expect(answers["fallback-scsv"]).toBe("no");
    expect(answers["secure-renegotiation"]).toBe("no");
  });
});
