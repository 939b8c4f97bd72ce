/**
 * What a sub-account can be given. `network_gateway` and `file_storage` stand in no page; a name that UpCloud does not
 * use leaves those lists of a sub-account incomplete, never the other way about.
 * https://developers.upcloud.com/1.3/18-permissions/
 */
const TARGET_TYPES = [
  "server",
  "storage",
  "network",
  "router",
  "managed_database",
  "managed_loadbalancer",
  "managed_object_storage",
  "managed_kubernetes",
  "network_gateway",
  "file_storage",
] as const;
export type TargetType = (typeof TARGET_TYPES)[number];

/** The permission of all resources of a type, as the probes name it: `server:*`. */
export function grant<Type extends TargetType>(type: Type): `${Type}:*` {
  return `${type}:*`;
}

/** The body of `POST /1.3/permission/grant`. */
export interface PermissionGrant {
  readonly permission: {
    readonly target_identifier: "*";
    readonly target_type: string;
    readonly user: string;
  };
}

/** Stands where nobody said which sub-account is meant. */
const ANY_USER = "probity";

/** What to grant a sub-account for these permissions, one request each; those that every account has are left out. */
export function permissionGrants(names: readonly string[]): readonly PermissionGrant[] {
  return TARGET_TYPES.filter((type) => names.includes(grant(type))).map((type) => ({
    permission: { target_identifier: "*", target_type: type, user: ANY_USER },
  }));
}
