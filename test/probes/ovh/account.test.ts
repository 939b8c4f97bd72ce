/** How the account and its users sign in: what is told, and every way in which it is not. */
import { afterEach, describe, expect, test } from "vitest";
import mfaEnforced from "#controls/access/mfa-enforced.ts";
import type { Probe } from "#model/probe.ts";
import type { Subject } from "#model/subject.ts";
import type { SignIn } from "#model/security-facets.ts";
import type { Fields } from "#probes/common/json.ts";
import account from "#probes/ovh/account.ts";
import { hasFactor, toAccountSignIn, toUserSignIn } from "#probes/ovh/account-facets.ts";
import { facetOf, type Gathered } from "../../support/probe-context.ts";
import { BY_KEY, fakeOvh, NOW } from "./fake.ts";

const ME = "kf12345-ovh";
const FACTORS = "/v1/me/accessRestriction";
const OWN = { method: "account" };

/** What the control says of who signs in like this. */
function outcomeOf(signIn: SignIn): string {
  const subject: Subject = {
    target: "vendor",
    provider: "ovh",
    kind: "ovh/account",
    id: ME,
    name: ME,
    region: null,
    tags: null,
  };
  const expect = { users: "with-password", root: "required" } as const;
  const facets = { signIn };
  return mfaEnforced.evaluate({ expect, subject, labels: [], facets, observedAt: {}, now: NOW })
    .outcome;
}

describe("second factors", () => {
  const used = { status: "enabled" };
  test.each<[string, readonly Fields[], boolean | null]>([
    ["one in use", [used], true],
    ["one in use among others", [{ status: "disabled" }, used], true],
    ["one in use beside one of a new state", [{ status: "paused" }, used], true],
    ["none", [], false],
    ["one that is switched off", [{ status: "disabled" }], false],
    ["one that nobody confirmed", [{ status: "needCodeValidation" }], false],
    ["one that waits for its mail", [{ status: "needEmailValidation" }], false],
    ["one of a new state", [{ status: "paused" }], null],
    ["one without state", [{}], null],
    ["one whose state is no text", [{ status: true }], null],
  ])("%s", (_, factors, expected) => {
    expect(hasFactor(factors)).toBe(expected);
  });

  test.each([
    ["a service account", { method: "oauth2" }],
    ["a user", { method: "user" }],
    ["an identity provider", { method: "provider" }],
    ["somebody", {}],
  ])("%s asks: they are not the account's", (_, login) => {
    for (const factors of [[used], []]) {
      const told = toAccountSignIn(login, factors, [], NOW);
      expect(told).toMatchObject({ root: true, password: true, mfa: null });
      expect(told.caveat).toContain("application key");
    }
  });
});

describe("keys of applications", () => {
  const key = (expiration: unknown, status: unknown = "validated") => ({ status, expiration });
  test.each<[string, readonly Fields[] | null, number | null]>([
    ["none", [], 0],
    ["without end", [key(null), key(null)], 2],
    ["that end later", [key("2026-06-01T12:00:01Z")], 1],
    ["that ended", [key("2026-06-01T12:00:00Z")], 0],
    ["of which OVHcloud says so", [key(null, "expired"), key(null, "refused")], 0],
    ["that nobody confirmed", [key(null, "pendingValidation")], 0],
    ["of a new state", [key(null, "paused"), key(null)], null],
    ["without state", [{ expiration: null }], null],
    ["that do not tell their end", [{ status: "validated" }], null],
    ["whose end is no moment", [key("soon")], null],
    ["that were not read", null, null],
  ])("%s", (_, keys, activeKeys) => {
    expect(toAccountSignIn(OWN, [], keys, NOW)).toMatchObject({ mfa: false, activeKeys });
  });
});

