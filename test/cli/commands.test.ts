import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { reportFailure } from "#cli/failure.ts";
import { probity, root } from "../support/probity.ts";

const folder = mkdtempSync(join(tmpdir(), "probity-commands-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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
    ["--version | true", 0],
    ["--help | true", 0],
    ["check --help | true", 0],
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
    for (const command of ["scan", "evaluate", "check", "validate", "list", "permissions"]) {
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
