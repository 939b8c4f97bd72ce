import { afterAll, expect, test } from "vitest";
import { closedPort } from "#fixtures/estate/endpoints.ts";
import { startSsh, type RunningSsh, type SshSettings } from "#fixtures/estate/ssh.ts";
import type { CheckReport } from "#model/check-report.ts";
import { probity } from "../support/probity.ts";

const servers: RunningSsh[] = [];
afterAll(async () => {
  await Promise.all(servers.map(({ close }) => close()));
});
async function serve(settings: SshSettings): Promise<string> {
  const server = await startSsh(settings);
  servers.push(server);
  return `ssh://127.0.0.1:${server.port}`;
}

test("shows host keys and weak algorithms on one screen", async () => {
  const url = await serve({
    hostKeys: [1024, "ed25519"],
    ciphers: ["aes128-ctr", "3des-cbc"],
    software: "OpenSSH_6.0",
  });
  const { code, stdout } = await probity(["check", url]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^✗ ssh:\/\/127\.0\.0\.1:\d+: 2 of 2 checks fail by RFC 9142/);
  expect(stdout).toMatch(/Host keys +rsa of 1024 bits SHA256:/);
  expect(stdout).toMatch(/ed25519 SHA256:/);
  expect(stdout).toContain("Software      OpenSSH_6.0");
  expect(stdout).toContain("BROKEN: 3des-cbc (blocks of 64 bits: SWEET32)");
  expect(stdout).toMatch(/ssh-key-strength: too weak: SHA256:/);
  expect(stdout.split("\n").length).toBeLessThanOrEqual(41);
});

test("is good where nothing is broken, and gives the same as data", async () => {
  const url = await serve({ hostKeys: [2048, "ed25519"] });
  const { code, stdout } = await probity(["check", url, "--format", "json"]);
  expect(code).toBe(0);
  const report = JSON.parse(stdout) as CheckReport;
  expect(report).toMatchObject({
    reachable: true,
    tls: null,
    http: null,
    ssh: { keys: { keys: [{ algorithm: "rsa", bits: 2048 }, { algorithm: "ed25519" }] } },
  });
});

test("a key that is not proven is not good", async () => {
  const url = await serve({
    hostKeys: ["ed25519"],
    tamper: { signature: (honest) => Buffer.from(honest).fill(0) },
  });
  const { code, stdout } = await probity(["check", url]);
  expect(code).toBe(3);
  expect(stdout).toMatch(/NOT SEEN, the exchange is not signed by the key/);
});

test("nothing there is not known, in the words of SSH", async () => {
  const { code, stdout } = await probity(["check", `ssh://127.0.0.1:${await closedPort()}`]);
  expect(code).toBe(3);
  expect(stdout).toMatch(/could not be reached: refuses connections/);
  expect(stdout).not.toContain("TLS");
});
