/** Every way of signing in to Google Cloud, each against a fake that verifies it, and what must never leave. */
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import probe from "#probes/gcp/vpn.ts";
import type { TestScanOptions } from "../../support/probe-context.ts";
import { EMAIL, fakeGcp, KEY_FILE, NOW, PRIVATE_KEY, problemsOf } from "./gcp.ts";

const folder = mkdtempSync(join(tmpdir(), "probity-gcp-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: unknown) => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
};
const SUBJECT = "subject-canary-5d1f9c";
const CANARIES = {
  refreshToken: "refresh-canary-8c1e77",
  clientSecret: "client-canary-11aa42",
  subjectToken: SUBJECT,
  audience: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/o",
};

const keyed = await fakeGcp();
const chained = await fakeGcp({ credentials: undefined });

async function gather(options: TestScanOptions = {}, vendor = chained) {
  vendor.hold({ desk: CANARIES });
  const scan = vendor.scan(options);
  const gathered = await scan.gather(probe);
  return {
    ...gathered,
    scan,
    links: gathered.observations.filter(({ facet }) => facet === "link"),
  };
}

describe("the key of a service account", () => {
  test("signs by itself: nobody is asked for a token", async () => {
    const { links, problems } = await gather({}, keyed);
    expect(problems).toEqual([]);
    expect(links).toHaveLength(2);
    expect(keyed.api.calls.filter(({ method }) => method === "POST")).toEqual([]);
  });

  test.each([
    [
      "of somebody else",
      () =>
        generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
          type: "pkcs8",
          format: "pem",
        }),
      "Invalid JWT Signature",
    ],
    [
      "on a curve",
      () =>
        generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
          type: "pkcs8",
          format: "pem",
        }),
      "is no private key of RSA",
    ],
    [
      "that is none",
      () => "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----\n",
      "is no private key of RSA",
    ],
  ])("%s is refused", async (_, key, words) => {
    const own = JSON.stringify({ ...JSON.parse(KEY_FILE), private_key: key() });
    const { observations, problems } = await gather({ environment: { GCP_KEY: own } }, keyed);
    expect(observations).toEqual([]);
    expect(problemsOf({ observations, problems })).toEqual([
      expect.objectContaining({ reason: "denied", message: expect.stringContaining(words) }),
    ]);
  });

  test("a clock that is wrong is told as a sign-in that is refused", async () => {
    const { problems } = await gather({ now: () => new Date("2026-06-01T15:00:00Z") }, keyed);
    expect(problems[0]).toMatchObject({
      reason: "denied",
      message: expect.stringContaining("not valid at this time"),
    });
  });

  test("nothing of it gets out, not even where a server repeats all that was sent", async () => {
    keyed.api.setFaults({ path: /./, fault: { kind: "echo", status: 403 } });
    const { scan, ...gathered } = await gather({}, keyed);
    const told = JSON.stringify([gathered, scan.logged]);
    const sent = keyed.api.calls.at(-1)?.headers.authorization?.replace("Bearer ", "") ?? "";
    expect(sent.split(".")).toHaveLength(3);
    for (const part of [sent, sent.split(".")[2] ?? "", ...PRIVATE_KEY.split("\n").slice(1, 4)]) {
      expect(told).not.toContain(part);
    }
    // Who asks is no secret.
    expect(gathered.problems[0]?.reason).toBe("denied");
    expect(EMAIL).toContain("probity@");
  });
});

test.each([
  ["not JSON", "canary-not-json", "holds no JSON"],
  [
    "a type that is not supported",
    { type: "gdch_service_account" },
    "a type that is not supported",
  ],
  [
    "a key without its key",
    { type: "service_account", client_email: "a@b" },
    "lacks the field private_key",
  ],
  [
    "a federation that runs a program",
    federation({ executable: { command: "/bin/true" } }),
    "must name a file or a url",
  ],
  [
    "a federation of AWS",
    federation({ environment_id: "aws1", url: "http://169.254.169.254/" }),
    "must name a file or a url",
  ],
  [
    "a federation whose file is not there",
    federation({ file: "/nowhere/token" }),
    "cannot be read",
  ],
])("credentials: %s", async (name, content, words) => {
  const path = file(`${name}.json`, content);
  const { problems } = await gather({ environment: { GOOGLE_APPLICATION_CREDENTIALS: path } });
  expect(problems).toEqual([
    expect.objectContaining({ reason: "denied", message: expect.stringContaining(words) }),
  ]);
  expect(JSON.stringify(problems)).not.toContain("canary-not-json");
});

