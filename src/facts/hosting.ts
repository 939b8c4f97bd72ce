/** Who hosts addresses: the clouds that Probity knows, and networks of edges that stand before servers elsewhere. */
export const HOSTS = [
  "aws",
  "azure",
  "gcp",
  "ovh",
  "scaleway",
  "upcloud",
  "cloudflare",
  "fastly",
  "akamai",
] as const;
export type Host = (typeof HOSTS)[number];

const TITLES: Readonly<Record<Host, string>> = {
  aws: "Amazon Web Services",
  azure: "Microsoft Azure",
  gcp: "Google Cloud",
  ovh: "OVHcloud",
  scaleway: "Scaleway",
  upcloud: "UpCloud",
  cloudflare: "Cloudflare",
  fastly: "Fastly",
  akamai: "Akamai",
};

/** The name of a host for people; a name that is not known is its own. */
export function hostTitle(name: string): string {
  return isHost(name) ? TITLES[name] : name;
}

export function isHost(name: string): name is Host {
  return HOSTS.some((host) => host === name);
}

/**
 * Days after which a table of ranges says nothing any more: providers publish anew every week or so, and use new ranges
 * a week later at the soonest (https://learn.microsoft.com/azure/virtual-network/service-tags-overview).
 */
export const RANGES_LAST_DAYS = 30;
