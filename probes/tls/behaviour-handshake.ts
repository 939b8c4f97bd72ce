/** One handshake by OpenSSL, for the session that comes of it. */
import type { Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { classifyNetwork, codeOf, TlsScanError } from "./errors.ts";
import { withoutLegacyCertificate } from "./legacy-certificate.ts";
import { NOT_ASKED } from "./outcomes.ts";
import { relaxedTls } from "./relaxed.ts";
import type { Wire } from "./wire.ts";

/** What a handshake offers. */
export interface Wish {
  /** TLS 1.3 alone, or the versions before it. */
  readonly versions: "TLSv1.3" | "older";
  /** Up to TLS 1.2: whether a ticket may come. */
  readonly tickets?: boolean;
  /** The session to resume; a new one when left out, which in TLS 1.3 comes after the handshake and is waited for. */
  readonly session?: Buffer;
  /** Up to TLS 1.2: false offers no DHE. */
  readonly dhe?: boolean;
  /** TLS 1.3: a share of a post-quantum group too, which makes the hello longer than a packet. */
  readonly large?: boolean;
  /** Nothing follows that the server should remember this client for: the connection is dropped at once. */
  readonly last?: true;
}

/** What came of a handshake. */
export type Meeting =
  | {
      readonly kind: "met";
      readonly reused: boolean;
      /** As Node gives it; null where there is none: in TLS 1.3 it comes with a ticket. */
      readonly session: Buffer | null;
      /** Up to TLS 1.2: the session has a ticket. */
      readonly ticket: boolean;
      /** Resolves when the connection is gone. */
      readonly gone: Promise<void>;
    }
  | {
      readonly kind: "failed";
      readonly why: string;
      /** The handshake was done, and something failed after it. */
      readonly done: boolean;
    };

/**
 * A ticket comes a round trip after the handshake; so many times as long as that took, it is waited for. Then the client
 * leaves, upon which some servers send what they have held back; not before, as what stands between may drop it.
 */
const TICKET_TRIPS = 3;
const MOST_TICKET_MS = 1000;
function ticketMs(handshakeMs: number): number {
  return Math.min(TICKET_TRIPS * handshakeMs, MOST_TICKET_MS);
}
/** How long a server may take to close after the client has. */
const CLOSE_MS = 2000;
const CUT: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE", "ENDED"]);

/** What came of it; `cut` where that was an end without a word. */
export type Told = Meeting & { readonly cut?: true };

/** Makes a handshake over that connection, which is then closed as a client should. Never rejects. */
export function meet(
  wire: Wire,
  tcp: Socket,
  { versions, tickets, dhe, large, session, last }: Wish,
): Promise<Told> {
  const waits = versions === "TLSv1.3" && session === undefined;
  return new Promise((resolve) => {
    let met = false;
    let timer: NodeJS.Timeout | undefined;
    const started = performance.now();
    const fail = (error: unknown) => {
      const cut = CUT.has(codeOf(error));
      resolve({
        kind: "failed",
        why: classifyNetwork(error).message,
        done: met,
        ...(cut ? { cut: true as const } : {}),
      });
      tcp.destroy();
    };
    const after = (milliseconds: number, what: string) => {
      clearTimeout(timer);
      timer = setTimeout(() => fail(new TlsScanError("timeout", what)), milliseconds);
    };
    // A server may forget the session of a client that leaves without a word (RFC 5246 7.2.1).
    const leave = () => {
      after(Math.min(wire.timeoutMs, CLOSE_MS), "no ticket in time, and no end either");
      tls.end();
    };
    const end = () => {
      clearTimeout(timer);
      tls.destroy();
      if (met) resolve(meetingOf(tcp, tls, null));
      else fail(wire.signal.aborted ? new TlsScanError("timeout", NOT_ASKED) : ENDED);
    };
    if (tcp.destroyed)
      return resolve({ kind: "failed", why: ENDED.message, done: false, cut: true });
    const tls = withoutLegacyCertificate(
      connect({
        socket: tcp,
        ...relaxedTls(wire.address.serverName, { versions, tickets, dhe, large }),
        ...(session === undefined ? {} : { session }),
      }),
    );
    after(wire.timeoutMs, "no TLS handshake in time");
    tls.on("secureConnect", () => {
      met = true;
      clearTimeout(timer);
      if (!waits) resolve(meetingOf(tcp, tls, tls.getSession() ?? null));
      if (last === true) tcp.destroy();
      else if (waits) timer = setTimeout(leave, ticketMs(performance.now() - started));
      else leave();
      tls.resume();
    });
    // New secrets up to TLS 1.2 say that the session was not taken, a round trip before the handshake is done.
    tls.on("keylog", () => {
      if (last !== true || met || versions !== "older" || tls.isSessionReused()) return;
      met = true;
      resolve(meetingOf(tcp, tls, null));
      tcp.destroy();
    });
    tls.on("session", (ticket) => {
      if (!met || !waits) return;
      resolve(meetingOf(tcp, tls, ticket));
      leave();
    });
    tls.on("error", fail);
    tcp.on("error", fail);
    tls.on("close", () => tcp.destroy());
    tcp.on("close", end);
  });
}

const ENDED = new TlsScanError("unreachable", "the connection is closed before TLS", "ENDED");

function meetingOf(tcp: Socket, tls: TLSSocket, session: Buffer | null): Meeting {
  return {
    kind: "met",
    reused: tls.isSessionReused(),
    session,
    ticket: tls.getTLSTicket() !== undefined,
    gone: new Promise((resolve) => {
      if (tcp.closed) resolve();
      else tcp.once("close", () => resolve());
    }),
  };
}
