/** Who runs what is looked at. `endpoint` is a network address that belongs to no declared account. */
export const PROVIDERS = ["aws", "azure", "gcp", "ovh", "scaleway", "upcloud", "endpoint"] as const;
export type Provider = (typeof PROVIDERS)[number];

/** One thing that is looked at: a resource of a cloud account, an endpoint, a set of backups. */
export interface Subject {
  /** Id of the estate's target through which it was seen. */
  readonly target: string;
  readonly provider: Provider;
  /** The provider's own type name (`AWS::S3::Bucket`, `Microsoft.Storage/storageAccounts`), or one of ours (`endpoint`, `backup-set`, `target`). */
  readonly kind: string;
  /** The provider's own full id (ARN, ARM id), or host:port. Unique within target and kind. */
  readonly id: string;
  readonly name: string;
  /** The provider's region name in lower case; null where the provider gives none or it was not read. */
  readonly region: string | null;
  /** null: the tags were not read, so nothing that depends on a tag can be decided. */
  readonly tags: Readonly<Record<string, string>> | null;
}

/** The pseudo-subject of what is said about a target as a whole (its inventory, its failure to answer). */
export const TARGET_KIND = "target";
/** A host and port that the estate declares and that speaks HTTP. */
export const ENDPOINT_KIND = "endpoint";
/** A host and port that the estate declares as `tls://`: nothing is known of what is spoken inside. */
export const TLS_ENDPOINT_KIND = "tls-endpoint";
/** An OpenID provider of the company's own that the estate declares, by its issuer. */
export const OIDC_KIND = "oidc-issuer";
/** SAML metadata of the company's own that the estate declares, by its address. */
export const SAML_KIND = "saml-metadata";
/** A host and port that the estate declares as `ssh://`. */
export const SSH_ENDPOINT_KIND = "ssh-endpoint";
/** A bucket and prefix that the estate declares to hold backups. */
export const BACKUP_SET_KIND = "backup-set";

/** Ids of Azure Resource Manager say the same in any case; two ARNs that differ in case are two things. */
const CASELESS_ID = /^\/(?:subscriptions|providers)\//i;

/** An id in the spelling by which it is compared. */
export function canonicalId(id: string): string {
  return CASELESS_ID.test(id) ? id.toLowerCase() : id;
}

/** Identity of a subject within one body of evidence; the case of kinds makes no difference. */
export function subjectKey(subject: Pick<Subject, "target" | "kind" | "id">): string {
  return `${subject.target}\n${subject.kind.toLowerCase()}\n${canonicalId(subject.id)}`;
}

/** The subject that stands for a whole target. */
export function targetSubject(target: {
  readonly id: string;
  readonly provider: Provider;
}): Subject {
  return {
    target: target.id,
    provider: target.provider,
    kind: TARGET_KIND,
    id: target.id,
    name: target.id,
    region: null,
    tags: {},
  };
}
