import control from "#controls/storage/key-rotation.ts";
import type { KeyRotation } from "#model/security-facets.ts";
import { defineCases } from "./cases.ts";

const key = (
  enabled: boolean | null,
  periodDays: number | null = null,
  detail = "the setting",
): { keyRotation: KeyRotation } => ({ keyRotation: { enabled, periodDays, detail } });

export default defineCases(control, [
  {
    name: "rotates by itself",
    expect: {},
    facets: key(true, 365),
    outcome: "pass",
    says: "rotates every 365 days; declared: automatic rotation",
  },
  {
    name: "does not rotate",
    expect: {},
    facets: key(false),
    outcome: "fail",
    says: "does not rotate by itself (the setting)",
  },
  {
    name: "at the longest period",
    expect: { maximumPeriodDays: 365 },
    facets: key(true, 365),
    outcome: "pass",
    says: "every 365 days or sooner",
  },
  {
    name: "one day more is too long",
    expect: { maximumPeriodDays: 365 },
    facets: key(true, 366),
    outcome: "fail",
    says: "rotates every 366 days only",
  },
  {
    name: "sooner than declared is stricter",
    expect: { maximumPeriodDays: 365 },
    facets: key(true, 90),
    outcome: "pass",
    says: "rotates every 90 days",
  },
  {
    name: "a period that nobody tells",
    expect: { maximumPeriodDays: 365 },
    facets: key(true),
    outcome: "unknown",
    says: "nothing says how often it rotates",
  },
  {
    name: "a period that nobody tells does not matter where none is declared",
    expect: {},
    facets: key(true),
    outcome: "pass",
    says: "rotates by itself (the setting)",
  },
  {
    name: "a key that does not rotate has no period to be judged",
    expect: { maximumPeriodDays: 365 },
    facets: key(false),
    outcome: "fail",
    says: "does not rotate by itself",
  },
  {
    name: "a key that cannot rotate is left out with the reason",
    expect: {},
    facets: key(null, null, "asymmetric keys\u202e (RSA_2048) cannot rotate"),
    outcome: "not-applicable",
    says: "has no rotation to set: asymmetric keys\\u{202e} (RSA_2048) cannot rotate",
  },
  {
    name: "what is no key",
    expect: {},
    facets: {},
    outcome: "not-applicable",
    says: "is no encryption key",
  },
]);
