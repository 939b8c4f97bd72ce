import { describe, expect, test } from "vitest";
import { createRedactor } from "#gather/redact.ts";
import type { Probe } from "#model/probe.ts";
import { probes } from "#probes/index.ts";
import { BY_KEY, BY_TOKEN, ENVIRONMENT, fakeOvh, SECRETS } from "./fake.ts";

// What speaks S3 asks another server, and is tested with it.
const entries = probes.filter(
  ({ provider, id }) => provider === "ovh" && id !== "ovh-object-storage-s3",
);
const VALUES: Readonly<Record<string, string>> = ENVIRONMENT;
/** In the answers, and the consumer key. */
const OTHERS = [
  "kizeo-uri-password-77",
  "kizeo-consumer-key-000000000001",
  // Of the account's people and their telephones.
  "canary-ovh-email",
  "canary-ovh-birthday",
  "canary-ovh-description",
  "490000011",
  "690000012",
  "203.0.113.99",
];

describe.each([
  ["service account", BY_TOKEN],
  ["application key", BY_KEY],
])("with a %s", async (_, credentials) => {
  const { scan, api } = await fakeOvh(credentials);

  /** All that one scan of all probes leaves behind. */
  async function leavings() {
    const redactor = createRedactor();
    const answers: unknown[] = [];
    const one = scan({
      redactor,
      record: (answer) => answers.push(answer),
      secret: (_target, name) => {
        const reference = Object.entries(credentials).find(([known]) => known === name)?.[1];
        const value = reference === undefined ? undefined : VALUES[reference];
        if (value !== undefined) redactor.learn(value);
        return value;
      },
    });
    const gathered = [];
    for (const entry of entries) {
      const { default: probe }: { default: Probe } = await entry.load();
      gathered.push(await one.gather(probe));
    }
    return { text: JSON.stringify([gathered, one.logged, answers]), gathered };
  }

  const tokens = () =>
    api.calls.flatMap(
      ({ headers }) => /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1] ?? [],
    );

  test("no secret is in what is kept", async () => {
    const { text, gathered } = await leavings();
    expect(gathered.flatMap(({ problems }) => problems)).toEqual([]);
    for (const secret of [...Object.values(SECRETS), ...OTHERS, ...tokens()]) {
      expect(text).not.toContain(secret);
    }
  });

  test.each([/./, /\/v1\/(?:dedicated|vrack|ip)/, /\/region/])(
    "nor where a server repeats all that was sent: %s",
    async (path) => {
      api.setFaults({ path, fault: { kind: "echo", status: 403 } });
      const { text, gathered } = await leavings();
      expect(gathered.flatMap(({ problems }) => problems).length).toBeGreaterThan(0);
      for (const secret of [...Object.values(SECRETS), ...tokens()]) {
        expect(text).not.toContain(secret);
      }
    },
  );
});
