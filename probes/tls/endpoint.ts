import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { endpointAddress, endpointPlace, endpointSubject } from "#estate/endpoint.ts";
import type { TargetOf } from "#model/estate.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import { defineProbe, type Failure, type ProbeContext } from "#model/probe.ts";
import { ENDPOINT_KIND, type Subject, TLS_ENDPOINT_KIND } from "#model/subject.ts";
import { answerMilliseconds } from "./answer-time.ts";
import { certificateFacet, fetchChain } from "./certificate.ts";
import { enumerate } from "./enumerate.ts";
import { classifyNetwork } from "./errors.ts";
import { operationAt } from "./operation.ts";

const HELLOS = "TLS hellos";
const HANDSHAKE = "TLS handshake";

const CONNECTIONS = 20;

export default defineProbe({
  id: "tls-endpoint",
  title: "TLS of an endpoint: protocol versions, cipher suites, certificate",
  provider: "endpoint",
  kinds: [ENDPOINT_KIND, TLS_ENDPOINT_KIND],
  provides: {
    protocols: { permissions: [] },
    cipherSuites: { permissions: [] },
    certificate: { permissions: [] },
  },
  async *gather(target, wanted, context) {
    if (target.provider !== "endpoint") return;
    const subject = endpointSubject(target);
    const parts = await Promise.all([
      gatherHellos(target, subject, wanted, context),
      gatherCertificate(target, subject, wanted, context),
    ]);
    yield* parts.flat();
  },
  classify: classifyNetwork,
});

type Items = readonly (Observation | Problem)[];

/** One enumeration, which two facets are made of. */
async function gatherHellos(
  target: TargetOf<"endpoint">,
  subject: Subject,
  wanted: ReadonlySet<FacetName>,
  context: ProbeContext,
): Promise<Items> {
  const facets = (["protocols", "cipherSuites"] as const).filter((facet) => wanted.has(facet));
  if (facets.length === 0) return [];
  const clock = {
    now: () => context.now().getTime(),
    wait: (milliseconds: number, signal: AbortSignal) =>
      delay(milliseconds, undefined, { signal }).catch(() => {}),
  };
  const answer = await context.ask({
    service: "tls",
    operation: HELLOS,
    call: (signal) =>
      enumerate(endpointAddress(target), {
        timeoutMs: answerMilliseconds(target),
        connections: Math.min(CONNECTIONS, target.limits?.concurrency ?? CONNECTIONS),
        signal,
        clock,
      }),
  });
  if (!answer.ok) return [failed(context, target, facets, HELLOS, answer.failure)];
  const { versions, suites, unfinished, groups, serverPreference } = answer.raw;
  const from = { operation: operationAt(HELLOS, target, ["port"]), ...answer };
  return facets.map((facet) =>
    facet === "protocols"
      ? context.observe(subject, facet, { versions }, from)
      : context.observe(subject, facet, { suites, unfinished, groups, serverPreference }, from),
  );
}

async function gatherCertificate(
  target: TargetOf<"endpoint">,
  subject: Subject,
  wanted: ReadonlySet<FacetName>,
  context: ProbeContext,
): Promise<Items> {
  if (!wanted.has("certificate")) return [];
  const answer = await context.ask({
    service: "tls",
    operation: HANDSHAKE,
    call: async (signal) => {
      const ca = target.caFile === undefined ? null : await readFile(target.caFile, "utf8");
      const timeoutMs = answerMilliseconds(target);
      return fetchChain(endpointAddress(target), { timeoutMs, signal, ca });
    },
  });
  if (!answer.ok) return [failed(context, target, ["certificate"], HANDSHAKE, answer.failure)];
  const from = { operation: operationAt(HANDSHAKE, target, ["port"]), ...answer };
  try {
    return [context.observe(subject, "certificate", certificateFacet(answer.raw), from)];
  } catch (error) {
    const failure = { reason: "malformed", message: String(error), retryable: false } as const;
    return [failed(context, target, ["certificate"], HANDSHAKE, failure)];
  }
}

function failed(
  context: ProbeContext,
  target: TargetOf<"endpoint">,
  facets: readonly FacetName[],
  operation: string,
  failure: Failure,
): Problem {
  return context.problem({
    operation,
    subject: endpointSubject(target),
    facets,
    reason: failure.reason,
    permission: null,
    message: `${endpointPlace(target)}: ${failure.message}`,
  });
}
