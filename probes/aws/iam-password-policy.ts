import type { PasswordPolicy as AwsPasswordPolicy } from "@aws-sdk/client-iam";
import type { PasswordPolicy } from "#model/security-facets.ts";
import { isAbsent, type Absent } from "./calls.ts";

/**
 * Where nobody set a policy, AWS asks for 8 characters of three of the four classes, none of which is required by
 * itself: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
 */
const DEFAULT_POLICY: PasswordPolicy = {
  set: false,
  minimumLength: 8,
  uppercase: false,
  lowercase: false,
  digits: false,
  symbols: false,
  maximumAgeDays: null,
  remembered: null,
};

/** @throws TypeError where the answer holds no policy, or one without a length */
export function toPasswordPolicy(
  raw: Absent | { readonly PasswordPolicy?: AwsPasswordPolicy | undefined },
): PasswordPolicy {
  if (isAbsent(raw)) return DEFAULT_POLICY;
  const policy = raw.PasswordPolicy;
  if (policy?.MinimumPasswordLength === undefined) {
    throw new TypeError("a password policy without MinimumPasswordLength");
  }
  return {
    set: true,
    minimumLength: policy.MinimumPasswordLength,
    uppercase: policy.RequireUppercaseCharacters ?? null,
    lowercase: policy.RequireLowercaseCharacters ?? null,
    digits: policy.RequireNumbers ?? null,
    symbols: policy.RequireSymbols ?? null,
    // 0 and nothing both mean never, and none.
    maximumAgeDays: policy.MaxPasswordAge || null,
    remembered: policy.PasswordReusePrevention || null,
  };
}
