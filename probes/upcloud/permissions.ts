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

/** The document of a policy of an object storage's users, in IAM's grammar. */
export interface StoragePolicy {
  readonly Version: "2012-10-17";
  readonly Statement: readonly {
    readonly Sid: string;
    readonly Effect: "Allow";
    readonly Action: readonly string[];
    readonly Resource: readonly string[];
  }[];
}

/**
 * What allows these: the grants of a sub-account, and what the user of an object storage needs whose keys the target
 * names. https://developers.upcloud.com/1.3/21-managed-object-storage/
 */
export function grants(names: readonly string[]): readonly (PermissionGrant | StoragePolicy)[] {
  const Action = names.filter((name) => name.startsWith("s3:"));
  const given = permissionGrants(names);
  if (Action.length === 0) return given;
  const Statement = [
    { Sid: "Probity", Effect: "Allow", Action, Resource: ["arn:aws:s3:::*"] },
  ] as const;
  return [...given, { Version: "2012-10-17", Statement }];
}

/** What to grant a sub-account for these permissions, one request each; those that every account has are left out. */
function permissionGrants(names: readonly string[]): readonly PermissionGrant[] {
  return TARGET_TYPES.filter((type) => names.includes(grant(type))).map((type) => ({
    permission: { target_identifier: "*", target_type: type, user: ANY_USER },
  }));
}