function federation(source: object, more: object = {}) {
  return {
    type: "external_account",
    audience: CANARIES.audience,
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: "https://sts.googleapis.com/v1/token",
    credential_source: source,
    ...more,
  };
}

describe("application default credentials", () => {
  test("a file that is named and is not there is told, not passed over", async () => {
    const environment = { GOOGLE_APPLICATION_CREDENTIALS: join(folder, "none.json") };
    const { problems } = await gather({ environment });
    expect(problems[0]).toMatchObject({
      reason: "denied",
      message: expect.stringContaining("cannot be read"),
    });
  });

  test("gcloud's own file: a refresh token is turned into an access token once", async () => {
    file("application_default_credentials.json", {
      type: "authorized_user",
      client_id: "id",
      client_secret: CANARIES.clientSecret,
      refresh_token: CANARIES.refreshToken,
      quota_project_id: "billing-project",
    });
    const { links, scan } = await gather({ environment: { CLOUDSDK_CONFIG: folder } });
    expect(links).toHaveLength(2);
    const posts = chained.api.calls.filter(({ path }) => path === "/token");
    expect(posts).toHaveLength(1);
    expect(chained.api.calls.at(-1)?.headers["x-goog-user-project"]).toBe("billing-project");
    expect(JSON.stringify(scan.logged)).not.toContain(CANARIES.refreshToken);
  });

  test("one that was revoked is a denial that says what to do, and asked for once", async () => {
    const path = file("revoked.json", {
      type: "authorized_user",
      client_id: "id",
      client_secret: CANARIES.clientSecret,
      refresh_token: "another-canary-77",
    });
    const before = chained.api.calls.length;
    const { problems, scan } = await gather({
      environment: { GOOGLE_APPLICATION_CREDENTIALS: path },
    });
    expect(problems[0]).toMatchObject({
      reason: "denied",
      message: expect.stringContaining("invalid_grant"),
    });
    expect(chained.api.calls.length - before).toBe(1);
    expect(scan.waits).toEqual([]);
    expect(JSON.stringify(problems)).not.toContain("another-canary-77");
  });
});

