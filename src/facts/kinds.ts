import { DNS_FACETS } from "#model/dns-facets.ts";
import type { FacetName } from "#model/facets.ts";
import { HTTP_FACETS } from "#model/http-facets.ts";
import { PROVIDERS, type Provider } from "#model/subject.ts";
import { TLS_FACETS } from "#model/tls-facets.ts";
import { AWS_KINDS } from "./kinds-aws.ts";
import { AZURE_KINDS } from "./kinds-azure.ts";
import { EUROPEAN_KINDS } from "./kinds-european.ts";
import { GCP_KINDS } from "./kinds-gcp.ts";

/** What the world has in it: a kind of subject and the facets that exist for it, whether or not a probe reads them yet. */
export interface Kind {
  readonly kind: string;
  /** The providers that have it; none for what no provider lists (an attestation). */
  readonly providers: readonly Provider[];
  readonly title: string;
  /** Holds customers' data at rest. */
  readonly data: boolean;
  /** Every copy rests in the region that an inventory shows: a copy elsewhere would be a subject of its own. */
  readonly regional: boolean;
  /** It lies inside another and is in no listing of all resources: a listing of its own must reach it. */
  readonly inside?: boolean;
  readonly facets: readonly FacetName[];
}

const CLOUDS = PROVIDERS.filter((provider) => provider !== "endpoint");

const OWN_KINDS: readonly Kind[] = [
  {
    kind: "endpoint",
    providers: ["endpoint"],
    title: "HTTPS endpoint",
    data: false,
    regional: false,
    facets: [...TLS_FACETS, "http", ...HTTP_FACETS, "reachability", ...DNS_FACETS],
  },
  {
    kind: "tls-endpoint",
    providers: ["endpoint"],
    title: "TLS endpoint",
    data: false,
    regional: false,
    facets: [...TLS_FACETS, "reachability", ...DNS_FACETS],
  },
  {
    kind: "oidc-issuer",
    providers: ["endpoint"],
    title: "OpenID provider",
    data: false,
    regional: false,
    facets: ["oidcDiscovery"],
  },
  {
    kind: "saml-metadata",
    providers: ["endpoint"],
    title: "SAML metadata",
    data: false,
    regional: false,
    facets: ["samlMetadata"],
  },
  {
    kind: "ssh-endpoint",
    providers: ["endpoint"],
    title: "SSH endpoint",
    data: false,
    regional: false,
    facets: ["sshKeys", "sshService", "reachability"],
  },
  {
    kind: "backup-set",
    providers: CLOUDS,
    title: "declared set of backups",
    data: false,
    regional: false,
    facets: ["recoveryPoints"],
  },
  {
    kind: "attestation",
    providers: [],
    title: "attestation",
    data: false,
    regional: false,
    facets: ["attestation"],
  },
];

/** Every kind that Probity knows. */
export const KINDS: readonly Kind[] = [
  ...OWN_KINDS,
  ...AWS_KINDS,
  ...AZURE_KINDS,
  ...GCP_KINDS,
  ...EUROPEAN_KINDS,
];

const BY_NAME = new Map(KINDS.map((kind) => [kind.kind.toLowerCase(), kind]));
const BY_PROVIDER = new Map(
  PROVIDERS.map((provider) => [
    provider,
    KINDS.filter((kind) => kind.providers.includes(provider)),
  ]),
);

/** What is known of a kind, whatever its case; undefined for one that Probity has never heard of. */
export function kindOf(kind: string): Kind | undefined {
  return BY_NAME.get(kind.toLowerCase());
}

/** All known kinds that a provider has. */
export function kindsOf(provider: Provider): readonly Kind[] {
  return BY_PROVIDER.get(provider) ?? [];
}

/** The kinds of a provider for which a facet exists. */
export function kindsWith(facet: FacetName, provider: Provider): readonly Kind[] {
  return kindsOf(provider).filter((kind) => kind.facets.includes(facet));
}
