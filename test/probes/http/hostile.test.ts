import type { TLSSocket } from "node:tls";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import type { FacetName } from "#model/facets.ts";
import { bytes, closeServers, gather, http2, https, read, reset, saying } from "./kit.ts";

afterEach(closeServers);

const ALL: readonly FacetName[] = [
  "http",
  "httpAnswer",
  "httpService",
  "authentication",
  "published",
];
const MEGABYTE = 1024 * 1024;
/** The probe's own bound, several waits of a second, and a machine with other things to do. */
const SOON = 20_000;

/** Writes without end, as fast as it is taken. */
function endless(socket: TLSSocket, chunk: Buffer | string): void {
  const more = () => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on("drain", more);
  more();
}

/** Writes a little at a time, for ever. */
function dripping(socket: TLSSocket, chunk: Buffer | string): void {
  const timer = setInterval(() => socket.write(chunk), 20);
  socket.on("close", () => clearInterval(timer));
}

const asked = (act: (socket: TLSSocket) => void) => (socket: TLSSocket) =>
  void socket.once("data", () => act(socket));

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}
const END = frame(0, 1, 1, Buffer.alloc(0));
const SETTINGS = frame(4, 0, 0, Buffer.alloc(0));
/** `:status: 200` from HPACK's own table. */
const STATUS_200 = Buffer.from([0x88]);
const HEAD = frame(1, 4, 1, STATUS_200);
/** A literal header, not indexed, with a name of its own. */
const literal = (name: string, value: string) =>
  Buffer.concat([
    Buffer.from([0, name.length]),
    Buffer.from(name),
    integer(value.length),
    Buffer.from(value),
  ]);
/** RFC 7541 5.1, with a prefix of seven bits. */
function integer(value: number): Buffer {
  if (value < 127) return Buffer.from([value]);
  const rest: number[] = [];
  let left = value - 127;
  for (; left >= 128; left = Math.floor(left / 128)) rest.push((left % 128) | 128);
  return Buffer.from([127, ...rest, left]);
}

/** What a server does once somebody has come in, and what it agrees on by ALPN. */
type Hostile = readonly [
  what: string,
  serve: (socket: TLSSocket) => void,
  alpn?: readonly string[],
];
const SERVERS: readonly Hostile[] = [
  ["nothing", () => {}],
  ["a line that never ends", asked((socket) => endless(socket, "HTTP/1.1 200 ".repeat(100)))],
  [
    "a head of one header without end",
    asked((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nX: ");
      endless(socket, "y".repeat(60_000));
    }),
  ],
  [
    "headers without end",
    asked((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      endless(socket, "a:b\r\n".repeat(1000));
    }),
  ],
  [
    "headers that drip",
    asked((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      dripping(socket, "a: b\r\n");
    }),
  ],
  [
    "early answers without end",
    asked((socket) => dripping(socket, "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")),
  ],
  ["another protocol", (socket) => socket.write("SSH-2.0-OpenSSH_9.9\r\n")],
  ["bytes of chance", asked((socket) => endless(socket, Buffer.alloc(60_000, 0xa5)))],
  ["no HTTP/2 after all", (socket) => socket.write("HTTP/1.1 200 OK\r\n\r\n"), ["h2"]],
  ["nothing in HTTP/2", () => {}, ["h2"]],
  ["settings without end", (socket) => endless(socket, SETTINGS), ["h2"]],
  [
    "pings without end",
    (socket) => {
      socket.write(SETTINGS);
      endless(socket, frame(6, 0, 0, Buffer.alloc(8)));
    },
    ["h2"],
  ],
  [
    "a frame that is too large",
    (socket) => socket.write(Buffer.concat([SETTINGS, frame(0, 0, 1, Buffer.alloc(70_000))])),
    ["h2"],
  ],
  [
    "data before a head",
    asked((socket) =>
      socket.write(Buffer.concat([SETTINGS, frame(0, 1, 1, Buffer.from("hello"))])),
    ),
    ["h2"],
  ],
  [
    "a head on a stream that nobody opened",
    asked((socket) => socket.write(Buffer.concat([SETTINGS, frame(1, 5, 7, STATUS_200)]))),
    ["h2"],
  ],
  [
    "a head that is no HPACK",
    asked((socket) =>
      socket.write(Buffer.concat([SETTINGS, frame(1, 5, 1, Buffer.from([0xff, 0xff, 0xff]))])),
    ),
    ["h2"],
  ],
  [
    "a head continued without end",
    asked((socket) => {
      socket.write(Buffer.concat([SETTINGS, frame(1, 0, 1, STATUS_200)]));
      endless(socket, frame(9, 0, 1, literal("a", "b".repeat(100))));
    }),
    ["h2"],
  ],
  [
    "a head of a thousand large headers",
    asked((socket) => {
      const headers = Array.from({ length: 60 }, () => literal("a", "b".repeat(250)));
      const block = Buffer.concat(headers);
      const rest = Array.from({ length: 9 }, () => frame(9, 0, 1, block));
      const last = frame(9, 4, 1, block);
      socket.write(Buffer.concat([SETTINGS, frame(1, 1, 1, STATUS_200), ...rest, last]));
    }),
    ["h2"],
  ],
  [
    "a push that nobody wants",
    asked((socket) =>
      socket.write(Buffer.concat([SETTINGS, frame(5, 4, 1, Buffer.from([0, 0, 0, 2, 0x88]))])),
    ),
    ["h2"],
  ],
  [
    "goodbye",
    asked((socket) => socket.write(Buffer.concat([SETTINGS, frame(7, 0, 0, Buffer.alloc(8))]))),
    ["h2"],
  ],
  [
    "a reset of the stream",
    asked((socket) =>
      socket.write(Buffer.concat([SETTINGS, frame(3, 0, 1, Buffer.from([0, 0, 0, 13]))])),
    ),
    ["h2"],
  ],
];