describe("workload identity federation", () => {
  test("a token from a file is exchanged, then stands for the service account", async () => {
    const token = file("subject", JSON.stringify({ id_token: SUBJECT }));
    const path = file(
      "federation.json",
      federation(
        { file: token, format: { type: "json", subject_token_field_name: "id_token" } },
        {
          service_account_impersonation_url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${EMAIL}:generateAccessToken`,
        },
      ),
    );
    const { links, scan } = await gather({ environment: { GOOGLE_APPLICATION_CREDENTIALS: path } });
    expect(links).toHaveLength(2);
    expect(chained.api.calls.at(-1)?.headers.authorization).toContain("ya29.impersonated");
    expect(JSON.stringify(scan.logged)).not.toContain(SUBJECT);
  });

  test("a token from an address", async () => {
    const url = await plainServer((request, response) => {
      response.end(request.headers["metadata"] === "True" ? `${SUBJECT}\n` : "");
    });
    const path = file("by-url.json", federation({ url, headers: { Metadata: "True" } }));
    const { links } = await gather({ environment: { GOOGLE_APPLICATION_CREDENTIALS: path } });
    expect(links).toHaveLength(2);
  });

  test("what an address of tokens is asked with is a secret, words are none", async () => {
    const url = await plainServer((_, response) => response.end(SUBJECT));
    const headers = {
      Authorization: "bearer runner-canary-0123456789",
      "Metadata-Flavor": "Google",
    };
    const path = file("runner.json", federation({ url, headers }));
    chained.api.setFaults({
      path: /aggregated/,
      fault: {
        kind: "body",
        body: JSON.stringify({
          kind: "compute#vpnTunnelAggregatedList",
          items: {},
          warnings: [{ message: "Google: runner-canary-0123456789" }],
        }),
      },
    });
    const { problems } = await gather({ environment: { GOOGLE_APPLICATION_CREDENTIALS: path } });
    expect(problems[0]?.message).toContain("Google: ");
    expect(JSON.stringify(problems)).not.toContain("runner-canary-0123456789");
  });

  test("a subject token that is not known: it is not repeated", async () => {
    const token = file("stranger", "stranger-canary-4411");
    const path = file("stranger.json", federation({ file: token }));
    const { problems } = await gather({ environment: { GOOGLE_APPLICATION_CREDENTIALS: path } });
    expect(problems[0]?.reason).toBe("denied");
    expect(JSON.stringify(problems)).not.toContain("stranger-canary-4411");
  });

  test.each([
    ["another host", "https://sts.example.com/v1/token", "sts.example.com, which is not Google's"],
    [
      "a host that only looks like it",
      "https://sts.googleapis.com.example/v1/token",
      "not Google's",
    ],
    ["clear text", "http://sts.googleapis.com/v1/token", "not Google's"],
  ])("a file that sends tokens to %s is not obeyed", async (name, tokenUrl, words) => {
    const token = file("subject2", SUBJECT);
    const path = file(`${name}.json`, federation({ file: token }, { token_url: tokenUrl }));
    const scan = open.scan({ environment: { GOOGLE_APPLICATION_CREDENTIALS: path } });
    const { problems } = await scan.gather(probe);
    expect(problems[0]).toMatchObject({
      reason: "denied",
      message: expect.stringContaining(words),
    });
  });
});

/** Without an address for tokens: the public ones would be asked. */
const open = await fakeGcp({ credentials: undefined, endpoints: { api: "https://127.0.0.1:9" } });

describe("the metadata server", () => {
  const environment = (host: string) => ({
    HOME: join(folder, "nobody"),
    GCE_METADATA_HOST: host,
    // Nobody listens there: a request through it would fail.
    HTTP_PROXY: "http://127.0.0.1:9",
    NO_PROXY: "127.0.0.1",
  });

  test("gives the machine's token, and is not asked through a proxy", async () => {
    const url = await plainServer((request, response) => {
      const known = request.headers["metadata-flavor"] === "Google";
      response.setHeader("Metadata-Flavor", "Google");
      response.statusCode = known ? 200 : 403;
      response.end(JSON.stringify({ access_token: "machine-canary-token", expires_in: 3599 }));
    });
    const { problems } = await gather({ environment: environment(new URL(url).host) });
    // The fake knows no such token: that it was sent is what counts.
    expect(problems[0]?.message).toContain("did not accept the credentials");
    expect(chained.api.calls.at(-1)?.headers.authorization).toBe("Bearer machine-canary-token");
  });

  test("what answers without its name is not believed", async () => {
    const url = await plainServer((_, response) => response.end("{}"));
    const { problems } = await gather({ environment: environment(new URL(url).host) });
    expect(problems[0]?.message).toContain("is not Google's metadata server");
  });

  test("nobody there: what to do is said", async () => {
    const { problems } = await gather({ environment: environment("127.0.0.1:9") });
    expect(problems[0]).toMatchObject({
      reason: "denied",
      message: expect.stringContaining("gcloud auth application-default login"),
    });
  });
});

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function plainServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/token`;
}

test("the token is taken anew before it ends", async () => {
  let now = NOW;
  const scan = keyed.scan({ now: () => now });
  await scan.gather(probe);
  const first = keyed.api.calls.at(-1)?.headers.authorization;
  now = new Date(NOW.getTime() + 30 * 60_000);
  await scan.gather(probe);
  expect(keyed.api.calls.at(-1)?.headers.authorization).toBe(first);
  now = new Date(NOW.getTime() + 56 * 60_000);
  await scan.gather(probe);
  expect(keyed.api.calls.at(-1)?.headers.authorization).not.toBe(first);
});
