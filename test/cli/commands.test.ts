import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reportFailure } from "#cli/failure.ts";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import { closedPort, startEndpoint, type RunningEndpoint } from "#fixtures/estate/endpoints.ts";
import type { CheckReport } from "#model/check-report.ts";
import { probity, root } from "../support/probity.ts";

const folder = mkdtempSync(join(tmpdir(), "probity-commands-"));
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
        trusted: true,
        hostnameMatches: true,
        certificates: [{ keyType: "rsa", keyBits: 2048 }],
      },
    });
    const status = Object.fromEntries(
      (report.tls?.protocols ?? []).map((protocol) => [protocol.version, protocol.status]),
    );
    expect(status).toMatchObject({
      SSLv3: "rejected",
      "TLSv1.0": "rejected",
      "TLSv1.1": "rejected",
      "TLSv1.2": "accepted",
      "TLSv1.3": "accepted",
    });
    expect(report.tls?.cipherSuites).toContainEqual({
      version: "TLSv1.3",
      code: "0x1302",
      name: "TLS_AES_256_GCM_SHA384",
    });
    expect(code).toBe(report.judgements.some(({ outcome }) => outcome === "fail") ? 1 : 0);
  });

  test("says in its first line what is wrong", async () => {
    const { code, stdout } = await check(old, "tls://old.example");
    expect(code).toBe(1);
    expect(stdout.split("\n")[0]).toContain("TLSv1.0");
    expect(stdout.split("\n").length).toBeLessThan(60);
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

  test.each(["", "http://", "host:port:port", "ftp://example.com", "--", "example.com:99999"])(
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

describe("what is on the command line and in files cannot act on a terminal", () => {
  const hostile = "\u001b]0;pwned\u0007\u202e\u009b31m";
  // oxlint-disable-next-line no-control-regex
  const acting = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;

  test.each<[string, readonly string[]]>([
    ["an address", ["check", `${hostile} x`]],
    ["a moment", ["evaluate", "--evidence", ".", "--now", hostile]],
    ["a folder", ["evaluate", "--evidence", hostile]],
    ["a thing to list", ["list", hostile]],
    ["a file", ["validate", "--policy", hostile]],
    ["a stack", ["list", hostile, "--debug"]],
  ])("%s", async (_name, args) => {
    const { code, stdout, stderr } = await probity(args);
    expect(code).toBe(2);
    expect(stderr).toContain("\\u{1b}");
    expect(stdout + stderr).not.toMatch(acting);
  });

  test("a quote in a listing", async () => {
    const source = readFileSync(join(root, "config/policies/visma-sign.yaml"), "utf8");
    const file = join(folder, "hostile.yaml");
    const text = source.replace(/^ {4}quote: .*$/m, '    quote: "a\\u202eb\\u009bc"');
    expect(text).not.toBe(source);
    writeFileSync(file, text);
    // The quote is not in the statement, so it is shown where it is refused.
    const { stdout, stderr } = await probity(["list", "claims", "--policy", file]);
    expect(stdout + stderr).not.toMatch(acting);
  });
});

describe("a reader that has seen enough", () => {
  test.each<[string, number]>([
    ["list controls | true", 0],
    ["list claims --policy config/policies/kizeo-forms.yaml --format json | head -c 1", 0],
    ["validate --policy config/policies/kizeo-forms.yaml | true", 0],
    ["list clouds 2>&1 | true", 2],
  ])("%s: no stack, and the exit code stays", async (pipeline, code) => {
    const [command = "", reader = ""] = pipeline.split(" | ");
    const script = `"$0" bin/probity.js ${command} | (${reader}); echo "\${PIPESTATUS[0]}"`;
    const shown = spawnSync("bash", ["-c", script, process.execPath], {
      cwd: root,
      encoding: "utf8",
    });
    expect(shown.stderr).toBe("");
    expect(shown.stdout.trim().split("\n").at(-1)).toMatch(new RegExp(`${code}$`));
  });

  test("a standard output that is full is told", () => {
    const script = '"$0" bin/probity.js list controls > /dev/full';
    const shown = spawnSync("bash", ["-c", script, process.execPath], {
      cwd: root,
      encoding: "utf8",
    });
    expect(shown.status).toBe(2);
    expect(shown.stderr).toContain("standard output cannot be written");
  });
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

describe("usage", () => {
  test.each<[string, readonly string[], string]>([
    ["no command at all", [], "Usage: probity"],
    ["an unknown command", ["scam"], "Did you mean scan"],
    ["an unknown option", ["scan", "--polcy", "x"], "--policy"],
    ["a missing option", ["scan"], "--policy"],
    [
      "a missing file",
      ["scan", "--policy", "nowhere.yaml", "--estate", "nowhere.yaml"],
      "nowhere.yaml:1:1",
    ],
    ["a moment that is none", ["evaluate", "--evidence", ".", "--now", "soon"], "--now soon"],
    [
      "a day that no calendar has",
      ["evaluate", "--evidence", ".", "--now", "2026-02-31"],
      "--now 2026-02-31",
    ],
    [
      "words after a moment",
      ["evaluate", "--evidence", ".", "--now", "2026-11-22 (anything) 05:00"],
      "expected an ISO 8601",
    ],
    ["a folder that holds no evidence", ["evaluate", "--evidence", "docs"], "manifest.json"],
    ["a list of something else", ["list", "clouds"], "expected claims, controls or probes"],
    ["nothing to validate", ["validate"], "name a file"],
  ])("%s exits with 2 and says what to do", async (_name, args, says) => {
    const { code, stderr, stdout } = await probity(args);
    expect(code).toBe(2);
    expect(stderr + stdout).toContain(says);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test("every command has examples in its help", async () => {
    for (const command of ["scan", "evaluate", "check", "validate", "list"]) {
      const { code, stdout } = await probity([command, "--help"]);
      expect(code).toBe(0);
      expect(stdout).toContain(`$ probity ${command}`);
    }
  });

  test("a defect of Probity exits with 70, and shows its stack only with --debug", () => {
    expect(reportFailure(new TypeError("x is not a function"), false)).toBe(70);
  });
});

describe("list and validate", () => {
  test.each(["controls", "probes"])("lists %s", async (what) => {
    const { code, stdout } = await probity(["list", what, "--format", "json"]);
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as unknown[]).length).toBeGreaterThan(5);
  });

  test("lists the claims of a policy", async () => {
    const args = ["list", "claims", "--policy", "config/policies/kizeo-forms.yaml"];
    const { code, stdout } = await probity(args);
    expect(code).toBe(0);
    expect(stdout).toContain("kz-transit-tls");
  });

  test("the example files and all policies are valid", async () => {
    const { code, stdout, stderr } = await probity([
      "validate",
      "--policy",
      ...["pingflow", "visma-sign", "kizeo-forms"].map((id) => `config/policies/${id}.yaml`),
      "--estate",
      "config/estates/example.yaml",
      "--attestations",
      "config/estates/attestations.example.yaml",
      "--waivers",
      "config/estates/waivers.example.yaml",
    ]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toContain("valid: policy kizeo-forms, 51 claims");
    // A standard that had lapsed is named at its place in the file.
    expect(stdout).toMatch(/config\/policies\/visma-sign\.yaml:\d+:\d+: .*Privacy Shield/);
  });
});
