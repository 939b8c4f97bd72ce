import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import type { Customer } from "#fixtures/estate/customer.ts";
import { optionsOf } from "#fixtures/estate/customer.ts";
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

  test("evidence that was changed is refused", async () => {
    const evidence = join(folder, "changed");
    await scanJson(customer("visma-sign"), "--evidence", evidence);
    const file = join(evidence, "observations.jsonl");
    writeFileSync(file, readFileSync(file, "utf8").replace("TLSv1.3", "TLSv1.0"));
    const ended = await probity(["evaluate", "--evidence", evidence]);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toContain("has changed since it was saved");
  });

  test("evidence is never mixed", async () => {
    const evidence = join(folder, "mixed");
    const one = customer("visma-sign");
    await scanJson(one, "--evidence", evidence);
    const args = ["scan", ...optionsOf(one.files), "--evidence", evidence];
    expect(await probity(args, one.environment)).toMatchObject({ code: 2 });
  });

  test("no secret reaches a report, the evidence or a log", async () => {
    for (const one of customers) {
      const evidence = join(folder, `secrets-${one.policy}`);
      const args = ["scan", "--debug", ...optionsOf(one.files), "--evidence", evidence];
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
    const estate = join(folder, "silent.yaml");
    const target = {
      id: "silent",
      provider: "endpoint",
      labels: ["service"],
      url: "https://silent.example",
      connect: { host: "127.0.0.1", port, httpPort: port },
    };
    writeFileSync(estate, stringify({ version: 1, targets: [target] }));
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
