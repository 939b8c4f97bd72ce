import { endpointSubject } from "#estate/endpoint.ts";
import { defineProbe } from "#model/probe.ts";
import { ENDPOINT_KIND } from "#model/subject.ts";
import { classifyNetwork } from "#probes/tls/errors.ts";
import { READERS } from "./readers.ts";
import { createReading } from "./reading.ts";

export default defineProbe({
  id: "http-endpoint",
  title:
    "HTTP of an endpoint: what answers in clear text, redirects, headers, cookies, what strangers get, published pages, security.txt",
  provider: "endpoint",
  kinds: [ENDPOINT_KIND],
  provides: {
    http: { permissions: [] },
    httpAnswer: { permissions: [] },
    httpService: { permissions: [] },
    authentication: { permissions: [] },
    published: { permissions: [] },
  },
  async *gather(target, wanted, context) {
    if (target.provider !== "endpoint") return;
    // Nothing is known of what runs inside tls://, so HTTP is no question there.
    if (endpointSubject(target).kind !== ENDPOINT_KIND) return;
    const reading = createReading(target, context);
    const asked = READERS.flatMap(([facet, read]) => (wanted.has(facet) ? [read(reading)] : []));
    for (const item of asked) yield* await item;
  },
  classify: classifyNetwork,
});
