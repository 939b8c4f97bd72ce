import { setTimeout as delay } from "node:timers/promises";
import { endpointAddress, endpointSubject } from "#estate/endpoint.ts";
import type { TargetOf } from "#model/estate.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import { TLS_FACETS } from "#model/tls-facets.ts";
import { defineProbe, type ProbeContext } from "#model/probe.ts";
import { ENDPOINT_KIND, SSH_ENDPOINT_KIND, TLS_ENDPOINT_KIND } from "#model/subject.ts";
import { endpointProblem } from "#probes/common/endpoint-problem.ts";
import { answerMilliseconds } from "./answer-time.ts";
import { type AddressScan, enumerate } from "./enumerate.ts";
import { classifyNetwork } from "./errors.ts";
import { operationAt } from "./operation.ts";

const OPERATION = "TLS hellos and handshakes";

/** The most at once to one address, unless the estate says less. */
const CONNECTIONS = 20;

export default defineProbe({
  id: "tls-endpoint",
  title:
    "TLS of an endpoint: protocol versions, cipher suites, key exchange, certificates, shape of the service",
  provider: "endpoint",
  kinds: [ENDPOINT_KIND, TLS_ENDPOINT_KIND],
  provides: {
    protocols: { permissions: [] },
    cipherSuites: { permissions: [] },
    keyExchange: { permissions: [] },
    certificate: { permissions: [] },
    tlsService: { permissions: [] },
    tlsBehaviour: { permissions: [] },
    tlsAttacks: { permissions: [] },
  },
  async *gather(target, wanted, context) {
    const facets = TLS_FACETS.filter((facet) => wanted.has(facet));
    if (target.provider !== "endpoint" || facets.length === 0) return;
    if (endpointSubject(target).kind === SSH_ENDPOINT_KIND) return;
    const answer = await context.ask({
      service: "tls",
      operation: OPERATION,
      call: (signal) => scan(target, wanted, context, signal),
    });
    if (!answer.ok) {
      yield endpointProblem(context, target, OPERATION, facets, answer.failure);
      return;
    }
    yield* items(target, wanted, context, answer);
  },
  classify: classifyNetwork,
});

/** Loaded for those who have one. */
async function textOf(file: string): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  return readFile(file, "utf8");
}

async function scan(
  target: TargetOf<"endpoint">,
  wanted: ReadonlySet<FacetName>,
  context: ProbeContext,
  signal: AbortSignal,
): Promise<AddressScan> {
  return enumerate(endpointAddress(target), {
    wanted,
    active: context.active,
    ca: target.caFile === undefined ? null : await textOf(target.caFile),
    timeoutMs: answerMilliseconds(target),
    connections: Math.min(CONNECTIONS, target.limits?.concurrency ?? CONNECTIONS),
    signal,
    clock: {
      now: () => context.now().getTime(),
      wait: (milliseconds, stop) =>
        delay(milliseconds, undefined, { signal: stop }).catch(() => {}),
    },
  });
}

/** One observation for each facet that was wanted and read, and a problem for a certificate that was not. */
function* items(
  target: TargetOf<"endpoint">,
  wanted: ReadonlySet<FacetName>,
  context: ProbeContext,
  answer: { readonly raw: AddressScan; readonly observedAt: string; readonly sha256: string },
): Generator<Observation | Problem> {
  const subject = endpointSubject(target);
  const { raw } = answer;
  const from = { operation: operationAt(OPERATION, target, ["port"]), ...answer };
  const { protocols, cipherSuites, keyExchange, certificate, tlsService } = raw;
  if (wanted.has("protocols")) yield context.observe(subject, "protocols", protocols, from);
  if (cipherSuites !== null) yield context.observe(subject, "cipherSuites", cipherSuites, from);
  if (keyExchange !== null) yield context.observe(subject, "keyExchange", keyExchange, from);
  if (tlsService !== null) yield context.observe(subject, "tlsService", tlsService, from);
  const { tlsBehaviour, tlsAttacks } = raw;
  if (tlsBehaviour !== null) yield context.observe(subject, "tlsBehaviour", tlsBehaviour, from);
  if (tlsAttacks !== null) yield context.observe(subject, "tlsAttacks", tlsAttacks, from);
  if (certificate !== null) yield context.observe(subject, "certificate", certificate, from);
  if (raw.certificateProblem !== null) {
    yield endpointProblem(context, target, OPERATION, ["certificate"], raw.certificateProblem);
  }
}
