import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { has } from "../../support/requirements.ts";
import { configurations } from "../../tls-servers/all.ts";
import type { RunningServer } from "../../tls-servers/configuration.ts";
import { pair, removeKeys, traditionalKey } from "../../tls-servers/keys.ts";
import { oldNode } from "../../tls-servers/old-node-packages.ts";
import { startTelling } from "../../tls-servers/process.ts";
import { type Attacked, attacked, statuses } from "./attacks-kit.ts";

const run = promisify(execFile);
const OPEN_SERVER = fileURLToPath(
  new URL("../../support/old-node-open-server.cjs", import.meta.url),
);

afterAll(removeKeys);

async function openNode(renegotiations: number): Promise<RunningServer> {
  const files = [await traditionalKey("rsa"), (await pair("rsa")).certFile];
  const args = [OPEN_SERVER, ...files, String(renegotiations)];
  return startTelling(oldNode("0.10.0"), args, /^port (\d+)$/);
}

const SOUND = {
  heartbleed: "not-vulnerable",
  "ccs-injection": "not-vulnerable",
  ticketbleed: "not-vulnerable",
  robot: "not-vulnerable",
  "tls-poodle": "not-vulnerable",
  "client-renegotiation": "not-vulnerable",
};

describe.skipIf(!has("oldNodes") || !has("openssl"))("OpenSSL 1.0.1e, in Node 0.10.0", () => {
  describe("that lets clients renegotiate", () => {
    let server: RunningServer;
    let result: Attacked;
    beforeAll(async () => {
      server = await openNode(1000);
      result = await attacked(server.port);
    });
    afterAll(async () => server.stop());

    test("has Heartbleed, CCS injection and renegotiation, and no more", () => {
      expect(statuses(result)).toEqual({
        ...SOUND,
        heartbleed: "vulnerable",
        "ccs-injection": "vulnerable",
        "client-renegotiation": "vulnerable",
      });
      expect(result.connections).toBe(11);
    });

    test.skipIf(!has("nmap"))("as nmap finds", async () => {
      const scripts = ["--script", "+ssl-heartbleed,+ssl-ccs-injection"];
      const target = ["-Pn", "-n", "-sT", "-p", String(server.port), "127.0.0.1"];
      const { stdout } = await run("nmap", [...scripts, ...target]);
      expect(stdout).toMatch(/ssl-heartbleed:\s+\|\s+VULNERABLE/);
      expect(stdout).toMatch(/ssl-ccs-injection:\s+\|\s+VULNERABLE/);
    });

    test.skipIf(!has("sslscan"))("and sslscan", async () => {
      const { stdout } = await run("sslscan", ["--no-colour", `127.0.0.1:${server.port}`]);
      expect(stdout).toMatch(/TLSv1\.2 vulnerable to heartbleed/);
    });
  });

  test("that keeps Node's limit of renegotiations", async () => {
    const server = await openNode(3);
    const result = await attacked(server.port);
    expect(statuses(result)["client-renegotiation"]).toBe("not-vulnerable");
    expect(result.findings.get("client-renegotiation")?.why).toMatch(/^takes 3 renegotiations/);
    await server.stop();
  });

  // It ends connections without the alerts that OpenSSL has made, so that CCS injection cannot be seen.
  const inTable = configurations.filter(({ name }) => name.startsWith("Node 0.10.0:"));
  test.each(inTable)("$name", async ({ start }) => {
    const server = await start();
    const found = statuses(await attacked(server.port, { timeoutMs: 3000 }));
    expect(found).toEqual({
      ...SOUND,
      heartbleed: "vulnerable",
      "ccs-injection": "unknown",
      "client-renegotiation": "unknown",
    });
    await server.stop();
  });
});

describe("no flaw is claimed", () => {
  // Those of Node 24 swallow the error by which Node tells of renegotiations, and so go on: see below.
  const modern = configurations.filter(({ name }) => !/^Node (0\.10\.0|24):/.test(name));
  for (const { name, needs, start } of modern) {
    const present = needs.map((need) => has(need)).every(Boolean);
    test.skipIf(!present)(name, async () => {
      const server = await start();
      const { findings } = await attacked(server.port);
      const claimed = [...findings].filter(([, { status }]) => status === "vulnerable");
      expect(claimed).toEqual([]);
      // Tests of what a server does before keys are agreed on tell something of every one.
      const known = [...findings].filter(([, { status }]) => status === "not-vulnerable");
      expect(known.length).toBeGreaterThan(0);
      await server.stop();
    });
  }

  test.skipIf(!has("openssl"))("Node 24 over HTTPS", async () => {
    const { certFile, keyFile } = await pair("rsa");
    const server = createServer({ cert: await readFile(certFile), key: await readFile(keyFile) });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    // A server on a TCP port has an AddressInfo.
    const { port } = server.address() as AddressInfo;
    const result = await attacked(port, { timeoutMs: 3000 });
    expect(statuses(result)).toEqual(SOUND);
    expect(result.findings.get("client-renegotiation")?.why).toMatch(/^takes 3 renegotiations/);
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
});

test.skipIf(!has("nginx") || !has("openssl"))(
  "everything is known of an ordinary nginx",
  async () => {
    const wanted = "nginx: Mozilla intermediate, RSA";
    const server = await configurations.find(({ name }) => name === wanted)?.start();
    if (server === undefined) throw new Error("no such server");
    const result = await attacked(server.port);
    expect(statuses(result)).toEqual(SOUND);
    // Neither RSA key exchange nor CBC: neither ROBOT nor POODLE costs a connection.
    expect(result.connections).toBe(5);
    await server.stop();
  },
);
