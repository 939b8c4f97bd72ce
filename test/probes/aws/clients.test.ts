import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { STSClient } from "@aws-sdk/client-sts";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import { credentialOptions } from "#probes/aws/credentials.ts";
import probe from "#probes/aws/s3.ts";
import { facetOf } from "../../support/probe-context.ts";
import { ACCOUNT, awsTarget, ENVIRONMENT, fakeAws } from "./support.ts";

const folder = mkdtempSync(join(tmpdir(), "probity-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const ROLE = `arn:aws:iam::${ACCOUNT}:role/probity`;

const KEYS = { env: { accessKeyId: "TEST_KEY", secretAccessKey: "TEST_SECRET" } };

describe("credentials", async () => {
  const aws = await fakeAws({
    buckets: [
      { name: "records", region: "eu-west-3" },
      { name: "stray", region: "us-east-1" },
    ],
    roles: { [ROLE]: "external" },
  });
  const keys = () => [...new Set(aws.calls.map(({ accessKey }) => accessKey))];

  test("from the environment variables that the estate names", async () => {
    const found = await aws.scan().gather(probe, ["inventory"]);
    expect(found.problems).toEqual([]);
    expect(keys()).toEqual([ENVIRONMENT.TEST_KEY]);
  });

  test("from files, the line end left out", async () => {
    const files = {
      accessKeyId: file("key", "AKIAFROMFILE\n"),
      secretAccessKey: file("secret", "not-a-real-secret\n"),
    };
    const found = await aws.scan({ credentials: { files } }).gather(probe, ["inventory"]);
    expect(found.problems).toEqual([]);
    expect(keys()).toContain("AKIAFROMFILE");
  });

  test.each([
    [
      "a file that is not there",
      { files: { accessKeyId: "/nowhere", secretAccessKey: "/nowhere" } },
      "/nowhere",
    ],
  ])("%s are a problem", async (_, credentials, says) => {
    const found = await aws.scan({ credentials }).gather(probe, ["inventory"]);
    expect(found.observations).toEqual([]);
    expect(found.problems[0]?.message).toContain(says);
  });

  test("of a role, assumed once for all clients", async () => {
    const before = aws.calls.length;
    const credentials = {
      env: { accessKeyId: "TEST_KEY", secretAccessKey: "TEST_SECRET" },
      roleArn: ROLE,
      externalIdFrom: "EXTERNAL",
    };
    const environment = { ...ENVIRONMENT, EXTERNAL: "external" };
    const found = await aws
      .scan({ credentials }, { environment, now: () => new Date() })
      .gather(probe);
    expect(found.problems).toEqual([]);
    const calls = aws.calls.slice(before);
    expect(calls.filter(({ operation }) => operation === "AssumeRole")).toHaveLength(1);
    const others = calls.filter(({ operation }) => operation !== "AssumeRole");
    expect(new Set(others.map(({ accessKey }) => accessKey))).toEqual(
      new Set(["ASIAASSUMEDROLE00001"]),
    );
  });

  test("of a role are asked for once at a time, and anew before they run out", async () => {
    const before = aws.calls.length;
    const asked = () => aws.calls.length - before;
    const credentials = { roleArn: ROLE, externalIdFrom: "EXTERNAL" };
    let now = new Date();
    const { credentials: keysOf } = credentialOptions(
      awsTarget(aws.url, { credentials }),
      async () =>
        new STSClient({
          endpoint: aws.url,
          region: "eu-west-3",
          credentials: { accessKeyId: "a", secretAccessKey: "b" },
        }),
      { now: () => now, environment: { EXTERNAL: "external" }, secret: () => undefined },
    );
    await Promise.all([keysOf?.(), keysOf?.(), keysOf?.()]);
    expect(asked()).toBe(1);
    now = new Date(now.getTime() + 54 * 60_000);
    await keysOf?.();
    expect(asked()).toBe(1);
    now = new Date(now.getTime() + 2 * 60_000);
    await Promise.all([keysOf?.(), keysOf?.()]);
    expect(asked()).toBe(2);
  });

  test("of a role that may not be assumed: the account is not assessed", async () => {
    const credentials = {
      env: { accessKeyId: "TEST_KEY", secretAccessKey: "TEST_SECRET" },
      roleArn: ROLE,
    };
    const found = await aws.scan({ credentials }).gather(probe);
    expect(found.observations).toEqual([]);
    expect(found.problems).toMatchObject([{ subject: null, facets: [], reason: "denied" }]);
    expect(found.problems[0]?.message).toContain("sts:AssumeRole");
  });
});

describe("secrets that come by the way reach no problem", async () => {
  const aws = await fakeAws({
    buckets: [{ name: "records", region: "eu-west-3" }],
    roles: { [ROLE]: "external" },
  });
  afterEach(() => vi.unstubAllEnvs());
  const given = { secret: "canary-secret-key", token: "canary-session-token" };

  test.each([
    ["of a role", "assumed-role-secret", "assumed-role-session"],
    ["of the default chain", given.secret, given.token],
    ["of a profile", given.secret, given.token],
  ])("%s", async (whose, secret, token) => {
    let credentials: object | undefined;
    if (whose === "of a role") {
      credentials = { ...KEYS, roleArn: ROLE, externalIdFrom: "EXTERNAL" };
    } else if (whose === "of a profile") {
      credentials = { profile: "scan" };
      const lines = [
        "[scan]",
        "aws_access_key_id = AKIAPROFILE",
        `aws_secret_access_key = ${secret}`,
        `aws_session_token = ${token}`,
      ];
      vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", file("profile", lines.join("\n")));
    } else {
      vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIACHAIN");
      vi.stubEnv("AWS_SECRET_ACCESS_KEY", secret);
      vi.stubEnv("AWS_SESSION_TOKEN", token);
    }
    const body = `<Error><Code>InvalidToken</Code><Message>the session ${token} and ${secret}, also ${encodeURIComponent(token)}</Message></Error>`;
    aws.setFaults({ operation: "GetBucketVersioning", fault: { kind: "body", status: 403, body } });
    const environment = { ...ENVIRONMENT, EXTERNAL: "external" };
    const found = await aws
      .scan({ credentials }, { environment, now: () => new Date() })
      .gather(probe);
    expect(found.problems).toMatchObject([{ reason: "denied", facets: ["versioning"] }]);
    expect(found.problems[0]?.message).toContain("the session [redacted]");
    expect(JSON.stringify(found)).not.toContain(token);
    expect(JSON.stringify(found)).not.toContain(secret);
  });

  test("not even half of a token, where a value is cut", async () => {
    const token = "assumed-role-session";
    const body = `<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>${"x".repeat(50)}${token}</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`;
    aws.setFaults({ operation: "GetBucketEncryption", fault: { kind: "body", body } });
    const environment = { ...ENVIRONMENT, EXTERNAL: "external" };
    const credentials = { ...KEYS, roleArn: ROLE, externalIdFrom: "EXTERNAL" };
    const found = await aws
      .scan({ credentials }, { environment, now: () => new Date() })
      .gather(probe, ["encryption"]);
    expect(facetOf(found, "records", "encryption")?.caveat).toContain("xxx");
    expect(JSON.stringify(found)).not.toContain("assumed-r");
  });
});

describe("connections", async () => {
  const authority = makeAuthority();
  const aws = await fakeAws({ buckets: [{ name: "records", region: "eu-west-3" }] }, { authority });

  test("trust the target's own authority", async () => {
    const found = await aws.scan({ caFile: file("ca.pem", authority.caPem) }).gather(probe);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, "aws", "inventory")?.items).toHaveLength(1);
  });

  test("do not trust an unknown one", async () => {
    const found = await aws.scan({}, { callMilliseconds: 2_000 }).gather(probe);
    expect(found.observations).toEqual([]);
    expect(found.problems).toMatchObject([{ reason: "unreachable" }]);
  });

  test("say which file cannot be read", async () => {
    const found = await aws.scan({ caFile: "/nowhere/ca.pem" }).gather(probe);
    expect(found.problems[0]?.message).toContain("/nowhere/ca.pem");
  });
});

describe("a proxy", async () => {
  const aws = await fakeAws({ buckets: [{ name: "records", region: "eu-west-3" }] });
  const asked: string[] = [];
  const proxy = createServer((incoming, outgoing) => {
    asked.push(incoming.url ?? "");
    const { method = "GET", headers } = incoming;
    incoming.pipe(
      request(incoming.url ?? "", { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      }),
    );
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  afterAll(() => {
    proxy.close();
    proxy.closeAllConnections();
  });
  const address = proxy.address();
  const port = typeof address === "object" ? address?.port : null;

  test("of the environment is used, unless it is told not to", async () => {
    const environment = { ...ENVIRONMENT, HTTP_PROXY: `http://127.0.0.1:${port}` };
    const found = await aws.scan({}, { environment }).gather(probe, ["inventory"]);
    expect(found.problems).toEqual([]);
    expect(asked.some((url) => url.startsWith(aws.url))).toBe(true);

    const before = asked.length;
    await aws.scan({}, { environment: { ...environment, NO_PROXY: "127.0.0.1" } }).gather(probe);
    expect(asked.length).toBe(before);
  });
});
