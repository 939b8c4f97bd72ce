import { defineProbe } from "#model/probe.ts";
import { ENDPOINT_KIND, SSH_ENDPOINT_KIND, TLS_ENDPOINT_KIND } from "#model/subject.ts";
import { classifyNetwork } from "#probes/tls/errors.ts";
import { gatherReachability } from "./gather.ts";
import { CLOCK, pace } from "./pace.ts";

export default defineProbe({
  id: "reachability",
  title: "What of an endpoint's host is reached from here: declared ports and restrictions",
  provider: "endpoint",
  kinds: [ENDPOINT_KIND, TLS_ENDPOINT_KIND, SSH_ENDPOINT_KIND],
  provides: { reachability: { permissions: [] } },
  gather: gatherReachability(pace(CLOCK)),
  classify: classifyNetwork,
});
