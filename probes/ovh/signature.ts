/** Signing in by an application key: https://github.com/ovh/go-ovh#authentication */
import { createHash } from "node:crypto";
import { malformed } from "#probes/rest/failures.ts";
import { dataOf, type RestApi } from "#probes/rest/client.ts";
import type { Send } from "#probes/rest/transport.ts";

/** An application and whom it acts for. */
export interface ApplicationKey {
  readonly applicationKey: string;
  readonly applicationSecret: string;
  readonly consumerKey: string;
}

/**
 * The signature of one request: SHA-1 over its parts, as OVHcloud defines it.
 * @param url whole address, with its query string
 * @param time seconds since 1970 by the API's clock
 */
export function signatureOf(
  { applicationSecret, consumerKey }: ApplicationKey,
  request: {
    readonly method: string;
    readonly url: string;
    readonly body: string;
    readonly time: number;
  },
): string {
  const { method, url, body, time } = request;
  const text = [applicationSecret, consumerKey, method, url, body, time].join("+");
  return `$1$${createHash("sha1").update(text).digest("hex")}`;
}

/** Signs by the API's own clock, which is asked for once: a request that is off by more than a little is refused. */
export function signByKey(
  key: ApplicationKey,
  { base, errorOf }: Pick<RestApi, "base" | "errorOf">,
  { now, send, signal }: { now: () => Date; send: Send; signal: () => AbortSignal },
): RestApi["signIn"] {
  let pending: Promise<number> | null = null;
  const askOffset = async () => {
    const url = `${base}/v1/auth/time`;
    const headers = { Accept: "application/json" };
    const answer = await send({ method: "GET", url, headers }, signal());
    const theirs = dataOf("OVHcloud", answer, errorOf);
    if (typeof theirs !== "number" || !Number.isSafeInteger(theirs)) {
      throw malformed("OVHcloud's clock does not tell a time");
    }
    return theirs - Math.floor(now().getTime() / 1000);
  };
  return async ({ method, url }) => {
    pending ??= askOffset();
    try {
      const time = Math.floor(now().getTime() / 1000) + (await pending);
      return {
        "X-Ovh-Application": key.applicationKey,
        "X-Ovh-Consumer": key.consumerKey,
        "X-Ovh-Timestamp": String(time),
        "X-Ovh-Signature": signatureOf(key, { method, url, body: "", time }),
      };
    } catch (error) {
      // Asked again by the next attempt.
      pending = null;
      throw error;
    }
  };
}
