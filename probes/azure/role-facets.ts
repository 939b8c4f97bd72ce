/** Role assignments as subjects, and what their roles let their holders do; pure. */
import { changes, includesAction } from "#facts/azure-actions.ts";
import type { Privileges } from "#model/security-facets.ts";
import type { Subject } from "#model/subject.ts";
import { fields, text, type Fields, list } from "#probes/common/json.ts";
import { plain } from "./errors.ts";

/**
 * An assignment as subject. It has no tags of its own, so who holds which role over what stands in their place: that is
 * what an estate's rules for labels can choose by.
 */
export function toSubject(raw: Fields, kind: string, target: string): Subject {
  const id = text(raw["id"]);
  const { principalId, principalType, roleDefinitionId, scope } = fields(raw["properties"]);
  const principal = text(principalId);
  if (id === null || principal === null)
    throw new TypeError("an assignment without id or principal");
  const tags = { principalId, principalType, role: lastOf(roleDefinitionId), scope };
  return {
    target,
    provider: "azure",
    kind,
    id: id.slice(0, 2000),
    name: principal.slice(0, 100),
    region: null,
    tags: Object.fromEntries(
      Object.entries(tags).flatMap(([key, value]) => {
        const written = text(value);
        return written === null ? [] : [[key, written.slice(0, 500)]];
      }),
    ),
  };
}

/** What the assigned role may do. @throws where the role is not among the definitions */
export function toPrivileges(raw: Fields, definitions: readonly Fields[]): Privileges {
  const { roleDefinitionId, scope, condition } = fields(raw["properties"]);
  const role = lastOf(roleDefinitionId)?.toLowerCase() ?? null;
  const found = definitions.find(({ name }) => text(name)?.toLowerCase() === role);
  if (role === null || found === undefined)
    throw new TypeError("the role that is assigned is not defined here");
  const { roleName, permissions } = fields(found["properties"]);
  const allowed = list(permissions).flatMap((one) => {
    const not = [...words(one["notActions"]), ...words(one["notDataActions"])];
    const actions = [...words(one["actions"]), ...words(one["dataActions"])];
    return actions
      .filter((action) => !not.some((out) => includesAction(out, action)))
      .map((action) => ({ action, not }));
  });
  const effects = new Set(allowed.map(({ action }) => changes(action)));
  const administers = allowed.some(
    ({ action, not }) =>
      includesAction(action, GRANTS) && !not.some((out) => includesAction(out, GRANTS)),
  );
  const under = text(condition) === null ? "" : ", under a condition";
  const name = plain(text(roleName) ?? role).slice(0, 100);
  return {
    writes: effects.has(true) ? true : effects.has(null) ? null : false,
    administers,
    through: [`${name} over ${plain(text(scope) ?? "an unnamed scope").slice(0, 200)}${under}`],
    trusts: [],
    service: false,
    root: false,
  };
}

/** Who may write this may give itself anything. */
const GRANTS = "Microsoft.Authorization/roleAssignments/write";

function words(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.some((one) => typeof one !== "string")) {
    throw new TypeError("the actions of a role are no list of names");
  }
  return value.map(String);
}

function lastOf(id: unknown): string | null {
  return text(id)?.split("/").at(-1) ?? null;
}
