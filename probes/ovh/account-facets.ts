/** How an account and its users sign in at OVHcloud, as facets; pure. */
import type { SignIn } from "#model/security-facets.ts";
import { moment, text, type Fields } from "#probes/common/json.ts";

const NOT_COUNTED = "service accounts and sign-in by an identity provider are not counted";

/** States of a second factor that nobody is asked for when signing in. */
const UNUSED: ReadonlySet<string> = new Set([
  "disabled",
  "needCodeValidation",
  "needEmailValidation",
]);

/**
 * Whether a second factor is asked for. One in a state that is not known may be; only where each is known is there none.
 * @param factors of every method
 */
export function hasFactor(factors: readonly Fields[]): boolean | null {
  const states = factors.map(({ status }) => text(status));
  if (states.includes("enabled")) return true;
  return states.every((state) => state !== null && UNUSED.has(state)) ? false : null;
}

/**
 * The account itself has a password, to which a second factor is added:
 * https://docs.ovh.com/gb/en/customer/secure-account-with-2FA/
 * @param login what OVHcloud says of who asks. A user has factors of its own, "only for their access as a user", at the
 * same routes: https://support.us.ovhcloud.com/hc/en-us/articles/19071154516115
 * @param keys null: they were not read
 */
export function toAccountSignIn(
  login: Fields,
  factors: readonly Fields[],
  keys: readonly Fields[] | null,
  now: Date,
): SignIn {
  const method = text(login["method"]);
  const own = method === "account";
  return {
    root: true,
    password: true,
    mfa: own ? hasFactor(factors) : null,
    activeKeys: keys === null ? null : activeOf(keys, now),
    caveat: own
      ? `that the account signs in by password is OVHcloud's design; ${NOT_COUNTED}`
      : `second factors are shown of who asks alone, which is not the account itself (${method?.slice(0, 40) ?? "not said"}): name an application key that the account made; ${NOT_COUNTED}`,
  };
}

/** null: of one it cannot be told. */
function activeOf(keys: readonly Fields[], now: Date): number | null {
  const active = keys.map(({ status, expiration }) => {
    const state = text(status);
    if (state === "expired" || state === "refused" || state === "pendingValidation") return false;
    if (state !== "validated" || expiration === undefined) return null;
    if (expiration === null) return true;
    const end = moment(expiration);
    return end === null ? null : Date.parse(end) > now.getTime();
  });
  return active.includes(null) ? null : active.filter((one) => one === true).length;
}

/**
 * A user of the account. OVHcloud shows nobody but the user itself whether it has a second factor.
 * @throws TypeError where its state is not told
 */
export function toUserSignIn({ status, type, passwordLastUpdate }: Fields): SignIn {
  const state = text(status);
  if (state === null) throw new TypeError("a user without status");
  const set = moment(passwordLastUpdate) !== null;
  const usable = state === "OK" || state === "PASSWORD_CHANGE_REQUIRED";
  const shown =
    "OVHcloud shows no second factor of a user to the account, and its tokens are not counted";
  return {
    root: type === "ROOT",
    password: state === "DISABLED" ? false : usable && set ? true : null,
    mfa: null,
    activeKeys: null,
    caveat: state === "DISABLED" ? `the user is disabled; ${shown}` : shown,
  };
}
