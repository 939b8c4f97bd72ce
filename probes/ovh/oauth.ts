/** Signing in as a service account: https://help.ovhcloud.com/csm/en-manage-service-account?id=kb_article_view&sysparm_article=KB0059343 */
import type { ProbeContext } from "#model/probe.ts";
import { count, fields, text } from "#probes/common/json.ts";
import { plainServerText } from "#probes/common/server-text.ts";
import { dataOf, type RestApi } from "#probes/rest/client.ts";
import { malformed, refused } from "#probes/rest/failures.ts";
import type { Send } from "#probes/rest/transport.ts";

export interface ServiceAccount {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A token is taken anew this long before it runs out, milliseconds. */
const EARLY = 300_000;

interface Token {
  readonly value: string;
  /** Milliseconds since 1970. */
  readonly ends: number;
}

/**
 * Signs in by tokens, one request for them at a time: callers share it, so no caller's signal ends it for the others.
 * @param address the token endpoint
 * @param signal ends a request for a token
 */
export function signByToken(
  account: ServiceAccount,
  address: string,
  { send, signal }: { send: Send; signal: () => AbortSignal },
  { now, learn }: Pick<ProbeContext, "now" | "learn">,
): RestApi["signIn"] {
  let pending: Promise<Token> | null = null;
  let token: Token | null = null;
  const ask = async (): Promise<Token> => {
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: account.clientId,
      client_secret: account.clientSecret,
      scope: "all",
    });
    const headers = {
      Accept: "application/json",
      "Content-Type": "application/x-www-form-urlencoded",
    };
    const asked = now().getTime();
    const answer = await send(
      { method: "POST", url: address, headers, body: form.toString() },
      signal(),
    );
    const body = dataOf("OVHcloud's token endpoint", answer, errorOfToken);
    const { access_token, expires_in } = fields(body);
    const value = text(access_token);
    const seconds = count(expires_in);
    // What cannot stand in a header is no token.
    if (value === null || seconds === null || !/^[\x21-\x7E]+$/.test(value)) {
      throw malformed("the token endpoint's answer holds no usable token");
    }
    learn(value);
    return { value, ends: asked + seconds * 1000 };
  };
  return async () => {
    if (token === null || token.ends - EARLY <= now().getTime()) {
      pending ??= ask().finally(() => {
        pending = null;
      });
      token = await pending;
    }
    return { Authorization: `Bearer ${token.value}` };
  };
}

/** RFC 6749, 5.2; a wrong secret is answered by 400 as well as by 401. */
export function errorOfToken(body: unknown, status: number): ReturnType<RestApi["errorOf"]> {
  const { error, error_description } = fields(body);
  const code = text(error) ?? "";
  const message = text(error_description) ?? "";
  if (status === 400 && /^(?:invalid_client|unauthorized_client|invalid_grant)$/.test(code)) {
    throw refused(
      plainServerText(
        `OVHcloud did not accept the service account (${code}: ${message}): check clientId and clientSecret`,
      ),
    );
  }
  return { code, message };
}
