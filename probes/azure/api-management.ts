import { defineProbe } from "#model/probe.ts";
import { answerOf, type Known } from "#probes/common/known.ts";
import type { Telling } from "#probes/common/telling.ts";
import { text, type Fields } from "#probes/common/json.ts";
import { hasWorkspaces, toTransport } from "./api-management-facets.ts";
import { below, listArm } from "./asks.ts";
import { classifyAzure } from "./errors.ts";
import { listResources, type Found } from "./listing.ts";
import { inSubscriptions, type AzureSession } from "./session.ts";
import { tellResources } from "./telling-resources.ts";

const KIND = "Microsoft.ApiManagement/service";
const VERSION = "2024-05-01";

/** API Management services. */
export default defineProbe({
  id: "azure-api-management",
  title: "Azure API Management",
  provider: "azure",
  kinds: [KIND],
  provides: {
    transport: {
      permissions: ["", "/apis", "/workspaces", "/workspaces/apis"].map(
        (part) => `${KIND}${part}/read`,
      ),
    },
  },
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure" || !wanted.has("transport")) return;
    yield* inSubscriptions(target, context, async function* act(session) {
      const services = await listResources({ [KIND]: VERSION }, session);
      yield* tellResources(services, wanted.intersection(new Set(["transport"])), session, (one) =>
        telling(one, session),
      );
    });
  },
});

function telling({ subject, subscription: under, raw }: Found, session: AzureSession): Telling {
  const listing = (id: string, rest: string): Promise<Known<readonly Fields[]>> =>
    listArm(session, { under, path: below(id, rest), apiVersion: VERSION });
  return {
    transport: async () => {
      const own = await listing(subject.id, "apis");
      const workspaces = hasWorkspaces(raw) ? await listing(subject.id, "workspaces") : null;
      const inside = await Promise.all(
        (workspaces?.ok === true ? workspaces.value : []).map(({ name }) =>
          listing(`${subject.id}/workspaces/${text(name) ?? ""}`, "apis"),
        ),
      );
      return {
        from: own,
        map: () => {
          if (workspaces !== null) answerOf(workspaces);
          return toTransport(raw, [own, ...inside].flatMap(answerOf));
        },
      };
    },
  };
}
