import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import { closedPort, startEndpoint, type RunningEndpoint } from "#fixtures/estate/endpoints.ts";
import type { CheckReport } from "#model/check-report.ts";
import { probity, root } from "../support/probity.ts";

const folder = mkdtempSync(join(tmpdir(), "probity-check-many-"));
const caFile = join(folder, "ca.pem");
const names = ["a.example", "b.example", "c.example"];
let running: RunningEndpoint;
let silent: Server;
let closed: string;
const sockets = new Set<Socket>();

beforeAll(async () => {
  const authority = makeAuthority();
  writeFileSync(caFile, authority.caPem);
  const settings = { name: "a.example", altNames: names, ciphers: "ECDHE+AESGCM" };
  running = await startEndpoint(settings, authority);
  // Takes connections and says nothing.
  silent = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  });
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  closed = `tls://127.0.0.1:${await closedPort()}`;
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  silent.close();
  await running.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Options by which every name of the list leads to the good server. */
function toGood(): readonly string[] {
  return ["--connect", `127.0.0.1:${running.connect.port}`, "--ca-file", caFile];
}

/** What nobody answers for at a port of 127.0.0.1. */
function silentAddress(path = ""): string {
  return `tls://127.0.0.1:${(silent.address() as AddressInfo).port}${path}`;
}

