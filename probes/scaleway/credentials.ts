import type { Target } from "#model/estate.ts";
import type { ProbeContext } from "#model/probe.ts";

/** The two halves of an API key, as far as they are named. */
export interface ApiKey {
  readonly accessKey: string | undefined;
  readonly secretKey: string | undefined;
}

/**
 * The API key that the target's credentials refer to; without credentials that of the environment, as Scaleway's own
 * tools take it: https://www.scaleway.com/en/docs/scaleway-cli/reference-content/scaleway-configuration-file/
 * @throws CredentialError when what they refer to is not there
 */
export function apiKey(
  { credentials }: Pick<Target, "credentials">,
  { secret, learn, environment }: Pick<ProbeContext, "secret" | "learn" | "environment">,
): ApiKey {
  if (credentials !== undefined) {
    return { accessKey: secret("accessKey"), secretKey: secret("secretKey") };
  }
  const { SCW_ACCESS_KEY: accessKey, SCW_SECRET_KEY: secretKey } = environment;
  for (const one of [accessKey, secretKey]) if (one !== undefined && one !== "") learn(one);
  return { accessKey: accessKey || undefined, secretKey: secretKey || undefined };
}
