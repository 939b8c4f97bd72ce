import control from "#controls/access/password-policy.ts";
import type { PasswordPolicy } from "#model/security-facets.ts";
import { defineCases } from "./cases.ts";

const STRICT: PasswordPolicy = {
  set: true,
  minimumLength: 14,
  uppercase: true,
  lowercase: true,
  digits: true,
  symbols: false,
  maximumAgeDays: 90,
  remembered: 24,
};
const policy = (fields: Partial<PasswordPolicy> = {}) => ({
  passwordPolicy: { ...STRICT, ...fields },
});
const DEFAULT = policy({
  set: false,
  minimumLength: 8,
  uppercase: false,
  lowercase: false,
  digits: false,
  maximumAgeDays: null,
  remembered: null,
});

export default defineCases(control, [
  {
    name: "as long as declared",
    expect: { minimumLength: 14, characters: ["uppercase", "digits"] },
    facets: policy(),
    outcome: "pass",
    says: "declared: at least 14 characters, with uppercase, digits",
  },
  {
    name: "longer than declared",
    expect: { minimumLength: 8 },
    facets: policy(),
    outcome: "pass",
    says: "at least 8",
  },
  {
    name: "too short",
    expect: { minimumLength: 15 },
    facets: policy(),
    outcome: "fail",
    says: "passwords of 14 characters are accepted",
  },
  {
    name: "nobody set one: the provider's default counts, and is told apart",
    expect: { minimumLength: 8 },
    facets: DEFAULT,
    outcome: "pass",
    says: "nobody set a policy",
  },
  {
    name: "the provider's default is too short",
    expect: { minimumLength: 12, remembered: 5 },
    facets: DEFAULT,
    outcome: "fail",
    says: /passwords of 8 characters are accepted \(nobody set a policy.*former passwords are accepted/,
  },
  {
    name: "three of four classes do not make any of them required",
    expect: { characters: ["digits"] },
    facets: DEFAULT,
    outcome: "fail",
    says: "not required: digits",
  },
  {
    name: "a class that is not required",
    expect: { characters: ["uppercase", "symbols"] },
    facets: policy(),
    outcome: "fail",
    says: "not required: symbols",
  },
  {
    name: "a class of which nothing is known",
    expect: { characters: ["symbols"] },
    facets: policy({ symbols: null }),
    outcome: "unknown",
    says: "not known to be required: symbols",
  },
  {
    name: "a length of which nothing is known",
    expect: { minimumLength: 8 },
    facets: policy({ minimumLength: null }),
    outcome: "unknown",
    says: "how long",
  },
  {
    name: "one failure is enough, whatever is not known",
    expect: { minimumLength: 8, remembered: 30 },
    facets: policy({ minimumLength: null }),
    outcome: "fail",
    says: "only 24 former passwords are refused",
  },
  {
    name: "three months are up to 92 days",
    expect: { maximumAge: "P3M" },
    facets: policy({ maximumAgeDays: 92 }),
    outcome: "pass",
    says: "up to 92 days",
  },
  {
    name: "expires too late",
    expect: { maximumAge: "P3M" },
    facets: policy({ maximumAgeDays: 93 }),
    outcome: "fail",
    says: "after 93 days only",
  },
  {
    name: "never expires",
    expect: { maximumAge: "P1Y" },
    facets: policy({ maximumAgeDays: null }),
    outcome: "fail",
    says: "never expire",
  },
  {
    name: "what has no passwords",
    expect: { minimumLength: 8 },
    facets: {},
    outcome: "not-applicable",
    says: "no password policy",
  },
]);