describe("a user", () => {
  const set = { passwordLastUpdate: "2026-01-01T00:00:00Z" };
  test.each<[string, Fields, Partial<SignIn>]>([
    ["in order", { status: "OK", type: "USER", ...set }, { root: false, password: true }],
    [
      "whose password is to be changed",
      { status: "PASSWORD_CHANGE_REQUIRED", ...set },
      { password: true },
    ],
    ["that is disabled", { status: "DISABLED", ...set }, { password: false }],
    ["of a new state", { status: "LOCKED", ...set }, { password: null }],
    ["whose password nobody dates", { status: "OK", passwordLastUpdate: null }, { password: null }],
    ["of which no password is told", { status: "OK" }, { password: null }],
    ["that is the account's own", { status: "OK", type: "ROOT", ...set }, { root: true }],
  ])("%s", (_, raw, expected) => {
    // Whether it has a factor is told by nothing, whatever the answer holds.
    expect(toUserSignIn({ mfa: true, ...raw })).toMatchObject({
      mfa: null,
      activeKeys: null,
      ...expected,
    });
  });

  test.each([[{}], [{ status: null }], [{ status: 1 }]])("%j is none", (raw) => {
    expect(() => toUserSignIn(raw)).toThrow(TypeError);
  });
});

describe("asked with a key of the account", async () => {
  const { scan, api, routes, denied } = await fakeOvh(BY_KEY);
  const original = { ...routes };
  afterEach(() => {
    for (const path of Object.keys(routes)) delete routes[path];
    Object.assign(routes, original);
    denied.length = 0;
  });
  const read = (probe: Probe = account) => scan().gather(probe);
  const ofAccount = (gathered: Gathered) => facetOf(gathered, ME, "signIn");

  /** What the control says of the account by its facet. */
  function judged(gathered: Gathered) {
    const signIn = ofAccount(gathered);
    if (signIn === undefined) return "not read";
    return outcomeOf(signIn);
  }

  test("with a factor the account holds what is promised", async () => {
    const gathered = await read();
    expect(gathered.problems).toEqual([]);
    expect(ofAccount(gathered)).toMatchObject({ root: true, mfa: true, activeKeys: 1 });
    expect(judged(gathered)).toBe("pass");
    const inventories = gathered.observations.flatMap(({ facet, value }) =>
      facet === "inventory" ? [value] : [],
    );
    expect(inventories).toMatchObject([
      { kinds: ["ovh/account"], complete: true, items: [{ id: ME }] },
      { kinds: ["ovh/user"], complete: true, items: [{ id: "kizeo-ops" }, { id: "kizeo-former" }] },
    ]);
  });

  test("of a user nobody knows, and of one that is disabled nothing is asked", async () => {
    const gathered = await read();
    const outcomes = ["kizeo-ops", "kizeo-former"].map((name) => {
      const signIn = facetOf(gathered, name, "signIn");
      return signIn === undefined ? "not read" : outcomeOf(signIn);
    });
    expect(outcomes).toEqual(["unknown", "not-applicable"]);
  });

  test.each([
    ["none of any method", []],
    ["one that is switched off", [0]],
  ])("%s: the account does not hold it", async (_, ids) => {
    routes[`${FACTORS}/totp`] = ids;
    routes[`${FACTORS}/totp/0`] = { id: 0, status: "disabled" };
    const gathered = await read();
    expect(gathered.problems).toEqual([]);
    expect(judged(gathered)).toBe("fail");
  });

  test.each([
    ["its list is not there", `${FACTORS}/u2f`, undefined, "partial"],
    ["one of the list is not there", `${FACTORS}/u2f/0`, undefined, "partial"],
    ["its list is none", `${FACTORS}/sms`, {}, "malformed"],
    ["an id is none", `${FACTORS}/sms`, [{ id: 1, phoneNumber: "+33.690000012" }], "malformed"],
    ["one is no object", `${FACTORS}/u2f/0`, ["enabled"], "malformed"],
  ])("without a factor elsewhere, %s: that is not told", async (_, at, body, reason) => {
    routes[`${FACTORS}/totp`] = [];
    if (body === undefined) delete routes[at];
    else routes[at] = body;
    const gathered = await read();
    expect(judged(gathered)).toBe("not read");
    expect(gathered.problems).toMatchObject([
      { subject: { id: ME }, facets: ["signIn"], reason, permission: null },
    ]);
  });

  test("a factor in use is enough, whatever another method says", async () => {
    delete routes[`${FACTORS}/u2f`];
    const gathered = await read();
    expect(gathered.problems).toEqual([]);
    expect(judged(gathered)).toBe("pass");
  });

  test("one of a state that is new is neither", async () => {
    routes[`${FACTORS}/totp/0`] = { id: 0, status: "paused" };
    const gathered = await read();
    expect(ofAccount(gathered)).toMatchObject({ mfa: null });
    expect(judged(gathered)).toBe("unknown");
  });

  test("refused factors: it says that nothing can be granted, and what to do", async () => {
    api.setFaults({ path: /accessRestriction/, fault: { kind: "status", status: 403 } });
    const gathered = await read();
    expect(judged(gathered)).toBe("not read");
    expect(gathered.problems).toMatchObject([
      { subject: { id: ME }, facets: ["signIn"], reason: "denied", permission: null },
    ]);
    expect(gathered.problems[0]?.message).toContain("name an application key");
    expect(gathered.problems[0]?.message).toContain("no IAM action grants second factors");
  });

  test.each([403, 404])("who asks is not told (%i): nor are the factors", async (status) => {
    api.setFaults({ path: /\/auth\/details/, fault: { kind: "status", status } });
    const gathered = await read();
    expect(judged(gathered)).toBe("not read");
    expect(gathered.problems).toMatchObject([{ operation: "GET /auth/details" }]);
  });

  test("keys that are refused leave the factor as it is", async () => {
    denied.push("account:apiovh:me/api/credential/get");
    const gathered = await read();
    expect(ofAccount(gathered)).toMatchObject({ mfa: true, activeKeys: null });
    expect(gathered.problems).toMatchObject([
      { facets: ["signIn"], permission: "account:apiovh:me/api/credential/get" },
    ]);
  });

  test.each([
    ["the account", "/v1/me", ["ovh/account"]],
    ["the list of users", "/v1/me/identity/user", ["ovh/user"]],
  ])("404 of %s is no empty list", async (_, at, kinds) => {
    delete routes[at];
    const gathered = await read();
    expect(gathered.problems).toMatchObject([{ kinds, facets: ["inventory"], reason: "partial" }]);
    const listed = gathered.observations.flatMap(({ facet, value }) =>
      facet === "inventory" ? value.kinds : [],
    );
    expect(listed).not.toContain(kinds[0]);
  });

  test("an account without its name is none", async () => {
    routes["/v1/me"] = { email: "x@example.com" };
    const gathered = await read();
    expect(gathered.problems).toMatchObject([{ kinds: ["ovh/account"], reason: "malformed" }]);
  });

  test("404 of a user: it is there, and how it signs in is not told", async () => {
    delete routes["/v1/me/identity/user/kizeo-ops"];
    const gathered = await read();
    expect(facetOf(gathered, "kizeo-ops", "signIn")).toBeUndefined();
    expect(gathered.problems).toMatchObject([{ subject: { id: "kizeo-ops" }, reason: "partial" }]);
  });

  test("what is not read is not kept", async () => {
    const answers: unknown[] = [];
    await scan({ record: (answer) => answers.push(answer) }).gather(account);
    expect(answers.length).toBeGreaterThan(8);
    for (const one of ["+33.", "canary-ovh", "203.0.113.99", "lead"]) {
      expect(JSON.stringify(answers)).not.toContain(one);
    }
  });
});

describe("asked by a service account", async () => {
  const { scan, routes } = await fakeOvh();

  test.each([
    ["that sees factors", [0]],
    ["that sees none", []],
  ])("%s: whether the account has one is not told", async (_, ids) => {
    routes[`${FACTORS}/totp`] = ids;
    const gathered = await scan().gather(account);
    expect(gathered.problems).toEqual([]);
    const signIn = facetOf(gathered, ME, "signIn");
    expect(signIn).toMatchObject({ mfa: null });
    expect(signIn === undefined ? "" : outcomeOf(signIn)).toBe("unknown");
  });
});