function list(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** Starts the real command line with a standard input to write to. */
function startReading(args: readonly string[]) {
  const child = spawn(process.execPath, ["bin/probity.js", "check", ...args], {
    cwd: root,
    env: { ...process.env, NO_COLOR: "1", COLUMNS: "100" },
  });
  return { child, ended: endOf(child) };
}

async function endOf(child: ChildProcessWithoutNullStreams) {
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

describe("several addresses", () => {
  test("give a line each, the total, and the worst exit code", async () => {
    const { code, stdout, stderr } = await probity(["check", ...names, ...toGood()]);
    const lines = stdout.trimEnd().split("\n");
    expect(stderr).toBe("");
    expect(lines.slice(0, -1).map((line) => line.slice(0, 15).trim())).toHaveLength(3);
    for (const name of names) expect(stdout).toContain(`${name}:443`);
    expect(lines.at(-1)).toMatch(/^3 endpoints in [\d.]+ s: \d good, \d wrong, \d not known$/);
    const marks = new Set(lines.slice(0, -1).map((line) => line[0]));
    expect(code).toBe(marks.has("✗") ? 1 : marks.has("?") ? 3 : 0);
  });

  test("are asked once each, however they are spelt", async () => {
    const again = ["a.example", "A.example:443", "https://a.example/", "a.example?x"];
    const args = [...again, closed, closed, ...toGood(), "--format", "jsonl"];
    const { stdout } = await probity(["check", ...args]);
    const hosts = stdout
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as CheckReport).target.host);
    expect(hosts.toSorted()).toEqual(["127.0.0.1", "a.example"]);
  });

  test("one that does not answer stops no other, and outweighs what is good", async () => {
    const args = [closed, silentAddress(), "--timeout", "1", "--format", "jsonl"];
    const { code, stdout } = await probity(["check", ...args]);
    const reports = stdout.trimEnd().split("\n");
    expect(reports).toHaveLength(2);
    expect(code).toBe(3);
  });

  test("are no single JSON document: jsonl is named", async () => {
    const { code, stdout, stderr } = await probity(["check", "a", "b", "--format", "json"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("--format jsonl");
  });

  test("are shown in full with --verbose, an empty line between", async () => {
    const { stdout } = await probity(["check", ...names.slice(1), ...toGood(), "--verbose"]);
    expect(stdout.match(/^ {2}Policy /gm)).toHaveLength(2);
    expect(stdout).toMatch(/\n\n[✓✗?] [bc]\.example/);
  });

  test.each(["0", "1001", "x", "-1", "1.5"])("--concurrency %s is refused", async (number) => {
    const { code, stderr } = await probity(["check", "a", `--concurrency=${number}`]);
    expect(code).toBe(2);
    expect(stderr).toContain(`--concurrency ${number}`);
  });
});

describe("a file", () => {
  test("is checked before anything is asked, every wrong line at its place", async () => {
    const file = list("wrong.txt", `# ours\n${closed}\n  bad host\nuser:hunter22@host\n`);
    const { code, stdout, stderr } = await probity(["check", "--file", file]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(`${file}:3:3: expected HOST`);
    expect(stderr).toContain(`${file}:4:1: the address holds a user`);
    expect(stderr).not.toContain("hunter22");
  });

  test("joins the addresses of the command line", async () => {
    const file = list("right.txt", `\n${closed} # ours\nb.example\n`);
    const args = ["a.example", "--file", file, ...toGood(), "--timeout", "2"];
    const { stdout } = await probity(["check", ...args]);
    expect(stdout.trimEnd().split("\n")).toHaveLength(4);
  });

  test.each([
    ["that is not there", "nowhere.txt", "no such file"],
    ["that is a folder", "src", "is a folder"],
    ["that names nothing", "/dev/null", "names no address"],
  ])("%s is a usage error", async (_, file, says) => {
    const { code, stderr } = await probity(["check", "--file", file]);
    expect(code).toBe(2);
    expect(stderr).toContain(says);
  });
});

describe("standard input", () => {
  test("is asked as it comes: the first result is there before the end", async () => {
    const { child, ended } = startReading(["-", "--format", "jsonl"]);
    child.stdin.write(`${closed}\n`);
    const [first] = (await once(child.stdout, "data")) as [string];
    expect(JSON.parse(first)).toMatchObject({ reachable: false });
    child.stdin.end(`${silentAddress()}\n`);
    child.kill("SIGINT");
    expect((await ended).code).toBe(3);
  });

  test("a wrong line is told, the others are asked, and the exit code is 2", async () => {
    const { child, ended } = startReading(["-", ...toGood(), "--format", "jsonl"]);
    child.stdin.end(`bad host\ntls://a.example\n`);
    const { code, stdout, stderr } = await ended;
    expect(stderr).toContain("standard input:1:1: expected HOST");
    const report = JSON.parse(stdout) as CheckReport;
    const fails = report.judgements.some(({ outcome }) => outcome === "fail");
    expect(code).toBe(fails ? 1 : 2);
  });

  test.each([
    ["a wrong line outweighs what could not be judged", () => closed, 2],
    // Without the authority's file its certificate is not trusted.
    ["a violation outweighs both", () => `tls://127.0.0.1:${running.connect.port}\n${closed}`, 1],
  ])("%s", async (_, addresses, code) => {
    const { child, ended } = startReading(["-"]);
    child.stdin.end(`bad host\n${addresses()}\n`);
    expect((await ended).code).toBe(code);
  });

  test("that names nothing is a usage error", async () => {
    const { child, ended } = startReading(["-"]);
    child.stdin.end("# nothing\n");
    expect(await ended).toMatchObject({ code: 2, stdout: "" });
  });
});

describe("what ends early", () => {
  test("SIGINT shows what is done and says what was not asked", async () => {
    const addresses = Array.from({ length: 5 }, (_, index) => silentAddress(`/${index}`));
    const file = list("silent.txt", `${addresses.join("\n")}\n`);
    const asked = once(silent, "connection");
    const { child, ended } = startReading(["--file", file, "--concurrency", "2"]);
    await asked;
    child.kill("SIGINT");
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(3);
    expect(stdout.trimEnd().split("\n")).toHaveLength(3);
    expect(stderr).toContain(`not asked: 3 of 5, all after ${file}:2:1`);
  });

  test("SIGINT ends the waiting for standard input", async () => {
    const { child, ended } = startReading(["-"]);
    child.stdin.write(`${closed}\n`);
    await once(child.stdout, "data");
    child.kill("SIGINT");
    const { code, stderr } = await ended;
    expect(code).toBe(3);
    expect(stderr).toContain("still to come on standard input");
  });

  test("a reader that has seen enough ends it: no stack, and the exit code stays", async () => {
    const { child, ended } = startReading(["-", "--format", "jsonl"]);
    child.stdin.write(`${closed}\n`);
    await once(child.stdout, "data");
    child.stdout.destroy();
    // Standard input stays open: only the closed output can end it.
    for (let path = 0; path < 100; path += 1) child.stdin.write(`${closed}/${path}\n`);
    child.stdin.on("error", () => {});
    expect(await ended).toMatchObject({ code: 3, stderr: "" });
  });
});
