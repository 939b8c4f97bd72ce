import { endpointAddress, endpointSubject } from "#estate/endpoint.ts";
import { isWebUrl } from "#model/endpoint-url.ts";
import type { Probe } from "#model/probe.ts";
import { endpointProblem } from "#probes/common/endpoint-problem.ts";
import { answerMilliseconds } from "#probes/tls/answer-time.ts";
import { locate } from "#probes/tls/locate.ts";
import { lookFromOutside } from "./look.ts";
import type { Pace } from "./pace.ts";

const OPERATION = "TCP connections to declared ports";
/** Of a name; where it has more, what is closed is not known. */
const MOST_ADDRESSES = 16;

/** What the probe does, at a pace of one's own, so that tests need not wait. */
export function gatherReachability(pace: Pace): Probe["gather"] {
  return async function* (target, wanted, context) {
    if (target.provider !== "endpoint" || !wanted.has("reachability")) return;
    const subject = endpointSubject(target);
    const { outside } = target;
    if (outside === undefined) {
      const operation = "declared in the estate";
      const nothing = { declared: null, seenAs: null, hosts: [] };
      yield context.observe(subject, "reachability", nothing, { operation });
      return;
    }
    const address = endpointAddress(target);
    const located = await context.ask({
      service: "dns",
      operation: `lookup of ${address.host}`,
      call: (signal) => locate(address.host, signal),
    });
    const usable = located.ok ? located.raw.usable : [];
    if (!located.ok || usable.length > MOST_ADDRESSES) {
      const why = located.ok
        ? `the name has ${usable.length} addresses, and at most ${MOST_ADDRESSES} are tried`
        : located.failure.message;
      const reason = located.ok ? "too-large" : located.failure.reason;
      const failure = { reason, message: why } as const;
      yield endpointProblem(context, target, OPERATION, ["reachability"], failure);
      return;
    }
    const look = {
      outside,
      address,
      url: isWebUrl(target.url) ? new URL(target.url) : null,
      timeoutMs: answerMilliseconds(target),
      ask: context.ask,
      pace,
    };
    const value = await lookFromOutside(look, usable);
    yield context.observe(subject, "reachability", value, { operation: OPERATION });
  };
}
