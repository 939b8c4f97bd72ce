/** Connections that are begun while what will use them is still loaded: a round trip less for who waits. */
import { endpointAddress, endpointSubject } from "#estate/endpoint.ts";
import type { TargetOf } from "#model/estate.ts";
import { SSH_ENDPOINT_KIND } from "#model/subject.ts";
import { type Connection, dial } from "./dialogue.ts";
import { locate } from "./locate.ts";

/** What is begun for one scan. */
interface Early {
  readonly port: number;
  /** IP address; null while the name is looked up. */
  host: string | null;
  readonly connections: Begun[];
}

interface Begun {
  readonly connection: Connection;
  /** Whom to tell when it is gone; null when it is gone already. */
  gone: (() => void) | null;
}

/** The first hellos, and what is dialled for those that follow them. */
const CONNECTIONS = 18;

/** Of one scan at a time; null as soon as somebody asks who would have to wait for it: from then on the scan dials itself. */
let early: Early | null = null;

/**
 * Begins to connect to an endpoint that begins with TLS and has one address, for the one scan that follows; of several
 * addresses each would take the time of the others. Never rejects: whatever fails is found again by who asks.
 */
export async function dialEarly(target: TargetOf<"endpoint">, signal: AbortSignal): Promise<void> {
  const { host, port, startTls } = endpointAddress(target);
  if (startTls !== null || endpointSubject(target).kind === SSH_ENDPOINT_KIND) return;
  const own: Early = { port, host: null, connections: [] };
  early = own;
  const { usable } = await locate(host, signal).catch(() => ({ usable: [] }));
  const [address, ...others] = usable;
  // Beside what the scan has dialled itself meanwhile it would be too much at once.
  if (address === undefined || others.length > 0 || early !== own) return;
  own.host = address;
  for (let count = 0; count < CONNECTIONS; count += 1) {
    const one: Begun = {
      connection: dial({ host: address, port }, () => {
        one.gone?.();
        one.gone = null;
      }),
      gone: () => {},
    };
    own.connections.push(one);
  }
  signal.addEventListener("abort", () => dropEarly({ host: address, port }), { once: true });
}

/** One that nobody has taken, oldest first; null for none. @param gone as of `dial` */
export function takeEarly({ host, port }: Place, gone: () => void): Connection | null {
  if (early?.host === null) early = null;
  if (early?.host !== host || early.port !== port) return null;
  for (let one = early.connections.shift(); one !== undefined; one = early.connections.shift()) {
    if (one.gone === null) continue;
    one.gone = gone;
    return one.connection;
  }
  return null;
}

/** Gives up those that nobody has taken. */
export function dropEarly({ host, port }: Place): void {
  if (early?.host !== host || early.port !== port) return;
  for (const { connection } of early.connections) connection.drop();
  early = null;
}

interface Place {
  /** IP address. */
  readonly host: string;
  readonly port: number;
}
