import { defineProbe } from "#model/probe.ts";
import type { Fields } from "#probes/common/json.ts";
import { answerOf, oncePer, type Known } from "#probes/common/known.ts";
import { path } from "#probes/rest/client.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { listed, observeInventory, tellListed } from "#probes/rest/listing.ts";
import { listInProjects, listPartly, wholly } from "./listings.ts";
import { computeSubject, projectOf } from "./names.ts";
import { asking } from "./session.ts";
import { byId, hostNamesOf, toTransport } from "./tls-facets.ts";

const HTTPS = "compute.googleapis.com/TargetHttpsProxy";
const SSL = "compute.googleapis.com/TargetSslProxy";
const LISTS = ["compute.targetHttpsProxies.list", "compute.targetSslProxies.list"] as const;
/** What is listed in a project beside the proxies, each by its field. */
const JOINED = ["sslPolicies", "forwardingRules", "sslCertificates"] as const;

/** Proxies of load balancers that end TLS. */
export default defineProbe({
  id: "gcp-tls-proxies",
  title: "HTTPS and SSL proxies of Google Cloud's load balancers",
  provider: "gcp",
  kinds: [HTTPS, SSL],
  provides: {
    inventory: { permissions: LISTS },
    transport: { permissions: [...LISTS, ...JOINED.map((field) => `compute.${field}.list`)] },
  },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "gcp") return;
    const api = asking(target, context, "compute");
    const named = (permission: string, field: string, aggregated = true) => ({
      operation: permission,
      permission,
      field,
      aggregated,
    });
    const [https, ssl] = await Promise.all([
      listInProjects(
        target,
        api,
        named(LISTS[0], "targetHttpsProxies"),
        (project) =>
          path`/compute/v1/projects/${project}/aggregated/targetHttpsProxies?returnPartialSuccess=true`,
      ),
      // SSL proxies have no regional kind, and no list of all scopes.
      listInProjects(
        target,
        api,
        named(LISTS[1], "items", false),
        (project) => path`/compute/v1/projects/${project}/global/targetSslProxies`,
      ),
    ]);
    const listings = [
      listed(target, [HTTPS], https, (raw) => computeSubject(HTTPS, raw)),
      listed(target, [SSL], ssl, (raw) => computeSubject(SSL, raw)),
    ];
    const joined = oncePer((key): Promise<Known<readonly Fields[]>> => {
      const [project = "", field = ""] = key.split("\n");
      const at = path`/compute/v1/projects/${project}/aggregated/${field}?returnPartialSuccess=true`;
      return listPartly(api, named(`compute.${field}.list`, field), at).then(wholly);
    });
    for (const listing of listings) {
      yield* observeInventory(listing, target, context);
      yield* tellListed(
        listing,
        ({ subject, raw }) => ({
          transport: async () => {
            const project = projectOf(subject.id) ?? "";
            const known = await Promise.all(JOINED.map((field) => joined(`${project}\n${field}`)));
            const [policies, rules, certificates] = known;
            return {
              from: raw["sslPolicy"] === undefined ? null : (policies ?? null),
              map: () =>
                toTransport(
                  raw,
                  raw["sslPolicy"] === undefined ? new Map() : byId(read(policies)),
                  hostNamesOf(raw, subject.id, read(rules), byId(read(certificates))),
                ),
            };
          },
        }),
        wanted,
        context,
      );
    }
  },
});

function read(known: Known<readonly Fields[]> | undefined): readonly Fields[] {
  return known === undefined ? [] : answerOf(known);
}
