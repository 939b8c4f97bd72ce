import { defineProbe } from "#model/probe.ts";
import { chunks } from "#probes/common/chunks.ts";
import { answerOf } from "#probes/common/known.ts";
import { tellAll } from "#probes/common/telling.ts";
import type { Fields } from "#probes/common/json.ts";
import { askArm, below } from "./asks.ts";
import { classifyAzure } from "./errors.ts";
import { circuitEncryption, circuitOf, toCircuitLink, toConnectionLink } from "./link-facets.ts";
import { listResources, observeResources, type Found } from "./listing.ts";
import { inSubscriptions } from "./session.ts";

const CONNECTIONS = "Microsoft.Network/connections";
const CIRCUITS = "Microsoft.Network/expressRouteCircuits";
const PORTS = "Microsoft.Network/expressRoutePorts";
const VERSION = "2024-03-01";

/** Links to other networks: VPN and ExpressRoute. */
export default defineProbe({
  id: "azure-links",
  title: "Azure VPN connections and ExpressRoute",
  provider: "azure",
  kinds: [CONNECTIONS, CIRCUITS],
  provides: {
    link: { permissions: [CONNECTIONS, CIRCUITS, PORTS].map((kind) => `${kind}/read`) },
  },
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure" || !wanted.has("link")) return;
    yield* inSubscriptions(target, context, async function* act(session) {
      const versions = { [CONNECTIONS]: VERSION, [CIRCUITS]: VERSION, [PORTS]: VERSION };
      const listed = await listResources(versions, session);
      const circuits = rawOf(listed.found, CIRCUITS);
      const ports = rawOf(listed.found, PORTS);
      const lost = listed.unread.filter(({ subject }) => is(subject.kind, PORTS));
      const unread = listed.unread.filter(({ subject }) => !is(subject.kind, PORTS));
      yield* observeResources({ found: [], unread }, { link: UNREAD }, wanted, session);
      const parts = lost.map(({ known }) => known);
      const told = listed.found.filter(({ subject }) => !is(subject.kind, PORTS));
      for await (const some of chunks(told, context.signal)) {
        const each = some.map((found) =>
          tellAll(found, wanted, session, {
            link: async () => {
              if (is(found.subject.kind, CIRCUITS)) {
                const needed = circuitEncryption(found.raw, ports) === null ? parts : [];
                return { from: null, map: () => toCircuitLink(found.raw, ports), parts: needed };
              }
              // The state of a connection is only in its own answer.
              const known = await askArm(session, {
                under: found.subscription,
                path: below(found.subject.id),
                apiVersion: VERSION,
              });
              return {
                from: known,
                map: () => {
                  const raw = answerOf(known);
                  const circuit = circuits.get(circuitOf(raw) ?? "");
                  const encrypted =
                    circuit === undefined ? null : circuitEncryption(circuit, ports);
                  return toConnectionLink(raw, encrypted);
                },
              };
            },
          }),
        );
        yield* (await Promise.all(each)).flat();
      }
    });
  },
});

/** Only for what could not be read, of which no answer is mapped. */
function UNREAD(): never {
  throw new TypeError("nothing was read");
}

function is(kind: string, other: string): boolean {
  return kind.toLowerCase() === other.toLowerCase();
}

function rawOf(found: readonly Found[], kind: string): ReadonlyMap<string, Fields> {
  return new Map(
    found.flatMap(({ subject, raw }) =>
      is(subject.kind, kind) ? [[subject.id.toLowerCase(), raw] as const] : [],
    ),
  );
}
