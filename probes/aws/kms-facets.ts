import type { DescribeKeyResponse, GetKeyRotationStatusResponse } from "@aws-sdk/client-kms";
import type { KeyRotation } from "#model/security-facets.ts";
import { plain } from "#model/text.ts";

/**
 * In which a key encrypts nothing new. One that is `Updating` does.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
 */
const IDLE: ReadonlySet<string> = new Set([
  "Creating",
  "Disabled",
  "PendingDeletion",
  "PendingImport",
  "PendingReplicaDeletion",
  "Unavailable",
]);
const ASYMMETRIC = /^(?:RSA_|ECC_|ML_DSA_|SM2$)/;
const OWN_MATERIAL: ReadonlySet<string> = new Set([
  "EXTERNAL",
  "AWS_CLOUDHSM",
  "EXTERNAL_KEY_STORE",
]);

/**
 * Why AWS does not rotate a key for its owner; null for a key that can rotate by itself.
 * https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
 * @throws when the answer does not say what the key is, in a word that AWS documents
 */
export function whyNotRotatable({ KeyMetadata }: DescribeKeyResponse): string | null {
  const { KeyManager, KeySpec, KeyState, Origin } = KeyMetadata ?? {};
  if (KeyManager === undefined || KeyState === undefined || KeySpec === undefined) {
    throw new TypeError("a key without manager, state or spec");
  }
  if (KeyManager === "AWS") {
    return "AWS manages the key and rotates it every year by its published design (https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html)";
  }
  if (KeyManager !== "CUSTOMER") throw new TypeError("a key with a manager of another name");
  if (IDLE.has(KeyState)) return `the key is ${plain(KeyState, 40)} and encrypts nothing new`;
  if (KeyState !== "Enabled" && KeyState !== "Updating") {
    throw new TypeError("a key in a state of another name");
  }
  if (KeySpec.startsWith("HMAC_"))
    return `HMAC keys (${plain(KeySpec, 40)}) cannot rotate by themselves`;
  if (ASYMMETRIC.test(KeySpec)) {
    return `asymmetric keys (${plain(KeySpec, 40)}) cannot rotate by themselves`;
  }
  if (KeySpec !== "SYMMETRIC_DEFAULT") throw new TypeError("a key with a spec of another name");
  if (Origin === "AWS_KMS") return null;
  if (Origin === undefined || !OWN_MATERIAL.has(Origin)) {
    throw new TypeError("key material of an origin of another name");
  }
  return `key material of origin ${Origin} cannot rotate by itself`;
}

/** @throws when the answer does not say whether the key rotates */
export function toKeyRotation(raw: GetKeyRotationStatusResponse): KeyRotation {
  const { KeyRotationEnabled: enabled, RotationPeriodInDays: days } = raw;
  if (enabled === undefined) throw new TypeError("no KeyRotationEnabled");
  if (!enabled) return { enabled, periodDays: null, detail: "automatic rotation is off" };
  if (days === undefined) {
    return {
      enabled,
      periodDays: null,
      detail: "automatic rotation is on, its period is not told",
    };
  }
  if (!Number.isInteger(days) || days < 1)
    throw new TypeError("RotationPeriodInDays is no number of days");
  return { enabled, periodDays: days, detail: `automatic rotation every ${days} days` };
}
