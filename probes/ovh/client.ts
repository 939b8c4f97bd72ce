import type { TargetOf } from "#model/estate.ts";
import type { ProbeContext } from "#model/probe.ts";
import { fields, text } from "#probes/common/json.ts";
import { apiAddress, restClient, type RestApi, type RestClient } from "#probes/rest/client.ts";
import { refused } from "#probes/rest/failures.ts";
import { openTransport, type Send } from "#probes/rest/transport.ts";
import { signByToken } from "./oauth.ts";
import { signByKey } from "./signature.ts";

const PUBLIC_API = "https://eu.api.ovh.com";
const PUBLIC_TOKEN = "https://www.ovh.com/auth/oauth2/token";
/** How long a token or the clock may take, milliseconds. */
const SIGN_IN = 30_000;

type ClientContext = Pick<
  ProbeContext,
  "signal" | "environment" | "secret" | "learn" | "now" | "maxAnswerBytes"
>;

/**
 * OVHcloud's API as a target sees it; paths begin with `/v1` or `/v2`.
 * @throws RestFailure when the target's credentials or addresses cannot be used
 */
export async function openClient(
  target: TargetOf<"ovh">,
  context: ClientContext,
): Promise<RestClient> {
  const base = apiAddress(target.endpoints?.["api"], PUBLIC_API);
  const send = await openTransport(target, context);
  const signIn = signInOf(target, base, send, context);
  return restClient({ vendor: "OVHcloud", base, signIn, errorOf }, send);
}

function signInOf(
  target: TargetOf<"ovh">,
  base: string,
  send: Send,
  context: ClientContext,
): RestApi["signIn"] {
  const { secret, now, signal: whole } = context;
  const signal = () => AbortSignal.any([whole, AbortSignal.timeout(SIGN_IN)]);
  const read = <Name extends string>(...names: readonly Name[]) =>
    together(names.map((name) => [name, referred(secret, name)] as const));
  const account = read("clientId", "clientSecret");
  if (account !== null) {
    const token = apiAddress(target.endpoints?.["token"], PUBLIC_TOKEN, "token");
    return signByToken(account, token, { send, signal }, context);
  }
  const key = read("applicationKey", "applicationSecret", "consumerKey");
  if (key !== null) return signByKey(key, { base, errorOf }, { now, send, signal });
  throw refused(
    "credentials must name clientId and clientSecret of a service account, or applicationKey, applicationSecret and consumerKey",
  );
}

/** All of what belongs together; null where a part is missing. */
function together<Name extends string>(
  pairs: readonly (readonly [Name, string | null])[],
): Readonly<Record<Name, string>> | null {
  const found = pairs.filter((pair): pair is [Name, string] => pair[1] !== null);
  if (found.length < pairs.length) return null;
  // Every name is there, which the type of fromEntries forgets.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(found) as Record<Name, string>;
}

function referred(secret: ProbeContext["secret"], name: string): string | null {
  try {
    return secret(name) ?? null;
  } catch (error) {
    throw refused(error instanceof Error ? error.message : String(error));
  }
}

/** An IAM action in OVHcloud's spelling. */
const ACTION = /^[A-Za-z0-9]+:apiovh:[\w/-]+$/;

/**
 * `{class, message, details}`, and the id by which OVHcloud's support finds the request. A 404 is also what is said of a
 * service that is not the caller's, so that only the missing object itself counts as absent.
 */
export const errorOf: RestApi["errorOf"] = (body, status, header) => {
  const { class: named, message, details, errorCode } = fields(body);
  const query = text(header("x-ovh-queryid"));
  const said = text(message) ?? "";
  const word = text(errorCode) ?? "";
  if (status === 400 && /^(?:INVALID_SIGNATURE|QUERY_TIME_OUT)$/.test(word)) {
    throw refused(
      `OVHcloud did not accept the application key (${word}): check applicationSecret and consumerKey, and that they belong together`,
    );
  }
  const missing = [
    fields(details)["unauthorizedActionsByIAM"],
    fields(details)["unauthorizedActionsByAuthentication"],
  ]
    .flatMap((one) => (text(one) ?? "").split(/[\s,]+/))
    .filter((name) => ACTION.test(name) && name.length <= 200)
    .slice(0, 5);
  const code = text(named) ?? word;
  return {
    code,
    message: [said, ...(query === null ? [] : [`query ${query}`])].join(", "),
    absent:
      status === 404 &&
      (said.startsWith("The requested object (") || /^Client::NotFound::\w+/.test(code)),
    ...(missing.length === 0 ? {} : { remedy: `grant ${missing.join(", ")}` }),
  };
};
