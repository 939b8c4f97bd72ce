import { endpointAddress, endpointSubject } from "#estate/endpoint.ts";
import { defineProbe } from "#model/probe.ts";
import { SSH_ENDPOINT_KIND } from "#model/subject.ts";
import { endpointProblem } from "#probes/common/endpoint-problem.ts";
import { answerMilliseconds } from "#probes/tls/answer-time.ts";
import { locate } from "#probes/tls/locate.ts";
import { operationAt } from "#probes/tls/operation.ts";
import { classifySsh } from "./errors.ts";
import { scanSsh } from "./scan.ts";

const OPERATION = "SSH key exchanges, without a login";

export default defineProbe({
  id: "ssh-endpoint",
  title: "SSH of an endpoint: host keys, key exchange, ciphers, MACs",
  provider: "endpoint",
  kinds: [SSH_ENDPOINT_KIND],
  provides: { sshKeys: { permissions: [] }, sshService: { permissions: [] } },
  async *gather(target, wanted, context) {
    const facets = (["sshKeys", "sshService"] as const).filter((facet) => wanted.has(facet));
    if (target.provider !== "endpoint" || facets.length === 0) return;
    const subject = endpointSubject(target);
    if (subject.kind !== SSH_ENDPOINT_KIND) return;
    const { host, port } = endpointAddress(target);
    const timeoutMs = answerMilliseconds(target);
    const answer = await context.ask({
      service: "ssh",
      operation: OPERATION,
      call: async (signal) =>
        scanSsh((await locate(host, signal)).usable, { port, timeoutMs, signal }),
    });
    if (!answer.ok) {
      yield endpointProblem(context, target, OPERATION, facets, answer.failure);
      return;
    }
    const { keys, sshService } = answer.raw;
    const from = { operation: operationAt(OPERATION, target, ["port"]), ...answer };
    if (wanted.has("sshService")) yield context.observe(subject, "sshService", sshService, from);
    if (wanted.has("sshKeys")) yield context.observe(subject, "sshKeys", { keys }, from);
  },
  classify: classifySsh,
});
