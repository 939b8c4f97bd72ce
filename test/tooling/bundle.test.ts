import { execFile } from "node:child_process";
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { onlyAws, onlyAzure } from "../support/one-provider.ts";
import { root } from "../support/probity.ts";

const run = promisify(execFile);

/** A copy of the project, so that no other test runs what is built here. */
let folder = "";
/** Where npm puts a package that somebody installs; Node reads no TypeScript there. */
let installed = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "probity-bundle-"));
  const project = join(folder, "project");
  await mkdir(project);
  for (const part of ["bin", "src", "probes", "config", "package.json"]) {
    await cp(join(root, part), join(project, part), { recursive: true, preserveTimestamps: true });
  }
  await symlink(join(root, "node_modules"), join(project, "node_modules"));
  await run(process.execPath, ["src/tooling/bundle.ts"], { cwd: project });
  installed = join(folder, "elsewhere", "node_modules", "probity");
  await mkdir(installed, { recursive: true });
  for (const part of ["bin", "dist", "config", "package.json"]) {
    await cp(join(project, part), join(installed, part), { recursive: true });
  }
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What the command line says, and which of the two it ran. */
async function probity(place: string, ...args: readonly string[]) {
  const spy = `data:text/javascript,${encodeURIComponent(
    `import { registerHooks } from "node:module";
    const seen = new Set();
    registerHooks({ load(url, context, next) { seen.add(/\\/(?:project|probity)\\/(dist|src)\\//.exec(url)?.[1]); return next(url, context); } });
    process.on("exit", () => process.stderr.write([...seen].join(" ")));`,
  )}`;
  const done = await run(process.execPath, ["--import", spy, "bin/probity.js", ...args], {
    cwd: place,
  });
  const ran = ["dist", "src"].filter((part) => done.stderr.includes(part));
  return { said: done.stdout, ran };
}

/** Names in what the probes are made of, and in their packages; a bundle tells no files. */
const OF_AWS = [
  "observeListed",
  "ReportNotReady",
  "DescribeSecurityGroupsCommand",
  "AWS4-HMAC-SHA256",
];
const OF_AZURE = [
  "inSubscriptions",
  "AzureFailure",
  "DefaultAzureCredential",
  "bearerTokenAuthenticationPolicy",
];

const POLICY = ["list", "claims", "--policy", "config/policies/pingflow.yaml"];

describe("the bundle of the command line", () => {
  test("runs where it is what the sources say, and says the same", async () => {
    const project = join(folder, "project");
    const bundled = await probity(project, ...POLICY);
    expect(bundled.ran).toEqual(["dist"]);
    const later = new Date(Date.now() + 10_000);
    await utimes(join(project, "src/cli/list.ts"), later, later);
    const sources = await probity(project, ...POLICY);
    expect(sources.ran).toEqual(["src"]);
    expect(sources.said).toBe(bundled.said);
    expect(sources.said).toContain("pf-transit-tls");
  });

  test("runs as a package, in which there are no sources", async () => {
    const { said, ran } = await probity(installed, ...POLICY);
    expect(ran).toEqual(["dist"]);
    expect(said).toContain("pf-transit-tls");
  });

  test("keeps of an SDK the calls that are made and no other", async () => {
    const files = await readdir(join(installed, "dist"));
    const texts = await Promise.all(
      files.map((file) => readFile(join(installed, "dist", file), "utf8")),
    );
    const mentions = (call: string) => texts.some((text) => text.includes(call));
    expect(mentions("DescribeSecurityGroups")).toBe(true);
    expect(mentions("DescribeFleetInstances")).toBe(false);
  });

  test.each([
    ["AWS", onlyAws, OF_AWS, OF_AZURE],
    ["Azure", onlyAzure, OF_AZURE, OF_AWS],
  ])("a scan of %s alone loads its code, and no other cloud's", async (_, start, own, other) => {
    const one = await start();
    try {
      const { report, files } = await one.scan(join(installed, "dist/commands.js"));
      expect(report.summary.evaluations.pass).toBeGreaterThan(0);
      expect(files.every((file) => file.startsWith(installed))).toBe(true);
      const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
      const loaded = (names: readonly string[]) =>
        names.filter((name) => texts.some((text) => text.includes(name)));
      expect(loaded(own)).toEqual(own);
      expect(loaded(other)).toEqual([]);
    } finally {
      await one.close();
    }
  });

  test.each([["scan"], ["evaluate"], ["check"], ["validate"], ["list"]])(
    "knows the command %s",
    async (command) => {
      const { said } = await probity(installed, command, "--help");
      expect(said).toContain(`Usage: probity ${command}`);
    },
  );

  test("a check of an endpoint that is not there ends as it should", async () => {
    const place = "tls://127.0.0.1:1";
    const ended = await run(process.execPath, ["bin/probity.js", "check", place], {
      cwd: installed,
    }).catch((error: unknown) => error);
    expect(ended).toMatchObject({ code: 3, stdout: expect.stringContaining("ECONNREFUSED") });
  });

  test("where what it was made of cannot be read, the sources run", async () => {
    const project = join(folder, "project");
    await writeFile(join(project, "dist/sources.json"), "{");
    const { ran } = await probity(project, ...POLICY);
    expect(ran).toEqual(["src"]);
  });
});
