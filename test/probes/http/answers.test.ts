import { createHash } from "node:crypto";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { closeServers, gather, HOST, http, http2, https, read, saying, bytes } from "./kit.ts";

afterEach(closeServers);

const sha256 = (data: string | Buffer) => createHash("sha256").update(data).digest("hex");

describe("redirects", () => {
  test("within the origin are followed, each told, with cookies of all and headers of the last", async () => {
    const asked: (string | undefined)[] = [];
    const port = await https(({ url, headers }, response) => {
      asked.push(url);
      expect(headers.cookie).toBeUndefined();
      expect(headers.host).toBe(HOST);
      if (url === "/") {
        response.writeHead(302, {
          Location: `https://${HOST}/fr/?lang=secret-value`,
          "Set-Cookie": "one=secret-value; Secure; HttpOnly; SameSite=Lax",
          "Strict-Transport-Security": "max-age=300",
          "X-Frame-Options": "DENY",
        });
        response.end();
        return;
      }
      response.writeHead(200, {
        "Set-Cookie": ["two=secret-value", "gone=; Max-Age=0"],
        "Content-Type": "text/html",
        "X-Content-Type-Options": "nosniff",
      });
      response.end("page");
    });
    const visit = await read(port, "httpAnswer");
    expect(visit).toMatchObject({
      hops: [
        { url: `https://${HOST}/`, status: 302, location: `https://${HOST}/fr/?lang=…` },
        { url: `https://${HOST}/fr/?lang=…`, status: 200, location: null },
      ],
      end: "answer",
      version: "HTTP/1.1",
      strictTransportSecurity: "max-age=300",
      headers: [
        { name: "content-type", value: "text/html" },
        { name: "x-content-type-options", value: "nosniff" },
      ],
      cookies: [
        { name: "one", secure: true, httpOnly: true, sameSite: "Lax" },
        { name: "two", secure: false, httpOnly: false, sameSite: null },
      ],
      content: { sha256: sha256("page"), bytes: 4, complete: true, signInForm: false },
    });
    expect(JSON.stringify(visit)).not.toContain("secret-value");
    expect(asked).toEqual(["/", "/fr/?lang=secret-value"]);
  });

  test.each([
    ["loopback", "https://127.0.0.1:{port}/"],
    ["loopback in IPv6", "https://[::1]:{port}/"],
    ["loopback in one number", "https://2130706433:{port}/"],
    ["the metadata service", "https://169.254.169.254/latest/meta-data/"],
    ["a private network", "https://192.168.0.1/"],
    ["a name that means loopback", "https://localhost:{port}/"],
    ["a name that a rebinding DNS would point inside", "https://7f000001.rebind.example:{port}/"],
    ["another name", "https://www.elsewhere.example/"],
    ["another port of the host", `https://${HOST}:{port}/`],
    ["a user that looks like the host", `https://${HOST}@127.0.0.1:{port}/`],
    ["another scheme", "ftp://127.0.0.1/"],
    ["a file", "file:///etc/passwd"],
    ["data", "data:text/html,x"],
  ])("to %s are told and not followed", async (_, location) => {
    let asked = 0;
    const other = await https((_request, response) => {
      asked += 1;
      response.end();
    });
    const port = await https((_request, response) => {
      response.writeHead(302, { Location: location.replace("{port}", String(other)) }).end();
    });
    const visit = await read(port, "httpAnswer");
    expect(visit).toMatchObject({ end: "elsewhere", hops: [{ status: 302 }], content: null });
    expect(visit.hops[0]?.location).not.toBeNull();
    expect(asked).toBe(0);
  });

  test("to clear text are told and not followed", async () => {
    let asked = 0;
    const clear = await http((_request, response) => {
      asked += 1;
      response.end();
    });
    const port = await https((_request, response) => {
      response.writeHead(301, { Location: `http://${HOST}:${clear}/` }).end();
    });
    expect(await read(port, "httpAnswer")).toMatchObject({ end: "clear-text" });
    expect(asked).toBe(0);
  });

  test("without end are given up after five answers", async () => {
    let asked = 0;
    const port = await https((_request, response) => {
      asked += 1;
      response.writeHead(307, { Location: `/${asked}` }).end();
    });
    expect(await read(port, "httpAnswer")).toMatchObject({ end: "too-many" });
    expect(asked).toBe(5);
  });

  test("to themselves are given up at once", async () => {
    let asked = 0;
    const port = await https((_request, response) => {
      asked += 1;
      response.writeHead(302, { Location: "/?#again" }).end();
    });
    expect(await read(port, "httpAnswer")).toMatchObject({ end: "loop" });
    expect(asked).toBeLessThanOrEqual(2);
  });

  test("to what is no address", async () => {
    const port = await https((_request, response) => {
      response.writeHead(302, { Location: "https://[" }).end();
    });
    expect(await read(port, "httpAnswer")).toMatchObject({ end: "no-address" });
  });

  test("to where nothing answers keep what was seen before", async () => {
    const port = await https(({ url, socket }, response) => {
      if (url !== "/") socket.destroy();
      else response.writeHead(302, { Location: "/x", "Strict-Transport-Security": "a" }).end();
    });
    const visit = await read(port, "httpAnswer");
    expect(visit).toMatchObject({ end: "no-answer", strictTransportSecurity: "a" });
    expect(visit.why).toMatch(/\S/);
  });
});

