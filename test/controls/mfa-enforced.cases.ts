import control from "#controls/access/mfa-enforced.ts";
import type { SignIn } from "#model/security-facets.ts";
import { defineCases } from "./cases.ts";

const user = (fields: Partial<SignIn> = {}) => ({
  signIn: { root: false, password: true, mfa: true, activeKeys: 0, caveat: null, ...fields },
});

export default defineCases(control, [
  {
    name: "a user with a second factor",
    expect: {},
    facets: user(),
    outcome: "pass",
    says: "the user has a second factor",
  },
  {
    name: "a user without one",
    expect: {},
    facets: user({ mfa: false }),
    outcome: "fail",
    says: "the user has no second factor",
  },
  {
    name: "a user of whose factor nothing is known",
    expect: {},
    facets: user({ mfa: null }),
    outcome: "unknown",
    says: "whether the user has a second factor",
  },
  {
    name: "a user whose password is not told",
    expect: {},
    facets: user({ password: null, mfa: false }),
    outcome: "unknown",
    says: "whether it can sign in is not known",
  },
  {
    name: "whose password is not told has a factor anyway",
    expect: {},
    facets: user({ password: null }),
    outcome: "pass",
    says: "has a second factor",
  },
  {
    name: "a user for programs only",
    expect: {},
    facets: user({ password: false, mfa: false, activeKeys: 1 }),
    outcome: "not-applicable",
    says: "no password to sign in with, but may have keys",
  },
  {
    name: "a user for programs only, where keys count too",
    expect: { users: "with-any-credential" },
    facets: user({ password: false, mfa: false, activeKeys: 1 }),
    outcome: "fail",
    says: "no second factor",
  },
  {
    name: "a user whose keys are not told, where keys count too",
    expect: { users: "with-any-credential" },
    facets: user({ password: false, mfa: false, activeKeys: null }),
    outcome: "unknown",
    says: "whether it can sign in",
  },
  {
    name: "a user without anything",
    expect: { users: "with-any-credential" },
    facets: user({ password: false, mfa: false }),
    outcome: "not-applicable",
    says: /sign in with$/,
  },
  {
    name: "a root user without one",
    expect: {},
    facets: user({ root: true, mfa: false }),
    outcome: "fail",
    says: "the root user has no second factor",
  },
  {
    name: "a root user without one, which nobody asks of it",
    expect: { root: "optional" },
    facets: user({ root: true, mfa: false }),
    outcome: "not-applicable",
    says: "root",
  },
  {
    name: "a root user whose credentials an organisation took away",
    expect: {},
    facets: user({ root: true, password: false, mfa: false }),
    outcome: "not-applicable",
    says: "no password to sign in with",
  },
  {
    name: "a root user of whose credentials nothing is told",
    expect: {},
    facets: user({ root: true, password: null, mfa: false, caveat: "not told; \u202eelsewhere" }),
    outcome: "unknown",
    says: "\\u{202e}elsewhere",
  },
  {
    name: "what never signs in",
    expect: {},
    facets: {},
    outcome: "not-applicable",
    says: "does not sign in",
  },
]);
