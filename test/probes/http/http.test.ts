import dns from "node:dns";
import { once } from "node:events";
import { createServer as createHttp, type RequestListener, type Server } from "node:http";
import { createServer as createHttps } from "node:https";
import { afterEach, describe, expect, test, vi } from "vitest";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import { targetSchema } from "#model/estate.ts";
import type { HttpFacet } from "#model/facets.ts";
import { askClear } from "#probes/http/clear-text.ts";
import probe from "#probes/http/endpoint.ts";
import { parseHsts } from "#facts/hsts.ts";
import { operationAt } from "#probes/tls/operation.ts";
import { facetOf, type Gathered, testScan } from "../../support/probe-context.ts";
import { type Peer, socketPeer } from "../../support/tls-peer.ts";

const HOST = "server.example";
const { certPem, keyPem } = makeAuthority().issue({ commonName: HOST, altNames: [HOST] });

const servers: Server[] = [];
const peers: Peer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
  for (const peer of peers.splice(0)) {
    await expect.poll(peer.open).toBe(0);
    await peer.close();
  }
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

const clear = (listener: RequestListener) => listen(createHttp(listener));
const secure = (listener: RequestListener) =>
  listen(createHttps({ cert: certPem, key: keyPem }, listener));
async function bytes(serve: Parameters<typeof socketPeer>[0]): Promise<number> {
  const peer = await socketPeer(serve);
  peers.push(peer);
  return peer.port;
}
async function closedPort(): Promise<number> {
  const peer = await socketPeer(() => {});
  await peer.close();
  return peer.port;
}
const answer =
  (status: number, headers: Record<string, string | string[]> = {}): RequestListener =>
  (_, response) => {
    response.writeHead(status, headers).end("body");
  };

async function gather(port: number, httpPort: number, fields: object = {}): Promise<Gathered> {
  const target = targetSchema.parse({
    id: "web",
    provider: "endpoint",
    url: `https://${HOST}`,
    connect: { host: "127.0.0.1", port, httpPort },
    limits: { callTimeout: "PT6S" },
    ...fields,
  });
  return testScan(target).gather(probe, ["http"]);
}

async function facet(port: number, httpPort: number, fields: object = {}): Promise<HttpFacet> {
  const gathered = await gather(port, httpPort, fields);
  expect(gathered.problems).toEqual([]);
  const value = facetOf(gathered, `${HOST}:443`, "http");
  if (value === undefined) throw new Error("nothing was read");
  return value;
}

