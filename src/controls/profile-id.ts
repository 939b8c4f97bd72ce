import { TLS_PROFILES, tlsProfile } from "#facts/tls-profiles.ts";
import type { SchemaKit } from "#model/schema.ts";

const PROFILE_IDS = TLS_PROFILES.map(({ id }) => id).join(", ");

/** The id of a published TLS profile, as a policy names it. */
export const profileId = ({ z }: Pick<SchemaKit, "z">) =>
  z
    .string()
    .refine((id) => tlsProfile(id) !== undefined, {
      error: `expected a known profile: ${PROFILE_IDS}`,
    })
    .describe(`Published profile with its version, one of ${PROFILE_IDS}.`);
