import type { DescribeKeyResponse, GetKeyRotationStatusResponse } from "@aws-sdk/client-kms";
import type { KeyRotation } from "#model/security-facets.ts";
import { plain } from "#model/text.ts";

/**
 * Why AWS does not rotate a key for its owner; null for a key that can rotate by itself.
 * https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
 * @throws when the answer does not say what the key is
 */
export function whyNotRotatable({ KeyMetadata }: DescribeKeyResponse): string | null {
  const { KeyManager, KeySpec, KeyState, Origin } = KeyMetadata ?? {};
  if (KeyManager === undefined || KeyState === undefined || KeySpec === undefined) {
    throw new TypeError("a key without manager, state or spec");
  }
  if (KeyManager !== "CUSTOMER") {
    return "AWS manages the key and rotates it every year by its published design (https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html)";
  }
  if (KeyState !== "Enabled") return `the key is ${plain(KeyState, 40)} and encrypts nothing new`;
  if (KeySpec.startsWith("HMAC_"))
    return `HMAC keys (${plain(KeySpec, 40)}) cannot rotate by themselves`;
  if (KeySpec !== "SYMMETRIC_DEFAULT") {
    return `asymmetric keys (${plain(KeySpec, 40)}) cannot rotate by themselves`;
  }
  if (Origin === "AWS_KMS") return null;
  return `key material of origin ${plain(Origin ?? "unknown", 40)} cannot rotate by itself`;
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
