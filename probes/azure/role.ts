/** A custom role as `az role definition create` takes it: https://learn.microsoft.com/azure/role-based-access-control/role-definitions */
export interface RoleDefinition {
  readonly Name: string;
  readonly IsCustom: true;
  readonly Description: string;
  readonly Actions: readonly string[];
  readonly NotActions: readonly [];
  readonly DataActions: readonly [];
  readonly NotDataActions: readonly [];
  readonly AssignableScopes: readonly string[];
}

/** What a role may be assigned over: subscriptions, or one management group. */
export const SCOPE =
  /^\/(?:subscriptions\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|providers\/Microsoft\.Management\/managementGroups\/[\w().-]{1,90})$/i;

/** Stands where nobody said which subscription is meant. */
export const ANY_SCOPE = "/subscriptions/00000000-0000-0000-0000-000000000000";

/** The least role that allows these actions, none of them on data. */
export function roleDefinition(
  actions: readonly string[],
  scopes: readonly string[],
): RoleDefinition {
  return {
    Name: "Probity",
    IsCustom: true,
    Description: "Reads the settings by which Probity judges a security statement; no data.",
    Actions: [...new Set(actions)].sort(),
    NotActions: [],
    DataActions: [],
    NotDataActions: [],
    AssignableScopes: scopes,
  };
}
