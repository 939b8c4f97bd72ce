/** The services of Google Cloud that Probity asks, by the name that an estate gives their endpoint: the first label of the public host. */
export const GCP_SERVICES = [
  "backupdr",
  "cloudasset",
  "cloudkms",
  "cloudresourcemanager",
  "compute",
  "monitoring",
  "sqladmin",
  "storage",
] as const;
