import { afterAll, describe, expect, test } from "vitest";
import { has } from "../../support/requirements.ts";
import { removeKeys } from "../../tls-servers/keys.ts";
import { behaviourOf } from "./behaviour-kit.ts";
import { SERVERS } from "./behaviour-servers.ts";

afterAll(removeKeys);

describe("what real servers do is what their settings say", () => {
  for (const { name, needs, start, expected } of SERVERS) {
    const present = needs.map((need) => has(need)).every(Boolean);
    test.skipIf(!present)(name, { timeout: 60_000 }, async () => {
      const server = await start();
      try {
        const { tests, answers } = await behaviourOf(server.port, { timeoutMs: 15_000 });
        expect(answers).toEqual(expected);
        expect(tests.map(({ test: one }) => one)).toEqual(Object.keys(expected));
        for (const { answer, why } of tests) {
          if (answer === "unknown" || answer === "not-applicable") expect(why).not.toBeNull();
        }
      } finally {
        await server.stop();
      }
    });
  }
});
