/** How the probes come by their token, what they trust, and that no secret comes out again. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import resources from "#probes/azure/resources.ts";
import storage from "#probes/azure/storage.ts";
import { NO_REDACTION } from "../../support/no-redaction.ts";
import { testScan, type TestScanOptions } from "../../support/probe-context.ts";
import { CANARY, FIRST, startFixture, type Fixture } from "./fake.ts";

const TOKEN = /oauth2\/v2\.0\/token/;
const ENTRA = /v2\.0\//;

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.close());
afterEach(() => {
  fixture.azure.setFaults();
  vi.unstubAllEnvs();
});

function gather(fields: object = {}, options: TestScanOptions = {}) {
  const running = testScan(fixture.target({ ...fields }), {
    environment: fixture.environment,
    ...options,
  });
  return running.gather(resources);
}

describe("credentials", () => {
  test("from files", async () => {
    const secret = join(fixture.folder, "secret");
    writeFileSync(secret, `${CANARY}\n`);
    const credentials = { env: { clientId: "TEST_AZURE_CLIENT" }, files: { clientSecret: secret } };
    expect((await gather({ credentials })).problems).toEqual([]);
  });

  test("the default chain finds nothing", async () => {
    vi.stubEnv("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential");
    const { observations, problems } = await gather({ credentials: undefined });
    expect(observations).toEqual([]);
    expect(problems).toMatchObject([
      { reason: "denied", message: expect.stringContaining("no usable Azure credential") },
    ]);
  });

  test.each([
    [
      "an unset variable",
      { env: { clientId: "TEST_AZURE_CLIENT", clientSecret: "UNSET" } },
      "variable UNSET, which the estate names for clientSecret, is not set",
    ],
    [
      "a missing file",
      { env: { clientId: "TEST_AZURE_CLIENT" }, files: { clientSecret: "/nowhere/secret" } },
      "file /nowhere/secret, which the estate names for clientSecret, cannot be read",
    ],
  ])("%s", async (_name, credentials, message) => {
    const { observations, problems } = await gather({ credentials });
    expect(observations).toEqual([]);
    expect(problems).toMatchObject([
      { reason: "denied", message: expect.stringContaining(message) },
    ]);
  });

  test("a wrong secret", async () => {
    const environment = { ...fixture.environment, TEST_AZURE_SECRET: "another.secret.entirely" };
    const { problems } = await gather({}, { environment });
    expect(problems).toMatchObject([
      {
        reason: "denied",
        message: expect.stringMatching(
          /status 401: invalid_client: AADSTS7000215.*check the tenant/,
        ),
      },
    ]);
    expect(JSON.stringify(problems)).not.toContain("another.secret");
  });

  test("an unknown tenant", async () => {
    const { problems } = await gather({ tenant: "elsewhere.example.com" });
    expect(problems).toMatchObject([
      { reason: "denied", message: expect.stringContaining("AADSTS90002") },
    ]);
  });

  test.each([
    [{ kind: "throttled", retryAfter: "3" }, "throttled", [3000, 3000]],
    [{ kind: "status", status: 503, body: "busy" }, "unreachable", null],
    [{ kind: "body", body: "<html>" }, "malformed", []],
    [{ kind: "body", body: "{}" }, "malformed", []],
  ] as const)("the token endpoint: %j", async (fault, reason, waits) => {
    fixture.azure.setFaults({ path: TOKEN, fault });
    const running = testScan(fixture.target(), {
      environment: fixture.environment,
    });
    const { problems } = await running.gather(resources);
    expect(problems).toMatchObject([{ reason }]);
    if (waits !== null) expect(running.waits.slice(0, 2)).toEqual(waits);
  });

  test.each([ENTRA, TOKEN])("the token endpoint recovers: %s", async (path) => {
    fixture.azure.setFaults({ path, times: 1, fault: { kind: "status", status: 503 } });
    expect((await gather()).problems).toEqual([]);
  });

  test("the token endpoint hangs", async () => {
    fixture.azure.setFaults({ path: TOKEN, fault: { kind: "hang" } });
    const { problems } = await gather({}, { callMilliseconds: 300 });
    expect(problems).toMatchObject([{ reason: "timeout" }]);
  });
});

describe("addresses and trust", () => {
  test.each(["api", "token"])("endpoints.%s in the clear is refused", async (name) => {
    const address = name === "api" ? fixture.azure.armUrl : fixture.azure.tokenUrl;
    const endpoints = { ...fixture.target().endpoints, [name]: address.replace("https", "http") };
    const before = fixture.azure.calls.length;
    const { problems } = await gather({ endpoints });
    expect(problems).toMatchObject([
      { reason: "denied", message: expect.stringContaining(`endpoints.${name} must be an https`) },
    ]);
    expect(fixture.azure.calls).toHaveLength(before);
  });

  test("without its authority the server is not trusted, and the way out is named", async () => {
    const { problems } = await gather({ caFile: undefined });
    expect(problems).toMatchObject([
      { reason: "unreachable", message: expect.stringMatching(/not trusted.*caFile/) },
    ]);
  });

  test.each(["/nowhere/ca.pem", import.meta.filename])(
    "a caFile that is none: %s",
    async (caFile) => {
      const { problems } = await gather({ caFile });
      expect(problems).toMatchObject([
        {
          reason: "denied",
          message: expect.stringContaining(`caFile ${caFile} cannot be used`),
        },
      ]);
    },
  );

  test("nobody listens", async () => {
    const endpoints = { ...fixture.target().endpoints, api: "https://127.0.0.1:1" };
    const { problems } = await gather({ endpoints });
    expect(problems).toMatchObject([
      { reason: "unreachable", message: expect.stringContaining("ECONNREFUSED") },
    ]);
  });

  test("through a proxy, with the target's own authority", async () => {
    const tunnels: string[] = [];
    const proxy = createServer().on("connect", (request, socket, head) => {
      tunnels.push(request.url ?? "");
      const { hostname, port } = new URL(`https://${request.url}`);
      const there = connect(Number(port), hostname, () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        there.write(head);
        there.pipe(socket).pipe(there);
      });
      there.on("error", () => socket.destroy());
      socket.on("error", () => there.destroy());
    });
    proxy.listen(0, "127.0.0.1");
    await once(proxy, "listening");
    const address = proxy.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    vi.stubEnv("HTTPS_PROXY", `http://127.0.0.1:${port}`);
    try {
      const { observations, problems } = await gather();
      expect(problems).toEqual([]);
      expect(observations).toHaveLength(1);
      const { armUrl, tokenUrl } = fixture.azure;
      expect(new Set(tunnels)).toEqual(new Set([new URL(armUrl).host, new URL(tokenUrl).host]));
    } finally {
      proxy.close();
      proxy.closeAllConnections();
    }
  });
});

describe("secrets", () => {
  test("the scan learns the token before it is used", async () => {
    const learnt: string[] = [];
    const redactor = { ...NO_REDACTION, learn: (secret: string) => void learnt.push(secret) };
    const before = fixture.azure.issued.size;
    const running = testScan(fixture.target(), { environment: fixture.environment, redactor });
    await running.gather(resources);
    const issued = [...fixture.azure.issued].slice(before);
    expect(issued).not.toEqual([]);
    for (const token of issued) expect(learnt).toContain(token);
  });

  test.each([
    ["Azure repeats the token in its refusals", /^GET \/subscriptions/, 403],
    ["Azure repeats the token in its failures", /^GET \/subscriptions/, 500],
    ["Entra repeats the form", TOKEN, 401],
    ["Entra repeats the form in its failures", TOKEN, 503],
  ])("%s", async (_name, path, status) => {
    fixture.azure.setFaults({ path, fault: { kind: "echo", status } });
    const running = testScan(fixture.target(), {
      environment: fixture.environment,
      redactor: NO_REDACTION,
    });
    const all = [await running.gather(storage), await running.gather(resources), running.logged];
    const written = JSON.stringify(all);
    expect(written).toContain("could not use");
    expect(written).not.toContain(CANARY);
    for (const token of fixture.azure.issued) expect(written).not.toContain(token);
  });

  test("nor in what was read", async () => {
    const running = testScan(fixture.target(), {
      environment: fixture.environment,
      redactor: NO_REDACTION,
    });
    const written = JSON.stringify([
      await running.gather(storage),
      await running.gather(resources),
    ]);
    expect(written).toContain(FIRST);
    expect(written).not.toContain(CANARY);
    for (const token of fixture.azure.issued) expect(written).not.toContain(token);
  });
});

test("nothing of Azure is loaded until a probe gathers", () => {
  const script = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ resolve: (name, context, next) => { loaded.push(name); return next(name, context); } });
    await import("#probes/azure/storage.ts");
    await import("#probes/azure/resources.ts");
    console.log(JSON.stringify(loaded));`;
  const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
    encoding: "utf8",
  });
  const loaded: unknown = JSON.parse(printed);
  expect(loaded).toContain("#probes/azure/storage.ts");
  expect(printed).not.toContain("@azure");
});
