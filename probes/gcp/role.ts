/** A custom role as `gcloud iam roles create --file` takes it: https://cloud.google.com/iam/docs/creating-custom-roles */
export interface CustomRole {
  readonly title: string;
  readonly description: string;
  readonly stage: "GA";
  readonly includedPermissions: readonly string[];
}

/** The least role that allows these permissions. */
export function customRole(permissions: readonly string[]): CustomRole {
  return {
    title: "Probity",
    description: "Reads the settings by which Probity judges a security statement; no data.",
    stage: "GA",
    includedPermissions: [...new Set(permissions)].sort(),
  };
}
