/** Tokens that are asked for over HTTP. Each answer's token is learnt before anything else is done with it. */
import { readFile } from "node:fs/promises";
import type { ProbeContext } from "#model/probe.ts";
import { count, fields, text, type Fields } from "#probes/common/json.ts";
import { dataOf } from "#probes/rest/client.ts";
import { malformed, refused } from "#probes/rest/failures.ts";
import type { HttpRequest, Send } from "#probes/rest/transport.ts";
import type { Credential } from "./credential-file.ts";
import { errorOf, VENDOR } from "./errors.ts";
import { SCOPE, type Token } from "./signed-token.ts";

/** How tokens are asked for. */
export interface TokenDesk {
  readonly send: Send;
  /** Address that stands for all of Google's that give tokens; undefined: the public ones. */
  readonly address: string | undefined;
  readonly context: Pick<ProbeContext, "environment" | "learn" | "maxAnswerBytes" | "now">;
}

const FORM = { "Content-Type": "application/x-www-form-urlencoded" };

/** What gcloud keeps of a person's sign-in: https://google.aip.dev/auth/4113 */
export async function refreshed(
  credential: Extract<Credential, { type: "authorized_user" }>,
  desk: TokenDesk,
  signal: AbortSignal,
): Promise<Token> {
  const { clientId, clientSecret, refreshToken } = credential;
  const body = new URLSearchParams({
    grant_type: "refresh_token",
    client_id: clientId,
    client_secret: clientSecret,
    refresh_token: refreshToken,
  });
  const url = addressOf("https://oauth2.googleapis.com/token", desk);
  return tokenOf(await ask({ url, headers: FORM, body: body.toString() }, desk, signal), desk);
}

/** Workload identity federation: https://google.aip.dev/auth/4117 */
export async function federated(
  credential: Extract<Credential, { type: "external_account" }>,
  desk: TokenDesk,
  signal: AbortSignal,
): Promise<Token> {
  const subjectToken = await subjectTokenOf(credential.source, desk, signal);
  desk.context.learn(subjectToken);
  const body = new URLSearchParams({
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
    audience: credential.audience,
    scope: SCOPE,
    subject_token_type: credential.subjectTokenType,
    subject_token: subjectToken,
  });
  const exchange = addressOf(credential.tokenUrl, desk);
  const own = await ask({ url: exchange, headers: FORM, body: body.toString() }, desk, signal);
  const token = tokenOf(own, desk);
  if (credential.impersonationUrl === null) return token;
  const url = addressOf(credential.impersonationUrl, desk);
  const headers = { "Content-Type": "application/json", Authorization: `Bearer ${token.value}` };
  const scopes = JSON.stringify({ scope: [SCOPE] });
  const { accessToken, expireTime } = await ask({ url, headers, body: scopes }, desk, signal);
  const value = text(accessToken);
  const expires = Date.parse(text(expireTime) ?? "");
  if (value === null || Number.isNaN(expires)) throw malformed("the answer holds no usable token");
  desk.context.learn(value);
  return { value, expires };
}

/**
 * The machine's own service account; asked over plain HTTP on a link that does not leave the machine, so never through
 * a proxy. https://cloud.google.com/compute/docs/metadata/overview
 */
export async function ofMachine(desk: TokenDesk, signal: AbortSignal): Promise<Token> {
  const { environment } = desk.context;
  const host = environment["GCE_METADATA_HOST"] ?? "metadata.google.internal";
  const url = `http://${host}/computeMetadata/v1/instance/service-accounts/default/token`;
  const headers = { "Metadata-Flavor": "Google" };
  let answer;
  try {
    // A machine elsewhere has nobody at this address: it need not wait for a whole call's time to learn that.
    const soon = AbortSignal.any([signal, AbortSignal.timeout(5_000)]);
    answer = await desk.send({ method: "GET", url, headers }, soon);
  } catch {
    throw refused(
      "there are no credentials of Google Cloud here: let the target's credentials name a key, set GOOGLE_APPLICATION_CREDENTIALS, or run `gcloud auth application-default login`",
    );
  }
  if (answer.header("metadata-flavor") !== "Google") {
    throw refused(`what answers at ${host} is not Google's metadata server`);
  }
  return tokenOf(fields(dataOf(VENDOR, answer, errorOf)), desk);
}

async function subjectTokenOf(
  { file, url, headers, field }: Extract<Credential, { type: "external_account" }>["source"],
  desk: TokenDesk,
  signal: AbortSignal,
): Promise<string> {
  const content =
    file === null ? await fetched(url ?? "", headers, desk, signal) : await contentOf(file);
  const token = field === null ? content.trim() : (text(jsonOf(content)[field]) ?? "");
  if (token === "") throw refused("the credential_source of the federation holds no token");
  return token;
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch {
    throw refused(`the credential_source ${file.slice(0, 200)} cannot be read`);
  }
}

async function fetched(
  url: string,
  headers: Readonly<Record<string, string>>,
  { send, context }: TokenDesk,
  signal: AbortSignal,
): Promise<string> {
  // One of them may be a secret that the address asks for; short ones are words such as `True`.
  for (const value of Object.values(headers)) {
    const secret = value.replace(/^bearer /i, "");
    if (secret.length >= 16) context.learn(secret);
  }
  if (!URL.canParse(url)) throw refused("the credential_source of the federation has no address");
  const { status, body } = await send({ method: "GET", url, headers }, signal);
  if (status !== 200) throw refused(`the credential_source of the federation answers ${status}`);
  return body;
}

function jsonOf(content: string): Fields {
  try {
    return fields(JSON.parse(content));
  } catch {
    return {};
  }
}

async function ask(
  request: Omit<HttpRequest, "method">,
  { send }: TokenDesk,
  signal: AbortSignal,
): Promise<Fields> {
  const answer = await send({ method: "POST", ...request }, signal);
  // RFC 6749, 5.2: a grant that is not accepted is a 400, which would read as a question that is not understood.
  const refusal = answer.status === 400 ? { ...answer, status: 401 } : answer;
  return fields(dataOf(VENDOR, refusal, errorOf));
}

function tokenOf(answer: Fields, { context }: TokenDesk): Token {
  const value = text(answer["access_token"]);
  const seconds = count(answer["expires_in"]);
  if (value === null || seconds === null) throw malformed("the answer holds no usable token");
  context.learn(value);
  return { value, expires: context.now().getTime() + seconds * 1000 };
}

/**
 * A file that somebody else wrote must not send tokens elsewhere: only Google's own hosts, or what the estate names.
 * @throws RestFailure `denied`
 */
function addressOf(written: string, { address }: TokenDesk): string {
  const url = URL.canParse(written) ? new URL(written) : null;
  if (url === null) throw refused("a credential file names an address that is none");
  if (address !== undefined) return `${address}${url.pathname}`;
  if (url.protocol !== "https:" || !/^[a-z0-9.-]+\.googleapis\.com$/.test(url.host)) {
    throw refused(`a credential file sends tokens to ${url.host}, which is not Google's`);
  }
  return url.href;
}
