import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import type { Customer } from "#fixtures/estate/customer.ts";
import { optionsOf } from "#fixtures/estate/customer.ts";
import type { RecordedAnswer } from "#gather/context.ts";
import type { Observation } from "#model/evidence.ts";
import type { Report } from "#model/report.ts";
import { runningCustomers } from "../support/customers.ts";
import { probity, start } from "../support/probity.ts";

const folder = mkdtempSync(join(tmpdir(), "probity-cli-"));
let customers: readonly Customer[] = [];
let stop = async () => {};

beforeAll(async () => {
  ({ customers, stop } = await runningCustomers());
});
afterAll(async () => {
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

function customer(policy: string): Customer {
  const found = customers.find((one) => one.policy === policy);
  if (found === undefined) throw new Error(policy);
  return found;
}

async function scanJson(one: Customer, ...more: string[]) {
  const output = join(folder, `${one.policy}.json`);
  const args = ["scan", ...optionsOf(one.files), "--format", "json", "--output", output, ...more];
  const ended = await probity(args, one.environment);
  return { ended, text: readFileSync(output, "utf8") };
}

describe("probity scan", () => {
  test("a denied call, a dead endpoint and a stray cost nothing but themselves", async () => {
    const one = customer("kizeo-forms");
    const { ended, text } = await scanJson(one);
    const report = JSON.parse(text) as Report;
    expect(ended).toMatchObject({ code: 1, stderr: "" });
    expect(report.complete).toBe(true);
    for (const [id, verdict] of Object.entries(one.expected)) {
      expect(
        report.claims.find((claim) => claim.id === id),
        id,
      ).toMatchObject({ verdict });
    }
    expect(report.problems).toContainEqual(
      expect.objectContaining({ reason: "denied", permission: "s3:GetBucketPolicy" }),
    );
    expect(report.problems).toContainEqual(
      expect.objectContaining({ reason: "unreachable", target: "webservice" }),
    );
    const { claims, evaluations } = report.summary;
    expect(Object.values(claims).reduce((a, b) => a + b)).toBe(report.claims.length);
    expect(evaluations.pass).toBeGreaterThan(20);
  });

  test("saved evidence judged again gives the same report, byte for byte", async () => {
    for (const one of customers) {
      const evidence = join(folder, `evidence-${one.policy}`);
      const { text } = await scanJson(one, "--evidence", evidence);
      const again = await probity(["evaluate", "--evidence", evidence, "--format", "json"]);
      expect(again.stdout).toBe(text);
      expect(again.code).toBe(one.exitCode);
    }
  });

  test("--answers keeps what was answered, each under the hash that the readings name", async () => {
    const evidence = join(folder, "answers");
    const one = customer("pingflow");
    const { text } = await scanJson(one, "--evidence", evidence, "--answers");
    const linesOf = (name: string) => readFileSync(join(evidence, name), "utf8").trim().split("\n");
    const kept = linesOf("answers.jsonl").map((line) => JSON.parse(line) as RecordedAnswer);
    for (const { answer, sha256 } of kept) {
      expect(createHash("sha256").update(JSON.stringify(answer)).digest("hex")).toBe(sha256);
    }
    const hashes = new Set(kept.map(({ sha256 }) => sha256));
    const read = linesOf("observations.jsonl")
      .map((line) => JSON.parse(line) as Observation)
      .filter(({ facet }) => facet === "http");
    expect(read.length).toBeGreaterThan(0);
    for (const { source } of read) expect(hashes).toContain(source.sha256);
    expect(readFileSync(join(evidence, "manifest.json"), "utf8")).toContain("answers.jsonl");
    const again = await probity(["evaluate", "--evidence", evidence, "--format", "json"]);
    expect(again.stdout).toBe(text);
  });

  test("--answers without --evidence is refused", async () => {
    const one = customer("pingflow");
    const args = ["scan", ...optionsOf(one.files), "--answers"];
    const { code, stderr } = await probity(args, one.environment);
    expect(code).toBe(2);
    expect(stderr).toContain("--evidence");
  });

  test("evidence that was changed is refused", async () => {
    const evidence = join(folder, "changed");
    await scanJson(customer("visma-sign"), "--evidence", evidence);
    const file = join(evidence, "observations.jsonl");
    writeFileSync(file, readFileSync(file, "utf8").replace("TLSv1.3", "TLSv1.0"));
    const ended = await probity(["evaluate", "--evidence", evidence]);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toContain("has changed since it was saved");
  });

  test("a report never takes the place of a file that it is made from, nor of a device", async () => {
    const one = customer("visma-sign");
    const args = ["scan", ...optionsOf(one.files), "--only", "vs-no-sla"];
    const estate = one.files.estate[0] ?? "";
    const before = readFileSync(estate, "utf8");
    expect(await probity([...args, "--output", estate])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("would overwrite"),
    });
    expect(readFileSync(estate, "utf8")).toBe(before);
    expect(await probity([...args, "--output", "/dev/null"])).toMatchObject({ code: 0 });
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
    expect(await probity([...args, "--output", join(folder, "no", "r.txt")])).toMatchObject({
      code: 2,
    });
  });

  test("evidence is never mixed", async () => {
    const evidence = join(folder, "mixed");
    const one = customer("visma-sign");
    await scanJson(one, "--evidence", evidence);
    const args = ["scan", ...optionsOf(one.files), "--evidence", evidence];
    expect(await probity(args, one.environment)).toMatchObject({ code: 2 });
  });

  test("a folder that cannot take the evidence is refused before anything is asked", async () => {
    const { server, port } = await silentServer();
    let asked = 0;
    server.on("connection", () => (asked += 1));
    const estate = silentEstate("refused.yaml", port);
    const file = join(folder, "a-file");
    writeFileSync(file, "");
    for (const evidence of [folder, file, join(file, "below"), "/proc/none"]) {
      const policy = customer("visma-sign").files.policy;
      const args = ["--policy", ...policy, "--estate", estate, "--evidence", evidence];
      const ended = await probity(["scan", ...args]);
      expect(ended).toMatchObject({ code: 2, stdout: "" });
      expect(ended.stderr).toContain(evidence);
    }
    expect(asked).toBe(0);
    server.close();
  });

  test("evidence that cannot be saved at the end costs an error, not the report", async () => {
    const { server, port } = await silentServer();
    const evidence = join(folder, "taken-meanwhile");
    const policy = customer("visma-sign").files.policy;
    const estate = silentEstate("meanwhile.yaml", port);
    const args = ["--policy", ...policy, "--estate", estate, "--evidence", evidence];
    const { child, ended } = start(["scan", ...args, "--format", "json"]);
    await once(server, "connection");
    writeFileSync(join(evidence, "other"), "");
    child.kill("SIGINT");
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(2);
    expect((JSON.parse(stdout) as Report).complete).toBe(false);
    expect(stderr).toContain("is not empty");
    server.close();
  });

  test("no secret reaches a report, the evidence or a log", async () => {
    for (const one of customers) {
      const evidence = join(folder, `secrets-${one.policy}`);
      const args = [
        "scan",
        "--debug",
        ...optionsOf(one.files),
        "--evidence",
        evidence,
        "--answers",
      ];
      const { stdout, stderr } = await probity(args, one.environment);
      const files = readdirSync(evidence).map((name) => readFileSync(join(evidence, name), "utf8"));
      const all = [stdout, stderr, ...files].join("\n");
      for (const [name, value] of Object.entries(one.environment)) {
        if (name.endsWith("_ID")) continue;
        expect(all).not.toContain(value);
      }
      expect(all).not.toMatch(/eyJ[\w-]{10,}\.|AWS4-HMAC-SHA256|Signature=[0-9a-f]{20}/);
    }
  });

  test("--only judges what it names and refuses what nobody has", async () => {
    const one = customer("visma-sign");
    const { text } = await scanJson(one, "--only", "vs-api-*");
    const report = JSON.parse(text) as Report;
    expect(report.claims.map(({ id }) => id)).toEqual(["vs-api-encrypted", "vs-api-auth"]);
    const args = ["scan", ...optionsOf(one.files), "--only", "vs-apy"];
    expect(await probity(args)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("vs-apy"),
    });
  });

  test("--now judges for another day: the attestation in force has lapsed by then", async () => {
    const { text } = await scanJson(customer("visma-sign"), "--now", "2099-01-01T00:00:00Z");
    const report = JSON.parse(text) as Report;
    expect(report.asOf).toBe("2099-01-01T00:00:00.000Z");
    expect(report.claims.find(({ id }) => id === "vs-training")).toMatchObject({
      verdict: "lapsed",
    });
    expect(report.claims.find(({ id }) => id === "vs-transit-tls")).toMatchObject({
      verdict: "unverified",
    });
  });

  test("--full lists every pass", async () => {
    const { text } = await scanJson(customer("kizeo-forms"), "--full");
    for (const { checks } of (JSON.parse(text) as Report).claims) {
      for (const { counts, evaluations } of checks) {
        const { pass, fail, unknown, error } = counts;
        expect(evaluations).toHaveLength(pass + fail + unknown + error + counts["not-applicable"]);
      }
    }
  });

  test("cut off by SIGINT it still reports, marked incomplete", async () => {
    const { server, port } = await silentServer();
    const estate = silentEstate("silent.yaml", port);
    const policy = customer("visma-sign").files.policy;
    const args = ["--policy", ...policy, "--estate", estate, "--format", "json"];
    const { child, ended } = start(["scan", ...args]);
    await once(server, "connection");
    child.kill("SIGINT");
    const { code, stdout } = await ended;
    const report = JSON.parse(stdout) as Report;
    expect(code).toBe(3);
    expect(report.complete).toBe(false);
    expect(report.problems).toContainEqual(expect.objectContaining({ reason: "cancelled" }));
    server.close();
  });
});

/** An estate whose one endpoint never answers. */
function silentEstate(name: string, port: number): string {
  const file = join(folder, name);
  const target = {
    id: "silent",
    provider: "endpoint",
    labels: ["service"],
    url: "https://silent.example",
    connect: { host: "127.0.0.1", port, httpPort: port },
  };
  writeFileSync(file, stringify({ version: 1, targets: [target] }));
  return file;
}

/** Takes connections and never says a word. */
async function silentServer(): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return { server, port: typeof address === "object" && address !== null ? address.port : 0 };
}
