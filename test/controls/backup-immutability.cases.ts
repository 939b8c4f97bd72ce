import control from "#controls/resilience/backup-immutability.ts";
import type { Immutability } from "#model/backup-facets.ts";
import { defineCases } from "./cases.ts";

const locked = (mode: Immutability["mode"], minimumDays: number | null = null) => ({
  immutability: { mode, minimumDays, detail: "the setting" } satisfies Immutability,
});

export default defineCases(control, [
  {
    name: "locked for everybody",
    expect: { mode: "compliance", minimum: "P30D" },
    facets: locked("compliance", 30),
    outcome: "pass",
    says: "locked in compliance mode for 30 days at least (the setting); declared: locked in compliance mode, for at least P30D",
  },
  {
    name: "a lock that holds for everybody holds for most",
    expect: {},
    facets: locked("compliance"),
    outcome: "pass",
    says: "declared: locked in governance mode",
  },
  {
    name: "a lock that some may lift",
    expect: { mode: "compliance" },
    facets: locked("governance", 365),
    outcome: "fail",
    says: "can be lifted by whoever has the right to (the setting)",
  },
  {
    name: "a lock that some may lift, where that is declared",
    expect: { mode: "governance" },
    facets: locked("governance"),
    outcome: "pass",
    says: "locked in governance mode",
  },
  {
    name: "not locked",
    expect: { minimum: "P1D" },
    facets: locked("none"),
    outcome: "fail",
    says: "is not locked (the setting); declared",
  },
  {
    name: "not told",
    expect: {},
    facets: locked(null),
    outcome: "unknown",
    says: "cannot be told",
  },
  {
    name: "too short",
    expect: { minimum: "P30D" },
    facets: locked("compliance", 29),
    outcome: "fail",
    says: "locked for 29 days only",
  },
  {
    name: "too short, whatever the mode may be",
    expect: { minimum: "P30D" },
    facets: locked(null, 7),
    outcome: "fail",
    says: "locked for 7 days only",
  },
  {
    name: "a month is 28 days at the least",
    expect: { minimum: "P1M" },
    facets: locked("compliance", 28),
    outcome: "pass",
    says: "28 days",
  },
  {
    name: "for how long is not said",
    expect: { minimum: "P30D" },
    facets: locked("compliance"),
    outcome: "unknown",
    says: "is not said",
  },
  {
    name: "what cannot be locked",
    expect: {},
    facets: {},
    outcome: "not-applicable",
    says: "cannot be locked",
  },
]);
