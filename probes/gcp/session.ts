import type { TargetOf } from "#model/estate.ts";
import type { GCP_SERVICES } from "#model/gcp-services.ts";
import type { ProbeContext } from "#model/probe.ts";
import { oncePer } from "#probes/common/known.ts";
import { perScan } from "#probes/common/per-scan.ts";
import type { Asking } from "#probes/rest/asks.ts";
import { apiAddress, restClient } from "#probes/rest/client.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { openTransport, type Send } from "#probes/rest/transport.ts";
import { findCredential, type Credential } from "./credential-file.ts";
import { errorOf, VENDOR } from "./errors.ts";
import { signedToken, type Token } from "./signed-token.ts";
import { federated, ofMachine, refreshed, type TokenDesk } from "./token-requests.ts";

type Service = (typeof GCP_SERVICES)[number];
type Target = TargetOf<"gcp">;

/** A token is taken anew this long before it runs out, milliseconds. */
const EARLY = 300_000;

/** How one service of the target is asked; all share one token. */
export function asking(target: Target, context: ProbeContext, service: Service): Asking {
  const { client } = shared(target, context);
  return { context, service: `gcp-${service}`, client: () => client(service) };
}

const shared = perScan((target: Target, context) => {
  let opened: Promise<Opened> | null = null;
  const open = () => {
    opened ??= openTarget(target, context);
    return opened;
  };
  const client = oncePer(async (service: string) => {
    const { send, headers } = await open();
    const own = target.endpoints?.[service];
    const declared = own ?? target.endpoints?.["api"];
    const base = apiAddress(
      declared,
      `https://${service}.googleapis.com`,
      own === undefined ? "api" : service,
    );
    return restClient(
      { vendor: VENDOR, base, signIn: (_, signal) => headers(signal), errorOf },
      send,
    );
  });
  return { client };
});

interface Opened {
  readonly send: Send;
  readonly headers: (signal: AbortSignal) => Promise<Readonly<Record<string, string>>>;
}

async function openTarget(target: Target, context: ProbeContext): Promise<Opened> {
  const send = await openTransport(target, context);
  const credential = await findCredential(context);
  const token = renewed(credential, await tokenDesk(credential, target, context, send), context);
  const project = "quotaProject" in credential ? credential.quotaProject : null;
  return {
    send,
    headers: async (signal) => ({
      Authorization: `Bearer ${await token(signal)}`,
      ...(project === null ? {} : { "x-goog-user-project": project }),
    }),
  };
}

async function tokenDesk(
  { type }: Credential,
  target: Target,
  context: ProbeContext,
  send: Send,
): Promise<TokenDesk> {
  const declared = target.endpoints?.["token"];
  const address = declared === undefined ? undefined : apiAddress(declared, declared, "token");
  const { maxAnswerBytes } = context;
  // The metadata server is on the machine itself: a proxy would have the token.
  const own =
    type === "metadata" ? await openTransport({}, { environment: {}, maxAnswerBytes }) : send;
  return { send: own, address, context };
}

/** One token request at a time; a refusal stands for the whole scan, what may pass is asked for anew. */
function renewed(
  credential: Credential,
  desk: TokenDesk,
  context: ProbeContext,
): (signal: AbortSignal) => Promise<string> {
  let current: Promise<Token> | null = null;
  return async (signal) => {
    const held = current;
    if (held !== null) {
      const token = await held;
      if (token.expires - EARLY > context.now().getTime()) return token.value;
      if (current === held) current = null;
    }
    current ??= fresh(credential, desk, signal).catch((error: unknown) => {
      if (signal.aborted || classifyRest(error).retryable) current = null;
      throw error;
    });
    return (await current).value;
  };
}

async function fresh(credential: Credential, desk: TokenDesk, signal: AbortSignal): Promise<Token> {
  if (credential.type === "authorized_user") return refreshed(credential, desk, signal);
  if (credential.type === "external_account") return federated(credential, desk, signal);
  if (credential.type === "metadata") return ofMachine(desk, signal);
  const token = signedToken(credential, desk.context.now().getTime());
  desk.context.learn(token.value);
  return token;
}
