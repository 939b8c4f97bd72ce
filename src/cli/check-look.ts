import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { endpointSubject } from "#estate/endpoint.ts";
import type { ScanSettings } from "#gather/context.ts";
import { gather } from "#gather/gather.ts";
import type { PlannedProbe } from "#gather/plan.ts";
import type { TargetOf } from "#model/estate.ts";
import type { Evidence } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import type { ProbeEntry } from "#model/probe.ts";
import { probes } from "#probes/index.ts";

/** What looks at endpoints. */
export interface Looker {
  /** Everything that the probes of endpoints can read of one, whatever is judged. Never throws. */
  readonly look: (target: TargetOf<"endpoint">, signal: AbortSignal) => Promise<Evidence>;
  /** Settles when the first bytes are on their way, or when none will be: from then on there is time to load the rest. */
  readonly underWay: Promise<void>;
}

const FIRST: FacetName = "protocols";
/** https://nodejs.org/api/diagnostics_channel.html#event-netclientsocket */
const CLIENT_SOCKETS = "net.client.socket";

/** Makes what looks at endpoints; the TLS probe is loaded first and alone, for it has most to ask. */
export function createLooker(settings: Omit<ScanSettings, "signal">): Looker {
  const { promise: underWay, resolve: begin } = Promise.withResolvers<void>();
  const watch = (message: unknown) => {
    // What Node documents of this channel.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const { socket } = message as { socket: Socket };
    socket.once("connect", () =>
      setImmediate(() => {
        if (socket.bytesWritten > 0) begin();
      }),
    );
  };
  subscribe(CLIENT_SOCKETS, watch);
  void underWay.then(() => unsubscribe(CLIENT_SOCKETS, watch));

  const entries = probes
    .filter(({ provider }) => provider === "endpoint")
    .map((entry): ProbeEntry => {
      if (FIRST in entry.provides) return entry;
      return { ...entry, load: () => underWay.then(() => entry.load()) };
    });
  const progress = { started: () => {}, item: () => {}, finished: () => begin() };
  return {
    underWay,
    look: (target, signal) =>
      gather([target], planFor(target, entries), { ...settings, signal }, progress),
  };
}

/** All facets of the endpoint's kind, also those that no claim needs. */
function planFor(
  target: TargetOf<"endpoint">,
  entries: readonly ProbeEntry[],
): readonly PlannedProbe[] {
  const { kind } = endpointSubject(target);
  return entries
    .filter(({ kinds }) => kinds.includes(kind))
    .map((entry) => ({ target, entry, wanted: facetsOf(entry) }));
}

function facetsOf({ provides }: ProbeEntry): ReadonlySet<FacetName> {
  // The keys of a record of facets are names of facets, which Object.keys forgets.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return new Set(Object.keys(provides) as FacetName[]);
}
