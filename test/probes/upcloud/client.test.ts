/** Signing in, errors, and secrets that must not come out. */
import { describe, expect, test } from "vitest";
import { COMPLETE, NOW } from "#fixtures/estate/upcloud/complete.ts";
import { createRedactor } from "#gather/redact.ts";
import { errorOf, withoutSecrets } from "#probes/upcloud/client.ts";
import servers from "#probes/upcloud/servers.ts";
import { PROBES } from "./probes.ts";
import { fakeUpcloud, PASSWORD, TOKEN, told } from "./upcloud.ts";

const PAIR = Buffer.from(`probity:${PASSWORD}`).toString("base64");

describe("by token", async () => {
  const upcloud = await fakeUpcloud();

  test("is a bearer", async () => {
    expect(told(await upcloud.gather(servers, COMPLETE))).toEqual([]);
    expect(upcloud.api.calls[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
  });

  test("a token that ended", async () => {
    upcloud.setKeys({ expires: NOW });
    const lines = told(await upcloud.gather(servers, COMPLETE, []));
    expect(lines).toEqual([
      "inventory denied server:*: UpCloud did not accept the credentials (status 401: AUTHENTICATION_FAILED: Authentication failed using the given username and password.): check what the target's credentials name",
    ]);
  });

  test.each<[string, object, string]>([
    ["an older error", { kind: "status", status: 403 }, "denied"],
    ["no answer in time", { kind: "hang" }, "timeout"],
    ["a failure", { kind: "status", status: 503 }, "unreachable"],
    ["too many requests", { kind: "status", status: 429 }, "throttled"],
    ["a redirect, which is not followed", { kind: "status", status: 301 }, "malformed"],
    ["what is no JSON", { kind: "body", body: "<html>" }, "malformed"],
    ["cut in the middle", { kind: "cut" }, "unreachable"],
  ])("%s", async (_, fault, reason) => {
    upcloud.api.setFaults({ path: /server/, fault: fault as never });
    // Only what never comes is worth a short wait.
    const callMilliseconds = reason === "timeout" ? 300 : 10_000;
    const found = await upcloud.gather(servers, COMPLETE, [], { callMilliseconds });
    expect(found.problems.map((one) => one.reason)).toEqual([reason]);
    expect(found.observations).toEqual([]);
  });

  test("one that passes is asked again", async () => {
    upcloud.api.setFaults({ path: /server/, fault: { kind: "status", status: 429 }, times: 2 });
    expect(told(await upcloud.gather(servers, COMPLETE, []))).toEqual([]);
  });

  test.each(PROBES.map((probe) => [probe.id, probe] as const))(
    "%s gives out no secret, whatever the server repeats",
    async (_, probe) => {
      upcloud.api.setFaults({ path: /./, fault: { kind: "echo", status: 403 }, times: 3 });
      const redactor = createRedactor([TOKEN]);
      const logged: unknown[] = [];
      const log = (...all: unknown[]) => logged.push(all);
      const refused = await upcloud.gather(probe, COMPLETE, undefined, { redactor, log });
      const found = await upcloud.gather(probe, COMPLETE, undefined, { redactor, log });
      const everything = JSON.stringify([refused, found, logged]);
      for (const secret of [TOKEN, PASSWORD, PAIR, "canary"]) {
        expect(everything).not.toContain(secret);
      }
    },
  );
});

describe("by name and password", async () => {
  const upcloud = await fakeUpcloud({ env: { username: "USERNAME", password: "PASSWORD" } });

  test("is basic, and neither comes out", async () => {
    upcloud.api.setFaults({ path: /firewall_rule/, fault: { kind: "echo", status: 403 } });
    const found = await upcloud.gather(servers, COMPLETE);
    expect(upcloud.api.calls[0]?.headers.authorization).toBe(`Basic ${PAIR}`);
    expect(told(found)[0]).toContain("ingress denied server:*: UpCloud refused");
    expect(JSON.stringify(found)).not.toContain(PASSWORD);
    expect(JSON.stringify(found)).not.toContain(PAIR);
  });
});

describe("by the variables of UpCloud's own tools", async () => {
  const upcloud = await fakeUpcloud({});

  test("where the estate names nothing", async () => {
    const environment = { UPCLOUD_TOKEN: TOKEN };
    expect(told(await upcloud.gather(servers, COMPLETE, [], { environment }))).toEqual([]);
    const both = { UPCLOUD_USERNAME: "probity", UPCLOUD_PASSWORD: PASSWORD };
    expect(told(await upcloud.gather(servers, COMPLETE, [], { environment: both }))).toEqual([]);
  });

  test("none: nothing is sent", async () => {
    const before = upcloud.api.calls.length;
    expect(told(await upcloud.gather(servers, COMPLETE, [], { environment: {} }))).toEqual([
      "inventory denied server:*: no credentials: name a token, or username and password, in the target's credentials, or set UPCLOUD_TOKEN",
    ]);
    expect(upcloud.api.calls).toHaveLength(before);
  });
});

describe("a variable that is not there", async () => {
  const upcloud = await fakeUpcloud({ env: { token: "NOWHERE" } });

  test("is named", async () => {
    const [line] = told(await upcloud.gather(servers, COMPLETE, []));
    expect(line).toContain("NOWHERE");
  });
});

test("secrets are dropped at whatever depth", () => {
  const raw = {
    a: [{ service_uri: "x", psk: "y", b: { password: "z", keep: 1 } }],
    kubeconfig: "k",
  };
  expect(withoutSecrets(raw)).toEqual({ a: [{ b: { keep: 1 } }] });
  let deep: unknown = "end";
  for (let level = 0; level < 10_000; level += 1) deep = [deep];
  expect(JSON.stringify(withoutSecrets(deep)).length).toBeLessThan(200);
});

test.each<[unknown, string, string]>([
  [{ error: { error_code: "A", error_message: "b" } }, "A", "b"],
  [{ type: "https://x/errors#C", title: "d" }, "C", "d"],
  [{ type: 7, title: [] }, "", ""],
  [undefined, "", ""],
  ["text", "", ""],
])("the error body %j", (body, code, message) => {
  expect(errorOf(body)).toEqual({ code, message });
});
