/**
 * What the types of OVHcloud's IAM are called here. A type that is not listed keeps its own name, and so stays a kind of
 * which nobody knows whether it holds data until the estate says so.
 * https://eu.api.ovh.com/console/?section=%2Fiam&branch=v2#get-/iam/reference/resource/type
 */
const KINDS: Readonly<Record<string, string>> = {
  account: "ovh/account",
  dedicatedServer: "ovh/dedicated-server",
  dnsZone: "ovh/domain-zone",
  domain: "ovh/domain",
  ip: "ovh/ip",
  ipLoadbalancing: "ovh/load-balancer",
  loadbalancer: "ovh/load-balancer",
  pccVMware: "ovh/private-cloud",
  publicCloudProject: "ovh/cloud-project",
  vps: "ovh/vps",
  vrack: "ovh/vrack",
};

/** The kind of a resource by its IAM type. */
export function kindOfType(type: string): string {
  return (Object.hasOwn(KINDS, type) ? KINDS[type] : undefined) ?? `ovh/${type}`;
}