describe("versions", () => {
  test("HTTP/2 is chosen where it is offered, and all headers are read", async () => {
    const port = await http2((_request, response) => {
      response.setHeader("set-cookie", ["__Host-a=1; Secure; Path=/", "b=2"]);
      response.setHeader("x-frame-options", ["DENY", "SAMEORIGIN"]);
      response.setHeader("allow", "GET, HEAD");
      response.end("hello");
    });
    expect(await read(port, "httpAnswer")).toMatchObject({
      version: "HTTP/2",
      headers: [
        { name: "x-frame-options", value: "DENY" },
        { name: "x-frame-options", value: "SAMEORIGIN" },
      ],
      cookies: [{ name: "__Host-a", secure: true }, { name: "b" }],
      content: { sha256: sha256("hello") },
    });
    expect(await read(port, "httpService")).toMatchObject({
      versions: [
        { version: "HTTP/1.1", status: "answers" },
        { version: "HTTP/2", status: "answers" },
      ],
      methods: ["GET", "HEAD"],
    });
  });

  test("HTTP/1.1 alone", async () => {
    const port = await https((_request, response) => response.end());
    expect((await read(port, "httpService")).versions).toMatchObject([
      { version: "HTTP/1.1", status: "answers" },
      { version: "HTTP/2", status: "not-offered" },
    ]);
  });

  test("HTTP/2 alone", async () => {
    const port = await http2((_request, response) => response.end(), { allowHTTP1: false });
    expect((await read(port, "httpService")).versions).toMatchObject([
      { version: "HTTP/1.1", status: expect.stringMatching(/^(?:not-offered|unknown)$/) },
      { version: "HTTP/2", status: "answers" },
    ]);
  });

  test("HTTP/1.0", async () => {
    const port = await bytes(saying("HTTP/1.0 200 OK\r\n\r\nold"));
    expect(await read(port, "httpAnswer")).toMatchObject({ version: "HTTP/1.0" });
    expect((await read(port, "httpService")).versions[0]).toMatchObject({
      status: "not-offered",
      why: "it answers in HTTP/1.0",
    });
  });
});

describe("contents", () => {
  const page = "<p>hello</p>".repeat(20);
  test.each([
    ["gzip", gzipSync(page), true],
    ["x-gzip", gzipSync(page), true],
    ["deflate", deflateSync(page), true],
    ["br", brotliCompressSync(page), true],
    ["identity", Buffer.from(page), true],
    ["zstd", Buffer.from(page), false],
    ["gzip, gzip", gzipSync(gzipSync(page)), false],
    ["gzip", Buffer.from(page), false],
    ["gzip", gzipSync(page).subarray(0, 20), false],
  ])("packed as %s", async (encoding, body, known) => {
    const port = await https((_request, response) => {
      response.writeHead(200, { "Content-Encoding": encoding }).end(body);
    });
    const { content } = await read(port, "httpAnswer");
    expect(content?.sha256 ?? null).toBe(known ? sha256(page) : null);
  });

  test("that break off are not known", async () => {
    const port = await bytes(saying("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"));
    expect(await read(port, "httpAnswer")).toMatchObject({ content: null, end: "answer" });
  });

  test.each([
    ["<input type=password>", true],
    ['<form><INPUT name="p" TYPE = "password"></form>', true],
    ["<input\ntype='password' />", true],
    ["<input/type=password>", true],
    ["<input data-type=password>", false],
    ["<input type=text> type=password", false],
    ["<p>type=password</p>", false],
  ])("a field for a password in %s: %s", async (html, signInForm) => {
    const port = await https((_request, response) => response.end(html));
    expect((await read(port, "httpAnswer")).content).toMatchObject({ signInForm });
  });
});

/** Heeded in the head of a page alone. */
const META = `<meta http-equiv="Content-Security-Policy" content="x">`;

