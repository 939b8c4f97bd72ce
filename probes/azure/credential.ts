import type { AccessToken, GetTokenOptions, TokenCredential } from "@azure/identity";
import type { HttpClient } from "@azure/core-rest-pipeline";
import type { TargetOf } from "#model/estate.ts";
import type { ProbeContext } from "#model/probe.ts";
import { AzureFailure, failureOfToken, malformed, refused } from "./errors.ts";

const PUBLIC_AUTHORITY = "https://login.microsoftonline.com";
/** A token is taken anew this long before it runs out, milliseconds. */
const EARLY = 300_000;

/**
 * The target's credential: the client secret that it names, else the SDK's default chain (environment, workload
 * identity, managed identity, Azure CLI, …). One token request at a time; the token is kept until shortly before it ends.
 * @param http client for the token endpoint; retries are the caller's.
 * @throws AzureFailure `denied` when a reference leads to nothing or an address is not https.
 */
export async function openCredential(
  target: TargetOf<"azure">,
  context: Pick<ProbeContext, "environment" | "now" | "secret" | "learn">,
  http: HttpClient,
): Promise<TokenCredential> {
  const authority = target.endpoints?.["token"] ?? context.environment["AZURE_AUTHORITY_HOST"];
  const authorityHost = httpsOrigin(authority ?? PUBLIC_AUTHORITY, "token");
  const clientId = referred(context.secret, "clientId");
  const clientSecret = referred(context.secret, "clientSecret");
  if ((clientId === null) !== (clientSecret === null)) {
    throw refused("credentials must name both clientId and clientSecret, or neither");
  }
  const options = {
    authorityHost,
    // A private authority is not among those that Microsoft's discovery knows.
    disableInstanceDiscovery: authorityHost !== PUBLIC_AUTHORITY,
    retryOptions: { maxRetries: 0 },
  };
  const { ClientSecretCredential, DefaultAzureCredential, ManagedIdentityCredential } =
    await import("@azure/identity");
  if (clientId === null || clientSecret === null) {
    const { AZURE_TOKEN_CREDENTIALS: only, AZURE_CLIENT_ID: identity } = context.environment;
    // Pinned to this one, the library's chain drops the options, and with them the limits of `http`.
    const chain = /^\s*ManagedIdentityCredential\s*$/i.test(only ?? "")
      ? new ManagedIdentityCredential({
          ...(identity ? { clientId: identity } : {}),
          httpClient: http,
        })
      : new DefaultAzureCredential({ ...options, tenantId: target.tenant, httpClient: http });
    return oneAtATime((scopes, more) => chain.getToken(scopes, more), context);
  }

  return oneAtATime(async (scopes, more) => {
    let seen: unknown = null;
    const httpClient = watched(http, (failure) => {
      seen = failure;
    });
    try {
      // A new one each time: after a 429 or 5xx the library would refuse by itself for a minute, and gather's retries with it.
      const secret = new ClientSecretCredential(target.tenant, clientId, clientSecret, {
        ...options,
        httpClient,
      });
      return await secret.getToken(scopes, more);
    } catch {
      // The library wraps everything as a failed sign-in; what was seen on the wire says more.
      throw seen ?? malformed("the token endpoint's answer holds no usable token");
    }
  }, context);
}

/** Tells every failure that goes by, as `classifyAzure` reads it. */
function watched(http: HttpClient, tell: (failure: unknown) => void): HttpClient {
  return {
    sendRequest: async (request) => {
      try {
        const response = await http.sendRequest(request);
        if (response.status !== 200) {
          const header = (name: string) => response.headers.get(name);
          const body = response.bodyAsText ?? "";
          tell(new AzureFailure(failureOfToken({ status: response.status, header, body })));
        }
        return response;
      } catch (error) {
        tell(error);
        throw error;
      }
    },
  };
}

/**
 * An address as origin, without path.
 * @throws AzureFailure `denied` when it is not https: credentials are never sent in the clear.
 */
export function httpsOrigin(address: string, name: string): string {
  const url = new URL(address);
  if (url.protocol !== "https:") throw refused(`endpoints.${name} must be an https address`);
  return url.origin;
}

function referred(secret: ProbeContext["secret"], name: string): string | null {
  try {
    return secret(name) ?? null;
  } catch (error) {
    throw refused(error instanceof Error ? error.message : String(error));
  }
}

type GetToken = (
  scopes: string | string[],
  options: GetTokenOptions,
) => Promise<AccessToken | null>;

/**
 * For one scope. Callers share one request, so no caller's signal may end it for the others; who waits is
 * released by the deadline of its own question.
 */
function oneAtATime(
  getToken: GetToken,
  { now, learn }: Pick<ProbeContext, "now" | "learn">,
): TokenCredential {
  let pending: Promise<AccessToken | null> | null = null;
  let token: AccessToken | null = null;
  return {
    getToken: async (scopes, { abortSignal: _ended, ...options } = {}) => {
      const fresh = token !== null && token.expiresOnTimestamp - EARLY > now().getTime();
      if (fresh && options.claims === undefined) return token;
      pending ??= getToken(scopes, options).finally(() => {
        pending = null;
      });
      token = await pending;
      if (token !== null) learn(token.token);
      return token;
    },
  };
}
