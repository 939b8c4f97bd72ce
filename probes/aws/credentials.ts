import type { STSClient } from "@aws-sdk/client-sts";
import type { TargetOf } from "#model/estate.ts";
import type { ProbeContext } from "#model/probe.ts";

/** What the estate refers to is not there or not enough. */
export class CredentialsError extends Error {
  override readonly name = "CredentialsError";
}

/** An access key; with a session token and an end, where it is temporary. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}
/** Gives the keys to sign with, renewed when need be. */
export type CredentialSource = () => Promise<Keys>;
/** Options of an SDK client that say whose credentials it uses. */
export interface CredentialOptions {
  readonly credentials?: CredentialSource;
  readonly profile?: string;
}

/** An assumed role is asked for anew so long before it runs out, milliseconds. */
const RENEW_BEFORE_MS = 5 * 60_000;

/**
 * Where the target's credentials come from, as options of an SDK client: the keys that `env` or `files` refer to,
 * a profile, else the SDK's default chain; with `roleArn` that role, assumed by them, after those that it goes `through`.
 * Nothing is read before the first call is signed.
 * @param makeSts makes the client that assumes the role, with the given credentials
 * @param context its clock, environment and secrets
 */
export function credentialOptions(
  target: TargetOf<"aws">,
  makeSts: (own: CredentialOptions) => Promise<STSClient>,
  context: Pick<ProbeContext, "now" | "environment" | "secret">,
): CredentialOptions {
  const { profile, roleArn, externalIdFrom, through = [] } = target.credentials ?? {};
  const keys = referredKeys(target, context.secret);
  const own = {
    ...(keys === null ? {} : { credentials: keys }),
    ...(profile === undefined ? {} : { profile }),
  };
  const assumed = (role: Role, by: CredentialOptions): CredentialOptions => ({
    credentials: untilExpiry(context.now, async () => {
      const { externalIdFrom: name } = role;
      const externalId = name === undefined ? null : variable(name, context.environment);
      return assumeRole(role.roleArn, externalId, await makeSts(by));
    }),
  });
  const roles = roleArn === undefined ? through : [...through, { roleArn, externalIdFrom }];
  return roles.reduce<CredentialOptions>((by, role) => assumed(role, by), own);
}

interface Role {
  readonly roleArn: string;
  readonly externalIdFrom?: string | undefined;
}

/** The keys that the estate refers to by name; null where it refers to none. */
function referredKeys(
  target: TargetOf<"aws">,
  secret: ProbeContext["secret"],
): CredentialSource | null {
  const { env = {}, files = {} } = target.credentials ?? {};
  if (Object.keys(env).length + Object.keys(files).length === 0) return null;
  return async () => {
    const accessKeyId = secret("accessKeyId");
    const secretAccessKey = secret("secretAccessKey");
    const sessionToken = secret("sessionToken");
    if (accessKeyId === undefined || secretAccessKey === undefined) {
      throw new CredentialsError(
        `target ${target.id}: credentials must refer to both accessKeyId and secretAccessKey`,
      );
    }
    return {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
    };
  };
}

function variable(name: string, environment: ProbeContext["environment"]): string {
  const value = environment[name];
  if (value === undefined || value === "") {
    throw new CredentialsError(`the environment variable ${name} is not set`);
  }
  return value;
}

async function assumeRole(
  RoleArn: string,
  externalId: string | null,
  client: STSClient,
): Promise<Keys> {
  const { AssumeRoleCommand } = await import("@aws-sdk/client-sts");
  const { Credentials: issued } = await client.send(
    new AssumeRoleCommand({
      RoleArn,
      RoleSessionName: "probity",
      ...(externalId === null ? {} : { ExternalId: externalId }),
    }),
  );
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = issued ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration) {
    throw new CredentialsError(`assuming ${RoleArn} gave no credentials`);
  }
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiration: Expiration,
  };
}

/** Asks once for all clients of a target, and again before the keys run out; a failure is not remembered. */
function untilExpiry(now: () => Date, source: CredentialSource): CredentialSource {
  let held: Keys | null = null;
  let pending: Promise<Keys> | null = null;
  return async () => {
    const usableUntil = (held?.expiration?.getTime() ?? 0) - RENEW_BEFORE_MS;
    if (held !== null && usableUntil > now().getTime()) return held;
    pending ??= source().finally(() => {
      pending = null;
    });
    held = await pending;
    return held;
  };
}

/**
 * SDK middleware for the step `initialize`: whatever keys a client signs with, of a role, a profile or the default chain,
 * their secrets are known before the first byte is sent.
 */
export function secretLearner(keys: CredentialSource, learn: ProbeContext["learn"]) {
  return <Args, Result>(next: (args: Args) => Promise<Result>) =>
    async (args: Args): Promise<Result> => {
      const { secretAccessKey, sessionToken } = await keys();
      learn(secretAccessKey);
      if (sessionToken !== undefined) learn(sessionToken);
      return next(args);
    };
}
