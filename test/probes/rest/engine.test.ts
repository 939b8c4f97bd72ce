import { describe, expect, test } from "vitest";
import { gzipSync } from "node:zlib";
import { fields, list, text } from "#probes/common/json.ts";
import type { Known } from "#probes/common/known.ts";
import { perScan } from "#probes/common/per-scan.ts";
import { askOne, askOptional, listAll, type Asking, type Pages } from "#probes/rest/asks.ts";
import { apiAddress, path, restClient } from "#probes/rest/client.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { openTransport } from "#probes/rest/transport.ts";
import type { Target } from "#model/estate.ts";
import type { ProbeContext } from "#model/probe.ts";
import type { RestFault, RestReply, RestRequest } from "#fixtures/estate/rest/server.ts";
import { fakeVendor } from "./fake.ts";

/** A secret that no pattern would know as one. */
const CANARY = "canary.of.the.coal.mine.0815";
const SERVERS = ["one", "two", "three", "four", "five"];
const SIZE = 2;

function answer({ url, headers }: RestRequest): RestReply {
  if (headers["x-token"] !== CANARY) return { status: 401, body: errorBody(401, "no such token") };
  if (url.pathname === "/v1/servers") {
    const from = Number(url.searchParams.get("from") ?? "0");
    const servers = SERVERS.slice(from, from + SIZE).map((name) => ({ name }));
    const next = from + SIZE < SERVERS.length ? `/servers?from=${from + SIZE}` : null;
    return { status: 200, body: { servers, next } };
  }
  const [, , kind, name] = url.pathname.split("/").map(decodeURIComponent);
  if (kind === "server" && SERVERS.includes(name ?? "")) return { status: 200, body: { name } };
  return { status: 404, body: errorBody(404, "no such thing") };
}

function errorBody(status: number, message: string) {
  return { error: { code: `E${status}`, message } };
}

const {
  api,
  target: TARGET,
  scan,
} = await fakeVendor(
  { answer, errorBody },
  (url) => ({
    provider: "upcloud",
    endpoints: { api: `${url}/v1` },
    credentials: { env: { token: "TOKEN" } },
  }),
  { TOKEN: CANARY },
);

const connect = perScan(async (target: Target, context: ProbeContext) => {
  const send = await openTransport(target, context);
  const base = apiAddress(target.endpoints?.["api"], "https://api.example.com");
  const token = context.secret("token") ?? "";
  return restClient(
    {
      vendor: "Example Cloud",
      base,
      signIn: () => Promise.resolve({ "X-Token": token }),
      errorOf: (body) => {
        const error = fields(fields(body)["error"]);
        const code = text(error["code"]) ?? "";
        const remedy = "grant servers:read";
        return { code, message: text(error["message"]) ?? "", throttled: code === "E420", remedy };
      },
    },
    send,
  );
});

const pages: Pages = {
  items: (body) => {
    const { servers } = fields(body);
    if (servers === undefined) throw new TypeError("no servers");
    return list(servers);
  },
  next: ({ body }) => {
    const next = text(fields(body)["next"]);
    return next === null ? null : { path: next };
  },
};
const LIST = { operation: "GET /servers", permission: "servers:list", path: "/servers" };
const one = (name: string) => ({
  operation: "GET /server/{name}",
  permission: "servers:read",
  path: path`/server/${name}`,
});

const PROBE = { id: "example", kinds: ["upcloud/server"], classify: classifyRest };

/** Asks by one scan of the target. */
async function asked<Value>(
  ask: (asking: Asking) => Promise<Value>,
  options: Parameters<typeof scan>[0] = {},
) {
  const running = scan(options);
  const context = running.context(PROBE);
  const client = () => connect(TARGET, context);
  const value = await ask({ context, client, service: "example" });
  return { value, waits: running.waits, logged: JSON.stringify(running.logged) };
}

function withoutAuthority(): Target {
  const target = { ...TARGET };
  delete target.caFile;
  return target;
}

function failure(known: Known<unknown>) {
  return known.ok ? null : { reason: known.failure.reason, message: known.failure.message };
}