describe("a policy in the page itself", () => {
  test.each([
    [
      `<meta http-equiv="Content-Security-Policy" content="script-src 'self'">`,
      ["script-src 'self'"],
    ],
    [
      `<META content='default-src &#39;none&#39;' HTTP-EQUIV=content-security-policy >`,
      ["default-src 'none'"],
    ],
    [`<meta name="description" content="content-security-policy">`, []],
    [`<meta http-equiv="content-security-policy-report-only" content="x">`, []],
    [`<!doctype html><html lang="a>b"><head><title>a<b</title><!--> ${META}</head>`, ["x"]],
    [`\ufeff<?xml version="1.0"?>\n<!-- ${META} --><script>/*${META}*/</script></p>${META}`, ["x"]],
    [`<!-- ${META} -->`, []],
    [`<head><script>"${META}"</script></head>`, []],
    [`<noscript>${META}</noscript>`, []],
    [`<head></head><body>${META}`, []],
    [`<p>${META}`, []],
    [`<!-- ${META}`, []],
  ])("%s", async (html, metaPolicies) => {
    const port = await https((_request, response) => response.end(html));
    expect((await read(port, "httpAnswer")).content).toMatchObject({ metaPolicies });
  });
});

describe("cookies", () => {
  test.each([
    ["a=1; secure; HTTPONLY; samesite=lax", { secure: true, httpOnly: true, sameSite: "Lax" }],
    ["a=1; SameSite=Lax; SameSite=Strict", { sameSite: "Strict" }],
    ["a=1; SameSite=never", { sameSite: null }],
    ["a=1; SameSite=None", { sameSite: "None", refused: "SameSite=None needs Secure" }],
    ["a=1; Secure=no", { secure: true }],
    ["=1", { name: "(without a name)" }],
    ["1", { name: "(without a name)" }],
    ["__Secure-a=1", { refused: "its prefix __Secure- needs Secure" }],
    ["__host-a=1; Path=/", { refused: "its prefix __Host- needs Secure" }],
    ["__Host-a=1; Secure; Path=/; Domain=x", { refused: "its prefix __Host- forbids Domain" }],
    ["__Host-a=1; Secure; Path=/x", { refused: "its prefix __Host- needs Path=/" }],
    ["__Host-a=1; Secure; Path=/", { refused: null }],
    ["a=1; Expires=Thu, 01 Jan 2099 00:00:00 GMT", { name: "a" }],
    ["a=1; Expires=0", { name: "a" }],
    ["a=1; Expires=-1", { name: "a" }],
    ["a=1; Expires=1970-01-01", { name: "a" }],
    ["a=1; Max-Age=x; Expires=Thu, 01 Jan 1970", { name: "a" }],
  ])("%s", async (header, expected) => {
    const port = await https((_request, response) => {
      response.writeHead(200, { "Set-Cookie": header }).end();
    });
    expect((await read(port, "httpAnswer")).cookies).toMatchObject([expected]);
  });

  test.each([
    "a=; Max-Age=0",
    "a=; Max-Age=-1; Expires=Thu, 01 Jan 2099 00:00:00 GMT",
    "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    "a=; Expires=Thu, 01-Jan-70 00:00:00 GMT",
  ])("%s takes one back", async (header) => {
    const port = await https((_request, response) => {
      response.writeHead(200, { "Set-Cookie": header }).end();
    });
    expect((await read(port, "httpAnswer")).cookies).toEqual([]);
  });

  test("of more than a hundred kinds are counted", async () => {
    const port = await https((_request, response) => {
      const many = Array.from({ length: 130 }, (_, index) => `c${index}=1`);
      response.writeHead(200, { "Set-Cookie": [...many, ...many] }).end();
    });
    const { cookies, moreCookies } = await read(port, "httpAnswer");
    expect([cookies.length, moreCookies]).toEqual([100, 30]);
  });
});