describe("clear text", () => {
  test("a redirect to HTTPS, whatever the case of the scheme, is not followed", async () => {
    let asked = 0;
    const https = await secure((_, response) => {
      asked += 1;
      response.end();
    });
    for (const location of [`https://${HOST}/`, "HTTPS://other.example/x"]) {
      const http = await clear(answer(301, { Location: location }));
      expect(await facet(https, http)).toEqual({
        url: `http://${HOST}/`,
        clearText: "redirects-to-https",
        status: 301,
        location: new URL(location).href,
        hsts: null,
        httpsAnswered: true,
      });
    }
    expect(asked).toBe(2);
  });

  test.each([
    ["to clear text", 302, { Location: "http://elsewhere.example/" }, "redirects-elsewhere"],
    ["to a path", 307, { Location: "/login" }, "redirects-elsewhere"],
    ["to nothing that is an address", 308, { Location: "http://[" }, "redirects-elsewhere"],
    ["without a target", 301, {}, "serves"],
    ["not modified", 304, { Location: "https://x.example/" }, "serves"],
  ])("a redirect %s", async (_, status, headers, clearText) => {
    const https = await secure(answer(200));
    const http = await clear(answer(status, headers));
    expect(await facet(https, http)).toMatchObject({ clearText, status });
  });

  test.each([
    [200, 200, "serves"],
    [401, 401, "serves"],
    [404, 200, "serves"],
    [500, 200, "serves"],
    [403, 200, "refused"],
    [403, 403, "serves"],
    [400, 200, "refused"],
    [400, 400, "serves"],
    [426, 200, "refused"],
  ])("status %i while HTTPS gives %i: %s", async (status, secured, clearText) => {
    const https = await secure(answer(secured));
    const http = await clear(answer(status));
    expect(await facet(https, http)).toMatchObject({ clearText, status });
  });

  test("a closed port refuses while HTTPS answers", async () => {
    const https = await secure(answer(200));
    const shut = { clearText: "refused", status: null, location: null };
    expect(await facet(https, await closedPort())).toMatchObject(shut);
  });

  test.each([
    ["in the middle of the head", "HTTP/1.1 200 OK\r\nContent-Type: te", "end"],
    ["in the status line", "HTTP/1.1 2", "end"],
    ["after one byte", "H", "end"],
    ["after an early answer", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", "end"],
    ["by a reset in the middle of the head", "HTTP/1.1 200 OK\r\nA: b\r\n", "reset"],
    ["by a reset before the first byte", "", "reset"],
    ["before the first byte", "", "end"],
  ])("an answer that ends %s is not a refusal", async (_, text, how) => {
    const https = await secure(answer(200));
    const http = await bytes((socket) => {
      socket.once("data", () => {
        const stop = () => (how === "end" ? socket.end() : socket.resetAndDestroy());
        if (text === "") stop();
        else socket.write(text, stop);
      });
    });
    expect(await facet(https, http)).toMatchObject({ clearText: "unknown", status: null });
  });

  test("a reset at once is not a refusal", async () => {
    const https = await secure(answer(200));
    const http = await bytes((socket) => socket.resetAndDestroy());
    expect(await facet(https, http)).toMatchObject({ clearText: "unknown", status: null });
  });

  test("a change of protocol that nobody asked for is an answer", async () => {
    const https = await secure(answer(200));
    const http = await bytes((socket) => {
      socket.once("data", () =>
        socket.end("HTTP/1.1 101 x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"),
      );
    });
    expect(await facet(https, http)).toMatchObject({ clearText: "serves", status: 101 });
  });

  test("the source says where `connect` led, and nothing where it led nowhere else", async () => {
    const https = await secure(answer(200));
    const http = await clear(answer(200));
    const [seen] = (await gather(https, http)).observations;
    expect(seen?.source.operation).toBe(
      `HTTP request and HTTPS request, at 127.0.0.1:${http} and 127.0.0.1:${https} by the estate's connect`,
    );
    const target = targetSchema.parse({
      id: "web",
      provider: "endpoint",
      url: "https://192.0.2.1:8443",
      connect: { host: "192.0.2.1", httpPort: 80 },
    });
    if (target.provider !== "endpoint") throw new Error("not an endpoint");
    expect(operationAt("HTTP request", target, ["httpPort", "port"])).toBe("HTTP request");
  });

  test("a single reset is an accident", async () => {
    const https = await secure(answer(200));
    let connections = 0;
    const http = await bytes((socket) => {
      connections += 1;
      if (connections === 1) socket.resetAndDestroy();
      else socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    });
    expect(await facet(https, http)).toMatchObject({ clearText: "serves" });
  });

  test.each([
    ["says nothing", () => {}],
    [
      "speaks something else",
      (socket: { write: (text: string) => void }) => socket.write("SSH-2.0-x\r\n"),
    ],
    [
      "sends a head without end",
      (socket: { write: (text: string) => void }) =>
        socket.write(`HTTP/1.1 200 OK\r\n${"x: ".padEnd(80_000, "y")}\r\n`),
    ],
  ])("a port that %s is unknown, not refused", async (_, serve) => {
    const https = await secure(answer(200));
    expect(await facet(https, await bytes(serve))).toMatchObject({
      clearText: "unknown",
      status: null,
      httpsAnswered: true,
    });
  });

  test("an endless body is not read", async () => {
    const https = await secure(answer(200));
    const http = await bytes((socket) => {
      socket.once("data", () => {
        socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        const timer = setInterval(() => socket.write("4\r\nbody\r\n"), 5);
        socket.on("close", () => clearInterval(timer));
      });
    });
    expect(await facet(https, http)).toMatchObject({ clearText: "serves", status: 200 });
  });

  test("the path of the declared address is asked, under its own name", async () => {
    const seen: (string | undefined)[] = [];
    const note: RequestListener = ({ url, headers }, response) => {
      seen.push(url, headers.host);
      response.end();
    };
    const https = await secure(note);
    const http = await clear(note);
    await facet(https, http, { url: `https://${HOST}/app?x=1` });
    expect(seen).toEqual(["/app?x=1", HOST, "/app?x=1", HOST]);
  });

  test("a name that is not looked up in time is no shut door", async () => {
    vi.spyOn(dns, "lookup").mockImplementation(() => {});
    const request = { url: new URL("http://a.example/"), host: "a.example", port: 80 };
    const limits = { timeoutMs: 20, signal: new AbortController().signal };
    await expect(askClear({ ...request, serverName: "a.example" }, limits)).rejects.toMatchObject({
      reason: "timeout",
      message: "the name is not looked up in time",
    });
    vi.restoreAllMocks();
  });

  test("a location shows neither values of a query nor a password", async () => {
    const https = await secure((_, response) => response.end());
    const http = await clear(answer(302, { Location: `https://a:b@${HOST}/x?state=abc#part` }));
    expect(await facet(https, http)).toMatchObject({ location: `https://${HOST}/x?state=…` });
  });

  test("a location is bounded and escaped", async () => {
    const https = await secure(answer(200));
    const http = await bytes((socket) => {
      socket.once("data", () =>
        socket.end(`HTTP/1.1 301 x\r\nLocation: https://a/${"z".repeat(2000)}\r\n\r\n`),
      );
    });
    expect((await facet(https, http)).location?.length).toBeLessThanOrEqual(300);
  });
});

describe("without an answer over HTTPS", () => {
  test("an open clear-text door is still told", async () => {
    const http = await clear(answer(200));
    expect(await facet(await closedPort(), http)).toMatchObject({
      clearText: "serves",
      httpsAnswered: false,
      hsts: null,
    });
  });

  test("a 403 may mean anything", async () => {
    const http = await clear(answer(403));
    expect(await facet(await closedPort(), http)).toMatchObject({ clearText: "unknown" });
  });

  test("a shut clear-text door proves nothing", async () => {
    const { observations, problems } = await gather(await closedPort(), await closedPort());
    expect(observations).toEqual([]);
    expect(problems).toMatchObject([{ facets: ["http"], reason: "unreachable" }]);
    expect(problems[0]?.message).toContain(`${HOST}:443`);
    expect(problems[0]?.message).toContain("ECONNREFUSED");
  });

  test("silence on both sides is a time-out", async () => {
    const { problems } = await gather(await bytes(() => {}), await bytes(() => {}));
    expect(problems).toMatchObject([{ reason: "timeout" }]);
  });
});

test("tls:// is not asked for HTTP", async () => {
  const { observations, problems } = await gather(1, 1, { url: `tls://${HOST}:5432` });
  expect([observations, problems]).toEqual([[], []]);
});

describe("HSTS", () => {
  test("is read although the certificate is trusted by nobody here, and only the first header counts", async () => {
    const http = await closedPort();
    const https = await secure(
      answer(302, {
        Location: "/x",
        "Strict-Transport-Security": ["max-age=63072000; includeSubDomains; preload", "max-age=0"],
      }),
    );
    expect((await facet(https, http)).hsts).toEqual({
      maxAgeSeconds: 63_072_000,
      includeSubDomains: true,
      preload: true,
    });
  });

  test.each([
    ["max-age=31536000", 31_536_000],
    ['max-age="300"', 300],
    ["MAX-AGE=1 ; IncludeSubDomains", 1],
    ["max-age=0", 0],
    [" ; max-age=5; ; unknown=x; other", 5],
    ["includeSubDomains", null],
    ["max-age", null],
    ["max-age=", null],
    ["max-age=-1", null],
    ["max-age=1.5", null],
    ["max-age=1e9", null],
    ["max-age=1; max-age=2", null],
    ["max-age=1, max-age=2", null],
    ["max-age=99999999999999999999", null],
    ["max age=1", null],
    ["", null],
  ])("%s", (header, seconds) => {
    expect(parseHsts(header)?.maxAgeSeconds ?? null).toBe(seconds);
  });

  test("a crafted header takes no time", () => {
    const started = performance.now();
    parseHsts(`max-age="${"\\".repeat(4000)}`);
    parseHsts(`${"a".repeat(4000)} = "`);
    parseHsts("x".repeat(1_000_000));
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
