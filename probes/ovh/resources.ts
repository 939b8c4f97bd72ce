import { defineProbe } from "#model/probe.ts";
import { fields, text, type Fields } from "#probes/common/json.ts";
import type { Known } from "#probes/common/known.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { listed, observeInventory, type Part } from "#probes/rest/listing.ts";
import { tagsOf } from "./details.ts";
import { kindOfType } from "./resource-kinds.ts";
import { openSession, type OvhSession } from "./session.ts";

/** Everything that OVHcloud's IAM knows of the account, of whatever kind; what lies in a project is listed there. */
export default defineProbe({
  id: "ovh-resources",
  title: "OVHcloud resources of all kinds",
  provider: "ovh",
  kinds: ["*"],
  // The schema of this route names no action.
  provides: { inventory: { permissions: [] } },
  classify: classifyRest,
  gather: async function* gather(target, _wanted, context) {
    if (target.provider !== "ovh") return;
    const known = await openSession(target, context).resources();
    const all = listed(target, ["*"], [{ place: "", known }], (raw) => {
      const [type, name] = [text(raw["type"]), text(raw["name"])];
      if (type === null || name === null) throw new TypeError("a resource without type or name");
      const shown = text(raw["displayName"]) ?? name;
      return {
        kind: kindOfType(type),
        id: name,
        name: shown,
        region: null,
        tags: tagsOf({ iam: raw }),
      };
    });
    yield* observeInventory(all, target, context);
  },
});

/**
 * A service's own list, with what the IAM knows of the type beside it: a list leaves out what the caller may not read,
 * and says nothing of it. Where the IAM cannot be asked the list is all there is.
 */
export async function withResources(
  { resources }: Pick<OvhSession, "resources">,
  type: string,
  own: Known<readonly unknown[]>,
): Promise<readonly Part[]> {
  const known = await resources();
  if (!known.ok) return [{ place: "", known: own }];
  const named = known.value
    .map((entry): Fields => fields(entry))
    .filter((entry) => entry["type"] === type)
    .map(({ name }) => name);
  return [
    { place: "", known: own },
    { place: "", known: { ...known, value: named } },
  ];
}