describe("one question", () => {
  test("is answered, and says what it asked for", async () => {
    const { value } = await asked((asking) => askOne(asking, one("one")));
    expect(value).toMatchObject({
      ok: true,
      value: { name: "one" },
      operation: "GET /server/{name}",
      permission: "servers:read",
    });
  });

  test("what is not there is null where it may be absent, and a problem where it was listed", async () => {
    const { value: optional } = await asked((asking) => askOptional(asking, one("six")));
    expect(optional).toMatchObject({ ok: true, value: null });
    const { value } = await asked((asking) => askOne(asking, one("six")));
    expect(failure(value)?.reason).toBe("partial");
  });

  test.each<[string, RestFault, string, RegExp]>([
    ["401", { kind: "status", status: 401 }, "denied", /did not accept.*grant servers:read/],
    ["403", { kind: "status", status: 403 }, "denied", /refused.*E403.*grant servers:read/],
    ["429", { kind: "status", status: 429 }, "throttled", /throttles.*limits\.concurrency/],
    ["420", { kind: "status", status: 420 }, "throttled", /throttles/],
    ["500", { kind: "status", status: 500 }, "unreachable", /failed.*scan again later/],
    ["408", { kind: "status", status: 408 }, "timeout", /408/],
    ["400", { kind: "status", status: 400 }, "malformed", /does not answer this here/],
    ["a redirect", { kind: "status", status: 302 }, "malformed", /redirects are not followed/],
    ["204", { kind: "status", status: 204 }, "malformed", /neither data nor an error/],
    ["no JSON", { kind: "body", body: "<html>" }, "malformed", /no JSON/],
    ["a list", { kind: "body", body: "[]" }, "malformed", /no JSON object/],
    ["null", { kind: "body", body: "null" }, "malformed", /no JSON object/],
    ["an answer cut off", { kind: "cut" }, "unreachable", /could not reach the API/],
    ["silence", { kind: "hang" }, "timeout", /did not answer in time/],
    [
      "an answer that is too large",
      { kind: "body", body: JSON.stringify({ name: "x".repeat(1_000_000) }) },
      "too-large",
      /larger than 1000000 bytes/,
    ],
  ])("%s", async (_, fault, reason, message) => {
    api.setFaults({ path: /server\/one/, fault });
    const { value } = await asked((asking) => askOne(asking, one("one")), {
      callMilliseconds: fault.kind === "hang" ? 200 : 10_000,
    });
    expect(failure(value)).toMatchObject({ reason, message: expect.stringMatching(message) });
  });

  test("a server that is busy for a while is asked again, and not sooner than it said", async () => {
    const headers = { "Retry-After": "3" };
    api.setFaults({ path: /./, fault: { kind: "status", status: 429, headers }, times: 2 });
    const { value, waits } = await asked((asking) => askOne(asking, one("one")));
    expect(value.ok).toBe(true);
    expect(waits).toEqual([3000, 3000]);
  });

  test("a date to wait for counts from the answer's own date", async () => {
    const headers = {
      Date: "Mon, 01 Jun 2026 12:00:00 GMT",
      "Retry-After": "Mon, 01 Jun 2026 12:00:07 GMT",
    };
    api.setFaults({ path: /./, fault: { kind: "status", status: 503, headers }, times: 1 });
    const { waits } = await asked((asking) => askOne(asking, one("one")));
    expect(waits).toEqual([7000]);
  });

  test("what a server repeats of the credentials is in no message and no log", async () => {
    api.setFaults({ path: /./, fault: { kind: "echo", status: 403 } });
    const { value, logged } = await asked((asking) => askOne(asking, one("one")));
    expect(failure(value)?.message).toContain("could not use");
    expect(JSON.stringify(value) + logged).not.toContain(CANARY);
  });

  test("an answer that is compressed unasked is not unpacked", async () => {
    const headers = { "Content-Encoding": "gzip" };
    api.setFaults({ path: /./, fault: { kind: "status", status: 200, headers } });
    const { value } = await asked((asking) => askOne(asking, one("one")));
    expect(failure(value)?.message).toContain("compressed");
    expect(gzipSync(Buffer.alloc(10)).length).toBeGreaterThan(10);
  });
});

describe("a listing", () => {
  test("is followed to its end", async () => {
    const { value } = await asked((asking) => listAll(asking, LIST, pages));
    expect(value.ok && value.value.map((item) => fields(item)["name"])).toEqual(SERVERS);
  });

  test.each<[string, (body: unknown) => unknown, string, RegExp]>([
    [
      "leads back",
      (body) => ({ ...fields(body), next: "/servers?from=2" }),
      "malformed",
      /leads back/,
    ],
    ["has no list", (body) => ({ next: fields(body)["next"] }), "malformed", /no servers/],
    ["has something else", (body) => ({ ...fields(body), servers: 3 }), "malformed", /a list was/],
    [
      "leads elsewhere",
      (body) => ({ ...fields(body), next: "https://127.0.0.2/servers" }),
      "malformed",
      /another host, which was not asked/,
    ],
    [
      "leads to another host without a scheme (it stays with this one)",
      (body) => ({ ...fields(body), next: "//attacker.example/servers" }),
      "partial",
      /status 404/,
    ],
  ])("whose later page %s is none", async (_, change, reason, message) => {
    api.setFaults({ path: /from=2/, fault: { kind: "change", change } });
    const { value } = await asked((asking) => listAll(asking, LIST, pages));
    expect(failure(value)).toMatchObject({ reason, message: expect.stringMatching(message) });
  });

  test("one page that is refused makes the whole unknown", async () => {
    api.setFaults({ path: /from=4/, fault: { kind: "status", status: 403 } });
    const { value } = await asked((asking) => listAll(asking, LIST, pages));
    expect(failure(value)?.reason).toBe("denied");
  });

  test("without end is ended", async () => {
    let from = 10;
    const change = () => ({ servers: [], next: `/servers?from=${(from += 1)}` });
    api.setFaults({ path: /servers/, fault: { kind: "change", change } });
    const { value } = await asked((asking) => listAll(asking, LIST, pages));
    expect(failure(value)).toMatchObject({
      reason: "too-large",
      message: expect.stringContaining("pages"),
    });
  });
});

describe("addresses", () => {
  test("a name is one segment, whatever is in it", () => {
    expect(path`/server/${"a/../b?c#d"}/ips?limit=${100}`).toBe(
      "/server/a%2F..%2Fb%3Fc%23d/ips?limit=100",
    );
    for (const name of ["", ".", ".."]) expect(() => path`/server/${name}`).toThrow("no part");
  });

  test("credentials are never sent in the clear", () => {
    expect(() => apiAddress("http://api.example.com", "https://x.example")).toThrow(
      "endpoints.api must be an https address",
    );
    expect(apiAddress(undefined, "https://api.example.com/1.3/")).toBe(
      "https://api.example.com/1.3",
    );
  });

  test("a server whose authority is not known is not trusted", async () => {
    const context = scan().context(PROBE);
    const client = () => connect(withoutAuthority(), context);
    const known = await askOne({ context, client, service: "example" }, one("one"));
    expect(failure(known)).toMatchObject({
      reason: "unreachable",
      message: expect.stringContaining("caFile"),
    });
  });
});
