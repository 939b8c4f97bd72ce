/** A key of a vault as facet; pure. */
import { longestSeconds, parseDuration } from "#model/duration.ts";
import type { KeyRotation } from "#model/security-facets.ts";
import { fields, flag, text, type Fields, list } from "#probes/common/json.ts";
import { propertiesOf } from "./facets.ts";

const DAY = 86_400;

/**
 * The control plane leaves an empty rotation policy out of a key's own answer (API reference, 2023-07-01); a listing
 * of keys has none at all, and tells nothing.
 * @throws when the answer does not say whether the key is enabled, or its policy is not understood
 */
export function toKeyRotation(raw: Fields): KeyRotation {
  const { attributes, rotationPolicy, kty } = propertiesOf(raw);
  const enabled = flag(fields(attributes)["enabled"]);
  if (enabled === null) throw new TypeError("the key does not say whether it is enabled");
  if (text(kty) === null) throw new TypeError("the key does not say of what type it is");
  if (!enabled) {
    return {
      enabled: null,
      periodDays: null,
      detail: "the key is disabled and encrypts nothing new",
    };
  }
  if (rotationPolicy === undefined || rotationPolicy === null) {
    return { enabled: false, periodDays: null, detail: "no rotation policy" };
  }
  const { lifetimeActions, attributes: policy } = fields(rotationPolicy);
  const rotation = list(lifetimeActions).find(
    ({ action }) => text(fields(action)["type"])?.toLowerCase() === "rotate",
  );
  if (rotation === undefined) {
    return { enabled: false, periodDays: null, detail: "the rotation policy only notifies" };
  }
  const { timeAfterCreate, timeBeforeExpiry } = fields(rotation["trigger"]);
  const after = days(timeAfterCreate);
  if (after !== null) {
    return { enabled: true, periodDays: after, detail: `timeAfterCreate ${after} days` };
  }
  const before = days(timeBeforeExpiry);
  const lifetime = days(fields(policy)["expiryTime"]);
  if (before === null) throw new TypeError("the rotation has no trigger that is understood");
  // Without a lifetime nothing expires, and so nothing rotates.
  if (lifetime === null) {
    const detail = `timeBeforeExpiry ${before} days, and no lifetime is told`;
    return { enabled: true, periodDays: null, detail };
  }
  const detail = `timeBeforeExpiry ${before} days of ${lifetime}`;
  return { enabled: true, periodDays: Math.max(1, lifetime - before), detail };
}

/** null: absent. @throws when it is no duration */
function days(value: unknown): number | null {
  if (value === undefined || value === null) return null;
  const written = text(value) ?? "";
  if (parseDuration(written) === null) throw new TypeError("a time of the rotation is no duration");
  return Math.ceil(longestSeconds(written) / DAY);
}
