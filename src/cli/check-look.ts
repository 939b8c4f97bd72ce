import { isIP } from "node:net";
import { endpointAddress, endpointSubject } from "#estate/endpoint.ts";
import { isLocalName } from "#facts/local-names.ts";
import type { ScanSettings } from "#gather/context.ts";
import { gather } from "#gather/gather.ts";
import type { PlannedProbe } from "#gather/plan.ts";
import { DNS_FACETS } from "#model/dns-facets.ts";
import type { TargetOf } from "#model/estate.ts";
import type { Evidence, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import type { ProbeEntry } from "#model/probe.ts";
import { UNDER_WAY, untilSent } from "#probes/common/under-way.ts";
import { probes } from "#probes/index.ts";

/** What looks at endpoints. */
export interface Looker {
  /** Everything that the probes of endpoints can read of one, whatever is judged. Never throws. */
  readonly look: (target: TargetOf<"endpoint">, signal: AbortSignal) => Promise<Evidence>;
  /** Settles when the first bytes are on their way, or when none will be: from then on there is time to load the rest. */
  readonly underWay: Promise<void>;
}

/** Id of the probe that asks DNS. */
export const DNS_PROBE = "dns-endpoint";
/** What is read first: the rest is loaded while it is asked for. */
const FIRST: readonly FacetName[] = ["protocols", "sshService"];

/** Makes what looks at endpoints; the probe of TLS, or SSH, is loaded first and alone, for it has most to ask. */
export function createLooker(settings: Omit<ScanSettings, "signal">): Looker {
  const { promise: underWay, resolve: begin } = Promise.withResolvers<void>();
  const told = () => void untilSent().then(begin);
  UNDER_WAY.subscribe(told);
  void underWay.then(() => UNDER_WAY.unsubscribe(told));

  const entries = probes
    .filter(({ provider }) => provider === "endpoint")
    .map((entry): ProbeEntry => {
      if (FIRST.some((facet) => facet in entry.provides)) return entry;
      return { ...entry, load: () => underWay.then(() => entry.load()) };
    });
  const progress = { started: () => {}, item: () => {}, finished: () => begin() };
  return {
    underWay,
    look: (target, signal) =>
      gather(
        [target],
        planFor(target, entries),
        { ...settings, signal },
        progress,
        notLookedUp(target),
      ),
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
    .map((entry) => ({ target, entry, wanted: facetsOf(entry) }))
    .map((planned) =>
      "dns" in planned.entry.provides ? { ...planned, wanted: dnsFacets(target) } : planned,
    )
    .filter(({ wanted }) => wanted.size > 0);
}

/** An address has no name to look up, and of one server that is named by --connect DNS says nothing. */
function dnsFacets(target: TargetOf<"endpoint">): ReadonlySet<FacetName> {
  const { serverName } = endpointAddress(target);
  if (isElsewhere(target) || isLocalName(serverName)) return new Set();
  return new Set(isIP(serverName) === 0 ? DNS_FACETS : ["hosting"]);
}

function isElsewhere({ connect, dns }: TargetOf<"endpoint">): boolean {
  return connect !== undefined && dns === undefined;
}

/** Said to a policy that asks for it. */
function notLookedUp(target: TargetOf<"endpoint">): readonly Problem[] {
  const { serverName } = endpointAddress(target);
  const message = isElsewhere(target)
    ? "--connect names one server, so that what DNS says of the name is not asked"
    : `${serverName} is no name in DNS`;
  if (!isElsewhere(target) && !isLocalName(serverName)) return [];
  return [
    {
      target: target.id,
      probe: DNS_PROBE,
      operation: "DNS questions",
      kinds: [endpointSubject(target).kind],
      subject: endpointSubject(target),
      facets: DNS_FACETS,
      reason: "unsupported",
      permission: null,
      message,
    },
  ];
}

function facetsOf({ provides }: ProbeEntry): ReadonlySet<FacetName> {
  // The keys of a record of facets are names of facets, which Object.keys forgets.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return new Set(Object.keys(provides) as FacetName[]);
}
