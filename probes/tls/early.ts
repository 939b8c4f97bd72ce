/** Connections that are begun while what will use them is still loaded: a round trip less for who waits. */
import { endpointAddress, endpointSubject } from "#estate/endpoint.ts";
import type { TargetOf } from "#model/estate.ts";
import { SSH_ENDPOINT_KIND } from "#model/subject.ts";
import { type Connection, dial } from "./dialogue.ts";
import { locate } from "./locate.ts";

interface Begun {
  readonly connection: Connection;
  /** Whom to tell when it is gone; null when it is gone already. */
  gone: (() => void) | null;
}

/** The first hellos, and what is dialled for those that follow them. */
const CONNECTIONS = 18;

const begun = new Map<string, Begun[]>();

/**
 * Begins to connect to every address of an endpoint that begins with TLS, for the one scan that follows. Never rejects:
 * whatever fails is found again by who asks.
 */
export async function dialEarly(target: TargetOf<"endpoint">, signal: AbortSignal): Promise<void> {
  const { host, port, startTls } = endpointAddress(target);
  if (startTls !== null || endpointSubject(target).kind === SSH_ENDPOINT_KIND) return;
  const { usable } = await locate(host, signal).catch(() => ({ usable: [] }));
  const [address, ...others] = usable;
  // Several addresses would share the time of this process, which is what a check of them waits for.
  if (address === undefined || others.length > 0) return;
  const connections = Array.from({ length: CONNECTIONS }, () => {
    const one: Begun = {
      connection: dial({ host: address, port }, () => {
        one.gone?.();
        one.gone = null;
      }),
      gone: () => {},
    };
    return one;
  });
  const place = { host: address, port };
  begun.set(placeOf(place), connections);
  signal.addEventListener("abort", () => dropEarly(place), { once: true });
}

/** One that nobody has taken, oldest first; null for none. @param gone as of `dial` */
export function takeEarly(address: Place, gone: () => void): Connection | null {
  const left = begun.get(placeOf(address)) ?? [];
  for (let one = left.shift(); one !== undefined; one = left.shift()) {
    if (one.gone === null) continue;
    one.gone = gone;
    return one.connection;
  }
  return null;
}

/** Gives up those that nobody has taken. */
export function dropEarly(address: Place): void {
  for (const { connection } of begun.get(placeOf(address)) ?? []) connection.drop();
  begun.delete(placeOf(address));
}

interface Place {
  /** IP address. */
  readonly host: string;
  readonly port: number;
}

const placeOf = ({ host, port }: Place) => `${host} ${port}`;
