import { describe, expect, test } from "vitest";
import { targetLimits } from "#gather/context.ts";
import { estateSchema, type Target } from "#model/estate.ts";
import { estate } from "../support/evidence.ts";

const [target] = estate().targets as [Target];

function parsed(limits: Record<string, string>) {
  return estateSchema.safeParse({ version: 1, targets: [{ ...target, limits }] });
}

describe("limits of time", () => {
  test.each(["PT1S", "PT1H", "PT3600S"])("a call may take %s", (callTimeout) => {
    expect(parsed({ callTimeout }).success).toBe(true);
  });

  test.each(["PT0S", "PT3601S", "P1D", "P1M", "P9999999999999Y", "soon"])(
    "a call may not take %s",
    (callTimeout) => {
      expect(parsed({ callTimeout }).success).toBe(false);
    },
  );

  test.each(["PT0S", "P1DT1S", "P30D", "P60D", "P1Y"])(
    "a target may not take %s, and the message says what may be",
    (targetTimeout) => {
      const { error } = parsed({ targetTimeout });
      expect(error?.issues[0]?.message).toContain("at most P1D");
    },
  );

  test.each(["P30D", "P60D", "P9999999999999Y"])(
    "what no timer can count does not end a scan at once: %s",
    (time) => {
      const limits = { targetTimeout: time, callTimeout: time };
      const { signal, callMilliseconds } = targetLimits(
        { ...target, limits },
        new AbortController().signal,
      );
      expect(signal.aborted).toBe(false);
      expect(callMilliseconds).toBe(86_400_000);
    },
  );
});