describe("ends bounded, and is told as not known", () => {
  test.each(SERVERS.map(([what, serve, alpn]) => ({ what, serve, alpn })))(
    "a server that says $what",
    async ({ serve, alpn }) => {
      const before = process.memoryUsage().rss;
      const { observations, problems } = await gather(await bytes(serve, alpn), ALL, {
        limits: { callTimeout: "PT2S" },
      });
      expect(observations).toEqual([]);
      expect(problems.flatMap(({ facets }) => facets).sort()).toEqual([...ALL].sort());
      for (const { message, reason } of problems) {
        expect(["timeout", "malformed", "unreachable"]).toContain(reason);
        expect(message.length).toBeLessThan(1000);
      }
      expect(process.memoryUsage().rss - before).toBeLessThan(400 * MEGABYTE);
    },
    SOON,
  );
});

describe("contents are read up to a megabyte", () => {
  test(
    "of a gigabyte, said to be so",
    async () => {
      let sent = 0;
      const port = await https((_request, response) => {
        response.writeHead(200, { "Content-Length": 1024 * MEGABYTE });
        const more = () => {
          for (let go = true; go && !response.destroyed;) {
            sent += 65_536;
            go = response.write(Buffer.alloc(65_536, "x"));
          }
        };
        response.on("drain", more);
        more();
      });
      const { content } = await read(port, "httpAnswer");
      expect(content).toMatchObject({ bytes: MEGABYTE, complete: false, signInForm: null });
      expect(sent).toBeLessThan(64 * MEGABYTE);
    },
    SOON,
  );

  test("of exactly that much, as all there is", async () => {
    const port = await https((_request, response) => response.end(Buffer.alloc(MEGABYTE, "x")));
    expect((await read(port, "httpAnswer")).content).toMatchObject({
      bytes: MEGABYTE,
      complete: true,
    });
  });

  test.each(["HTTP/1.1", "HTTP/2"])(
    "of a gigabyte that was packed into one, over %s",
    async (version) => {
      const bomb = packed(1024);
      expect(bomb.length).toBeLessThan(2 * MEGABYTE);
      const listen = version === "HTTP/2" ? http2 : https;
      const port = await listen((_request, response) => {
        response.writeHead(200, { "content-encoding": "gzip" });
        response.end(bomb);
      });
      const before = process.memoryUsage().rss;
      const { content, ...visit } = await read(port, "httpAnswer");
      expect(visit.version).toBe(version);
      expect(content).toMatchObject({ bytes: MEGABYTE, complete: false });
      expect(process.memoryUsage().rss - before).toBeLessThan(200 * MEGABYTE);
    },
    SOON,
  );

  test(
    "nothing of what is packed and never comes out",
    async () => {
      // Blocks of no bytes each: valid, endless, and empty.
      const head = gzipSync("").subarray(0, 10);
      const port = await bytes(
        asked((socket) => {
          socket.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n");
          socket.write(head);
          const empty = Buffer.from([0, 0, 0, 0xff, 0xff]);
          endless(socket, Buffer.concat(Array.from({ length: 10_000 }, () => empty)));
        }),
      );
      expect(await read(port, "httpAnswer")).toMatchObject({
        content: null,
        hops: [{ status: 200 }],
      });
    },
    SOON,
  );

  test.each(["Transfer-Encoding: chunked\r\n\r\n", "\r\n"])(
    "nothing of what drips for ever (%j)",
    async (rest) => {
      const port = await bytes(
        asked((socket) => {
          socket.write(`HTTP/1.1 200 OK\r\n${rest}`);
          dripping(socket, "4\r\nbody\r\n");
        }),
      );
      expect(await read(port, "httpAnswer")).toMatchObject({
        content: null,
        hops: [{ status: 200 }],
      });
    },
    SOON,
  );

  const HTML = "Content-Type: text/html\r\n";
  test.each<[string, string | Buffer, number | null]>([
    // RFC 9112 6.3: without a length the end of the connection is the end of the content.
    ["ended by the connection", `HTTP/1.1 200 OK\r\n${HTML}\r\n<html>`, 6],
    ["ended by the connection, in HTTP/1.0", `HTTP/1.0 200 OK\r\n${HTML}\r\n<html>`, 6],
    ["ended by the connection, packed", packedAnswer(gzipSync("<html>")), 6],
    [
      "ended by the connection, packed, and cut off",
      packedAnswer(gzipSync("<html>").subarray(0, -4)),
      null,
    ],
    ["of its length", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>", 6],
    ["short of its length", "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n<html>", null],
    ["short of its length by all", "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", null],
    [
      "short of its length, in HTTP/1.0",
      "HTTP/1.0 200 OK\r\nContent-Length: 7\r\n\r\n<html>",
      null,
    ],
    ["in pieces", chunked("6\r\n<html>\r\n0\r\n\r\n"), 6],
    ["in pieces, with a trailer", chunked("6\r\n<html>\r\n0\r\nX: y\r\n\r\n"), 6],
    ["in pieces without the last", chunked("6\r\n<html>\r\n"), null],
    ["in pieces without any", chunked(""), null],
    ["in pieces, cut off in one", chunked("6\r\n<ht"), null],
    ["in pieces, cut off in the last", chunked("6\r\n<html>\r\n0\r\n"), null],
    ["in pieces, of which one is none", chunked("6\r\n<html>\r\nx\r\n"), null],
    [
      "short of its length, packed whole",
      Buffer.concat([
        Buffer.from("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9999\r\n\r\n"),
        gzipSync("<html>"),
      ]),
      null,
    ],
  ])("content in HTTP/1 that is %s", async (_, answer, length) => {
    for (const end of [
      (socket: TLSSocket) => socket.end(answer),
      // Without TLS's own word of the end.
      (socket: TLSSocket) => socket.write(answer, () => setImmediate(() => socket.destroy())),
    ]) {
      const { content, hops } = await read(await bytes(asked(end)), "httpAnswer");
      expect(hops).toMatchObject([{ status: 200 }]);
      expect(content?.complete === true ? content.bytes : null).toBe(length);
    }
  });

  const goodbye = frame(7, 0, 0, Buffer.from([0, 0, 0, 1, 0, 0, 0, 0]));
  const resetFor = (code: number) => frame(3, 0, 1, Buffer.from([0, 0, 0, code]));
  test.each<[string, (socket: TLSSocket) => void]>([
    ["a reset", (socket) => socket.write(resetFor(8))],
    ["a reset without an error", (socket) => socket.write(resetFor(0))],
    [
      "a reset without an error, and more",
      (socket) => socket.end(Buffer.concat([resetFor(0), END])),
    ],
    [
      "a reset without an error, and a goodbye",
      (socket) => socket.end(Buffer.concat([resetFor(0), goodbye])),
    ],
    ["the end of the connection", (socket) => socket.end()],
    ["a goodbye", (socket) => socket.end(goodbye)],
  ])("nothing of what is cut off in HTTP/2 by %s", async (_, cut) => {
    const half = [SETTINGS, HEAD, frame(0, 0, 1, Buffer.from("<html>"))];
    const port = await bytes(
      asked((socket) => {
        socket.write(Buffer.concat(half));
        cut(socket);
      }),
      ["h2"],
    );
    expect(await read(port, "httpAnswer")).toMatchObject({
      content: null,
      hops: [{ status: 200 }],
    });
  });

  test.each([
    ["whose end is the connection's", "\r\n<html>", null],
    ["that is packed, too", packedAnswer(gzipSync("<html>")).subarray(17), null],
    ["of its length", "Content-Length: 6\r\n\r\n<html>", 6],
    ["in pieces", "Transfer-Encoding: chunked\r\n\r\n6\r\n<html>\r\n0\r\n\r\n", 6],
    ["in pieces without the last", "Transfer-Encoding: chunked\r\n\r\n6\r\n<html>\r\n", null],
  ])("content in HTTP/1 %s, when the connection is reset", async (_, rest, length) => {
    const port = await bytes(
      asked((socket) => {
        socket.write("HTTP/1.1 200 OK\r\n");
        socket.write(rest);
        // What was written is to be read before the reset, which takes it away.
        setTimeout(() => reset(socket), 50);
      }),
    );
    const { content, hops } = await read(port, "httpAnswer");
    expect(hops).toMatchObject([{ status: 200 }]);
    expect(content?.bytes ?? null).toBe(length);
  });

  test.each<[string, readonly Buffer[]]>([
    ["whole", [frame(0, 1, 1, Buffer.from("<html>"))]],
    ["whole, by an empty end", [frame(0, 0, 1, Buffer.from("<html>")), END]],
    [
      "whole, with a trailer",
      [frame(0, 0, 1, Buffer.from("<html>")), frame(1, 5, 1, literal("x", "y"))],
    ],
    // RFC 9113 8.1: who has said all may bid the client not to go on with its request.
    [
      "whole, before a reset without an error",
      [frame(0, 1, 1, Buffer.from("<html>")), resetFor(0)],
    ],
  ])("all of what is %s in HTTP/2", async (_, frames) => {
    const port = await bytes(
      asked((socket) => void socket.write(Buffer.concat([SETTINGS, HEAD, ...frames]))),
      ["h2"],
    );
    expect((await read(port, "httpAnswer")).content).toMatchObject({ bytes: 6, complete: true });
  });

  test("short of the length that HTTP/2 itself was told", async () => {
    const head = frame(1, 4, 1, Buffer.concat([STATUS_200, literal("content-length", "7")]));
    const all = [SETTINGS, head, frame(0, 1, 1, Buffer.from("<html>"))];
    const port = await bytes(
      asked((socket) => void socket.write(Buffer.concat(all))),
      ["h2"],
    );
    expect((await read(port, "httpAnswer")).content).toBeNull();
  });

  test("a page made of the beginnings of fields takes no time", async () => {
    const page = "<input ".repeat(150_000);
    const port = await https((_request, response) => response.end(page));
    const started = performance.now();
    expect((await read(port, "httpAnswer")).content).toMatchObject({ signInForm: null });
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe("what is odd is told as it is", () => {
  test("no header is lost among thousands", async () => {
    const many = Array.from({ length: 5000 }, () => "a:b\r\n").join("");
    const port = await bytes(saying(`HTTP/1.1 200 OK\r\n${many}X-Frame-Options: DENY\r\n\r\n`));
    expect((await read(port, "httpAnswer")).headers).toEqual([
      { name: "x-frame-options", value: "DENY" },
    ]);
  });

  test("control and direction characters do not come through", async () => {
    const port = await bytes(
      saying(
        Buffer.from(
          "HTTP/1.1 401 x\r\nReferrer-Policy: a\u0085b\r\nSet-Cookie: a\u009b=1\r\nWWW-Authenticate: Ba\u0090sic\r\nLocation: /\u0085\r\n\r\n",
          "latin1",
        ),
      ),
    );
    expect(JSON.stringify(await read(port, "httpAnswer"))).not.toMatch(/[\u0080-\u009f]/);
  });

  test("an address of megabytes is cut", async () => {
    const port = await https((_request, response) => {
      response.writeHead(302, { Location: `https://a.example/${"x".repeat(30_000)}` }).end();
    });
    const { hops } = await read(port, "httpAnswer");
    expect(hops[0]?.location?.length).toBeLessThanOrEqual(300);
  });
});

function packedAnswer(content: Buffer): Buffer {
  return Buffer.concat([Buffer.from("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"), content]);
}

function chunked(rest: string): string {
  return `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${rest}`;
}

/** So many megabytes of nothing, packed: what is unpacked may be in several pieces (RFC 1952 2.2). */
function packed(megabytes: number): Buffer {
  const piece = gzipSync(Buffer.alloc(4 * MEGABYTE));
  return Buffer.concat(Array.from({ length: megabytes / 4 }, () => piece));
}