describe("what strangers get", () => {
  test("is asked for each declared path, and one that fails costs itself alone", async () => {
    const port = await https(({ url, socket }, response) => {
      if (url === "/broken") socket.destroy();
      else response.writeHead(401, { "WWW-Authenticate": 'Bearer realm="a, b", Basic x=y' }).end();
    });
    const paths = { protected: ["/api?page=1", "/broken"], signIn: ["https://id.example/"] };
    expect(await read(port, "authentication", paths)).toMatchObject({
      looks: [
        { url: `https://${HOST}/api?page=1`, visit: { schemes: ["Bearer", "Basic"] }, why: null },
        { url: `https://${HOST}/broken`, visit: null, why: expect.stringMatching(/reset|ends/) },
      ],
      signIn: ["https://id.example/"],
    });
  });

  test("is the declared address where no path is named; it is asked once for all facets", async () => {
    let asked = 0;
    const port = await https(({ method, url }, response) => {
      if (method === "GET" && url === "/app") asked += 1;
      response.end();
    });
    const { observations } = await gather(
      port,
      ["http", "httpAnswer", "httpService", "authentication", "published"],
      { url: `https://${HOST}/app` },
    );
    expect(observations.map(({ facet }) => facet)).toEqual([
      "http",
      "httpAnswer",
      "httpService",
      "authentication",
      "published",
    ]);
    expect(asked).toBe(1);
  });

  test("nothing at all where no path answers", async () => {
    const port = await bytes((socket) => socket.destroy());
    const { observations, problems } = await gather(port, ["authentication"], {
      protected: ["/a", "/b"],
    });
    expect(observations).toEqual([]);
    expect(problems).toMatchObject([{ facets: ["authentication"] }]);
  });

  test.each([
    [{ "cf-mitigated": "challenge" }, "Cloudflare (cf-mitigated)"],
    [{ "x-amzn-waf-action": "captcha" }, "AWS WAF (x-amzn-waf-action)"],
    [{ "x-amzn-waf-action": "allow" }, null],
  ])("a guard against robots by %j", async (headers, robotGuard) => {
    const port = await https((_request, response) => {
      response.writeHead(403, headers).end();
    });
    expect(await read(port, "httpAnswer")).toMatchObject({ robotGuard });
  });
});

describe("published pages", () => {
  const declared = (sha?: string) => ({
    published: [{ path: "/list", ...(sha === undefined ? {} : { sha256: sha }) }],
  });
  const serving = async (content: (asked: number) => string) => {
    let asked = 0;
    const port = await https((_request, response) => response.end(content((asked += 1))));
    return { port, asked: () => asked };
  };

  test("are asked once where nothing is declared, or nothing has changed", async () => {
    const { port, asked } = await serving(() => "same");
    for (const sha of [undefined, sha256("same")]) {
      expect((await read(port, "published", declared(sha))).pages).toMatchObject([
        {
          url: `https://${HOST}/list`,
          visit: { content: { sha256: sha256("same") } },
          declaredSha256: sha ?? null,
          steady: null,
        },
      ]);
    }
    expect(asked()).toBe(2);
  });

  test("that are not as declared are asked twice: have they changed, or do they differ from themselves?", async () => {
    const changed = await serving(() => "other");
    expect((await read(changed.port, "published", declared(sha256("same")))).pages).toMatchObject([
      { steady: true },
    ]);
    const moving = await serving((asked) => `nonce ${asked}`);
    expect((await read(moving.port, "published", declared(sha256("same")))).pages).toMatchObject([
      { steady: false },
    ]);
    expect([changed.asked(), moving.asked()]).toEqual([2, 2]);
  });
});

describe("security.txt", () => {
  const lines = ["Contact: mailto:security@example.com", "contact: https://example.com/report"];
  const file = [...lines, "Expires: 2027-01-01T00:00:00.000Z", ""].join("\r\n");
  const serve = (status: number, type: string, text: string) =>
    https(({ url }, response) => {
      const found = url === "/.well-known/security.txt";
      response.writeHead(found ? status : 200, { "Content-Type": found ? type : "text/html" });
      response.end(found ? text : "page");
    });
  test.each([
    ["found", 200, "text/plain; charset=utf-8", file, { expires: "2027-01-01T00:00:00.000Z" }],
    [
      "signed",
      200,
      "text/plain",
      `-----BEGIN PGP SIGNED MESSAGE-----\n\n${file}`,
      { signed: true },
    ],
    ["without an end", 200, "text/plain", lines[0] ?? "", { expires: null, signed: false }],
    ["with two ends", 200, "text/plain", `${file}Expires: 2028-01-01T00:00:00Z`, { expires: null }],
  ])("%s", async (_, status, type, text, expected) => {
    const port = await serve(status, type, text);
    const { securityTxt } = await read(port, "httpService");
    expect(securityTxt).toMatchObject({ status: "found", why: null, ...expected });
    expect(securityTxt.contacts[0]).toBe("mailto:security@example.com");
  });

  test.each([
    ["absent", 404, "text/plain", file],
    ["absent", 200, "text/html", `<p>Contact: us</p>`],
    ["absent", 200, "text/plain", "hello"],
    ["unknown", 403, "text/plain", file],
    ["unknown", 503, "text/plain", file],
  ])("%s: status %i, %s", async (expected, status, type, text) => {
    const port = await serve(status, type, text);
    const { securityTxt } = await read(port, "httpService");
    expect(securityTxt).toMatchObject({ status: expected, contacts: [] });
    expect(securityTxt.why).toMatch(/\S/);
  });
});
