import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import { closedPort, startEndpoint, type RunningEndpoint } from "#fixtures/estate/endpoints.ts";
import type { CheckReport } from "#model/check-report.ts";
import { probity } from "../support/probity.ts";

const folder = mkdtempSync(join(tmpdir(), "probity-check-"));
const caFile = join(folder, "ca.pem");
let running: RunningEndpoint;
let old: RunningEndpoint;

beforeAll(async () => {
  const authority = makeAuthority();
  writeFileSync(caFile, authority.caPem);
  running = await startEndpoint({ name: "good.example", hsts: "max-age=63072000" }, authority);
  old = await startEndpoint(
    { name: "old.example", minVersion: "TLSv1", ciphers: "ALL:@SECLEVEL=0", clearText: "serve" },
    authority,
  );
});
afterAll(async () => {
  await Promise.all([running.close(), old.close()]);
  rmSync(folder, { recursive: true, force: true });
});

function check(endpoint: RunningEndpoint, name: string, ...more: string[]) {
  const connect = `127.0.0.1:${endpoint.connect.port}`;
  return probity(["check", name, "--connect", connect, "--ca-file", caFile, ...more]);
}

describe("probity check", () => {
  test("gives the contract's JSON", async () => {
    const { code, stdout } = await check(running, "tls://good.example", "--format", "json");
    const report = JSON.parse(stdout) as CheckReport;
    expect(report).toMatchObject({
      target: { host: "good.example", address: `127.0.0.1:${running.connect.port}` },
      reachable: true,
      policy: { builtIn: true },
      tls: {
        certificate: {
          presented: [
            { trusted: true, hostnameMatches: true, chain: [{ keyType: "rsa", keyBits: 2048 }] },
          ],
        },
      },
    });
    const status = Object.fromEntries(
      (report.tls?.protocols?.versions ?? []).map(({ version, status }) => [version, status]),
    );
    expect(status).toMatchObject({
      SSLv3: "rejected",
      "TLSv1.0": "rejected",
      "TLSv1.1": "rejected",
      "TLSv1.2": "accepted",
      "TLSv1.3": "accepted",
    });
    // Facets that no claim of the policy needs are read too.
    expect(Object.values(report.tls ?? {})).not.toContain(null);
    expect(report.tls?.cipherSuites?.suites).toContainEqual({
      version: "TLSv1.3",
      code: "0x1302",
      name: "TLS_AES_256_GCM_SHA384",
    });
    expect(code).toBe(report.judgements.some(({ outcome }) => outcome === "fail") ? 1 : 0);
  });

  test("says in its first line what is wrong", async () => {
    const { code, stdout } = await check(old, "tls://old.example");
    expect(code).toBe(1);
    // The names of weaknesses come before versions.
    expect(stdout.split("\n\n")[0]).toMatch(/Anonymous suites[^]*TLSv1\.0/);
    expect(stdout.split("\n").length).toBeLessThan(60);
  });

  test("tells everything with --verbose: every suite with its tier, every certificate", async () => {
    const { stdout } = await check(old, "tls://old.example", "--verbose");
    expect(stdout).toMatch(/ weak +0x002F TLS_RSA_WITH_AES_128_CBC_SHA$/m);
    expect(stdout).toMatch(/^ +1\. CN=old\.example, rsa 2048/m);
    expect(stdout).toMatch(/^ +sha256:[0-9a-f]{64}$/m);
    expect(stdout).toMatch(/^ +nginx/m);
  });

  test("gives one compact line with --format jsonl", async () => {
    const { stdout } = await check(running, "tls://good.example", "--format", "jsonl");
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject({ reachable: true, schemaVersion: 2 });
  });

  test("a policy without a claim on the endpoint is told before anything is asked", async () => {
    const policy = "config/policies/pingflow.yaml";
    const { code, stderr } = await check(
      old,
      "tls://old.example",
      "--policy",
      policy,
      "--label",
      "misspelt",
    );
    expect(code).toBe(2);
    expect(stderr).toContain("no claim on an endpoint labelled misspelt");
  });

  test("judges by a policy's claims on endpoints", async () => {
    const policy = "config/policies/pingflow.yaml";
    const { code, stdout } = await check(
      old,
      "tls://old.example",
      "--policy",
      policy,
      "--format",
      "json",
    );
    const report = JSON.parse(stdout) as CheckReport;
    expect(code).toBe(1);
    expect(report.policy).toMatchObject({ id: "pingflow", builtIn: false });
    expect(report.judgements).toContainEqual(
      expect.objectContaining({ claim: "pf-transit-tls", outcome: "fail" }),
    );
  });

  test("a host that is not there is unknown, never rejected", async () => {
    const address = `127.0.0.1:${await closedPort()}`;
    const { code, stdout } = await probity(["check", address, "--format", "json"]);
    const report = JSON.parse(stdout) as CheckReport;
    expect(code).toBe(3);
    expect(report.reachable).toBe(false);
    expect(report.judgements.map(({ outcome }) => outcome)).not.toContain("fail");
  });

  test.each(["", "http://", "host:port:port", "gopher://example.com", "--", "example.com:99999"])(
    "refuses the address %j",
    async (address) => {
      expect(await probity(["check", address])).toMatchObject({ code: 2, stdout: "" });
    },
  );
});

describe("the address and the options of check", () => {
  test.each([
    "https://user:hunter22@host/?token=x",
    "user:hunter22@host",
    "https://hunter22@ho st",
  ])("a password in %s is refused and not repeated", async (address) => {
    const { code, stdout, stderr } = await probity(["check", address]);
    expect(code).toBe(2);
    expect(stdout + stderr).not.toContain("hunter22");
    expect(stderr).toContain("@");
  });

  test("a query is neither asked nor shown", async () => {
    const address = `https://127.0.0.1:${await closedPort()}/path?key=hunter22#frag`;
    const { stdout, stderr } = await probity(["check", address, "--format", "json"]);
    expect(stdout + stderr).not.toMatch(/hunter22|frag/);
    expect((JSON.parse(stdout) as CheckReport).target.url).toMatch(/\/path$/);
  });

  test("an IPv6 address keeps its brackets", async () => {
    const { stdout } = await probity(["check", `[::1]:${await closedPort()}`]);
    expect(stdout).toMatch(/\[::1\]:\d+/);
    expect(stdout).not.toMatch(/[^[]::1:\d/);
  });

  test.each(["0", "0.5", "abc", "-1", "3601", "99999999999", "1e3", ""])(
    "--timeout %j is blamed, not the address",
    async (timeout) => {
      const { code, stderr } = await probity(["check", "example.com", `--timeout=${timeout}`]);
      expect(code).toBe(2);
      expect(stderr).toContain(`--timeout ${timeout}`);
    },
  );
});

test.each([
  ["/nowhere.pem", "cannot be read"],
  ["package.json", "holds no certificate"],
])("a --ca-file that cannot help is the user's to mend: %s", async (file, says) => {
  const { code, stderr } = await probity(["check", "127.0.0.1:1", "--ca-file", file]);
  expect(code).toBe(2);
  expect(stderr).toContain(says);
});

test("an IPv6 address without brackets has no port", async () => {
  const { stdout } = await probity(["check", "::1", "--timeout", "2", "--format", "json"]);
  expect(JSON.parse(stdout)).toMatchObject({ target: { url: "https://[::1]" } });
});
