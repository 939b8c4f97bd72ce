/** Single attempts to reach a port: what happens, and from which address. */
import { type IncomingMessage, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect, type Socket } from "node:net";
import type { OutsideAnswer, PortState } from "#model/reachability-facets.ts";
import { oneAnswer } from "#probes/common/one-answer.ts";
import { codeOf } from "#probes/tls/errors.ts";
import { relaxedTls } from "#probes/tls/relaxed.ts";

/** Where to, and how long to wait for anything. */
export interface Place {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What came of it, and this machine's own address in the connection, where one came about. */
export interface Attempt<State> {
  readonly state: State;
  readonly from: string | null;
}

/** Names of what the system says where no connection comes about. */
const STATES: Readonly<Record<string, Exclude<PortState, "open">>> = {
  ECONNREFUSED: "refused",
  ETIMEDOUT: "silent",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
};

/** Tries whether a port takes connections; says nothing and ends it. @throws the signal's reason */
export async function tryPort(place: Place): Promise<Attempt<PortState>> {
  const { state, from } = await open<"open">(place, (_socket, settle) => settle("open"));
  return { state: state === "hangs-up" ? "open" : state, from };
}

/** Waits for the first word of a server that speaks first. @throws the signal's reason */
export async function listenAt(place: Place): Promise<Attempt<OutsideAnswer>> {
  const { state, from } = await open<"answers">(place, (socket, settle) => {
    socket.once("data", () => settle("answers"));
  });
  return { state: { state, status: null }, from };
}

type Opened<S> = S | "hangs-up" | Exclude<PortState, "open">;

/** A connection until it has settled; one that is taken and then silent is unknown. */
function open<S extends string>(
  { host, port, timeoutMs, signal }: Place,
  opened: (socket: Socket, settle: (state: S) => void) => void,
): Promise<Attempt<Opened<S>>> {
  return oneAnswer({ timeoutMs, signal }, ({ resolve }) => {
    const socket = connect({ host, port });
    let from: string | null = null;
    const settle = (state: Opened<S>) => resolve({ state, from });
    socket.once("connect", () => {
      from = socket.localAddress ?? null;
      opened(socket, settle);
    });
    socket.on("error", (error) => {
      settle(from === null ? (STATES[codeOf(error)] ?? "unknown") : "hangs-up");
    });
    socket.once("close", () => settle("hangs-up"));
    return {
      close: () => socket.destroy(),
      late: () => settle(from === null ? "silent" : "unknown"),
    };
  });
}

/** A head longer than this is no answer. */
const MAX_HEAD_BYTES = 64 * 1024;

/** Asks a web server once for its declared address; redirects are not followed, the body is not read. */
export function askWeb(
  { host, port, timeoutMs, signal }: Place,
  url: URL,
  serverName: string,
): Promise<Attempt<OutsideAnswer>> {
  return oneAnswer({ timeoutMs, signal }, ({ resolve }) => {
    const common = {
      host,
      port,
      path: `${url.pathname}${url.search}`,
      headers: { Host: url.host, "User-Agent": "probity", Accept: "*/*" },
      agent: false,
      maxHeaderSize: MAX_HEAD_BYTES,
    } as const;
    const request =
      url.protocol === "https:"
        ? httpsRequest({ ...common, ...relaxedTls(serverName) })
        : httpRequest(common);
    let from: string | null = null;
    const settle = (state: OutsideAnswer["state"], status: number | null = null) =>
      resolve({ state: { state, status }, from });
    request.on("socket", (socket) => {
      socket.once("connect", () => {
        from = socket.localAddress ?? null;
      });
    });
    const answered = (response: IncomingMessage) => settle("answers", response.statusCode ?? null);
    request.on("response", answered).on("upgrade", answered);
    request.on("error", (error) => {
      const code = codeOf(error);
      if (from === null) settle(STATES[code] ?? "unknown");
      // What breaks off or speaks something else may be a refusal or a fault.
      else settle(code === "ECONNRESET" ? "hangs-up" : "unknown");
    });
    request.end();
    return {
      close: () => void request.destroy(),
      late: () => settle(from === null ? "silent" : "unknown"),
    };
  });
}
