import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import probe from "#probes/ovh/dedicated-servers.ts";
import resources from "#probes/ovh/resources.ts";
import { signatureOf } from "#probes/ovh/signature.ts";
import { has, sharedFolder } from "../../support/requirements.ts";
import { BY_KEY, BY_TOKEN, ENVIRONMENT, fakeOvh, NOW } from "./fake.ts";

describe.runIf(has("shared"))("OVHcloud's own vectors of signatures", () => {
  const file = join(sharedFolder, "payloads/ovh/auth-signature-vectors.json");
  const vectors = JSON.parse(readFileSync(file, "utf8")) as {
    appKey: string;
    appSecret: string;
    consumerKey: string;
    time: number;
    url: string;
    bodyForPostPut: string;
    signatures: Record<string, string>;
  };

  test.each(Object.entries(vectors.signatures))("%s", (method, signature) => {
    const { appKey, appSecret, consumerKey, time, url, bodyForPostPut } = vectors;
    const key = { applicationKey: appKey, applicationSecret: appSecret, consumerKey };
    const body = method === "POST" || method === "PUT" ? bodyForPostPut : "";
    expect(signatureOf(key, { method, url, body, time })).toBe(signature);
  });
});

const problems = async (
  scan: Awaited<ReturnType<typeof fakeOvh>>["scan"],
  environment = ENVIRONMENT,
) => {
  const gathered = await scan({ environment }).gather(probe);
  return gathered.problems.map(({ reason, message }) => `${reason}: ${message}`);
};

describe("a service account", async () => {
  const clock = { now: NOW };
  const { scan, api } = await fakeOvh(BY_TOKEN, { now: () => clock.now });
  const tokens = () => api.calls.filter(({ path }) => path.endsWith("/oauth2/token")).length;

  test("signs in once for all questions of a scan, probes beside each other too", async () => {
    const before = tokens();
    const one = scan();
    const [a, b] = await Promise.all([one.gather(probe), one.gather(resources)]);
    expect([...a.problems, ...b.problems]).toEqual([]);
    expect(tokens() - before).toBe(1);
  });

  test("takes a new token before the old one ends", async () => {
    const before = tokens();
    const one = scan({ now: () => clock.now });
    await one.gather(resources);
    clock.now = new Date(NOW.getTime() + 3400 * 1000);
    expect((await one.gather(probe)).problems).toEqual([]);
    expect(tokens() - before).toBe(2);
    clock.now = NOW;
  });

  test("with a wrong secret: denied, and it says what to check", async () => {
    expect(await problems(scan, { ...ENVIRONMENT, OVH_SECRET: "another-secret" })).toEqual([
      expect.stringMatching(
        /^denied: OVHcloud's token endpoint did not accept the credentials .*invalid_client/,
      ),
    ]);
  });

  test.each<[string, string, RegExp]>([
    ["no JSON", "<html>", /^malformed: the answer is no JSON/],
    ["no token", "{}", /^malformed: .* no usable token/],
    [
      "a token for another header",
      '{"access_token":"a\\r\\nb","expires_in":10}',
      /^malformed: .* no usable token/,
    ],
    ["a token without end", '{"access_token":"abcdef"}', /^malformed: .* no usable token/],
  ])("%s", async (_, body, expected) => {
    api.setFaults({ path: /token$/, fault: { kind: "body", body } });
    expect(await problems(scan)).toEqual([expect.stringMatching(expected)]);
  });

  test("a token endpoint that fails is asked again", async () => {
    api.setFaults({ path: /token$/, fault: { kind: "status", status: 503 }, times: 1 });
    expect(await problems(scan)).toEqual([]);
  });
});

describe("an application key", async () => {
  const { scan, api } = await fakeOvh(BY_KEY, { clockOffset: 4000 });

  test("signs by the API's clock, which is asked once; the query string is signed too", async () => {
    const { default: buckets } = await import("#probes/ovh/object-storage.ts");
    const { problems: found, observations } = await scan().gather(buckets);
    expect(found).toEqual([]);
    expect(observations.length).toBeGreaterThan(5);
    expect(api.calls.filter(({ path }) => path === "/v1/auth/time")).toHaveLength(1);
    expect(api.calls.some(({ path }) => path.endsWith("?limit=1"))).toBe(true);
    expect(api.calls.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });

  test.each([
    [
      "another secret",
      { OVH_KEY_SECRET: "wrong-secret" },
      /^denied: OVHcloud did not accept the application key \(INVALID_SIGNATURE\)/,
    ],
    [
      "another consumer",
      { OVH_CONSUMER: "wrong-consumer" },
      /^denied: OVHcloud refused .*This credential is not valid/,
    ],
    [
      "another application",
      { OVH_KEY: "wrong-application" },
      /^denied: OVHcloud did not accept the credentials .*You must login first/,
    ],
  ])("%s", async (_, change, expected) => {
    expect(await problems(scan, { ...ENVIRONMENT, ...change })).toEqual([
      expect.stringMatching(expected),
    ]);
  });

  test("a clock that tells nothing", async () => {
    api.setFaults({ path: /auth\/time$/, fault: { kind: "body", body: '"now"' } });
    expect(await problems(scan)).toEqual([expect.stringMatching(/^malformed: OVHcloud's clock/)]);
  });
});

describe("without credentials", async () => {
  const { scan, api } = await fakeOvh({});

  test("nothing is asked, and it says what to name", async () => {
    expect(await problems(scan)).toEqual([
      expect.stringMatching(/^denied: credentials must name clientId and clientSecret/),
    ]);
    expect(api.calls).toEqual([]);
  });
});
