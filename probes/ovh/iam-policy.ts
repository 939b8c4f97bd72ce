/** An IAM policy as `POST /v2/iam/policy` takes it: https://help.ovhcloud.com/csm/en-customer-iam-policies-api?id=kb_article_view&sysparm_article=KB0056810 */
export interface IamPolicy {
  readonly name: string;
  readonly description: string;
  readonly identities: readonly string[];
  readonly resources: readonly { readonly urn: string }[];
  readonly permissions: { readonly allow: readonly { readonly action: string }[] };
}

/** Stands where it is to be filled in which service account is meant. */
const IDENTITY = "urn:v1:eu:identity:credential:xx00000-ovh/oauth2-EU.0000000000000000";

/** A policy of a user of object storage, as `POST /cloud/project/{serviceName}/user/{userId}/policy` takes it. */
export interface StoragePolicy {
  readonly Statement: readonly {
    readonly Sid: string;
    readonly Effect: "Allow";
    readonly Action: readonly string[];
    readonly Resource: readonly string[];
  }[];
}

/** The least that allows these: what is asked by OVHcloud's interface, and what is asked by S3 with keys of its own. */
export function grants(
  actions: readonly string[],
): readonly [IamPolicy] | readonly [IamPolicy, StoragePolicy] {
  const ofStorage = actions.filter((action) => action.startsWith("s3:"));
  const policy = iamPolicy(actions.filter((action) => !action.startsWith("s3:")));
  if (ofStorage.length === 0) return [policy];
  const Resource = ["arn:aws:s3:::*"];
  return [
    policy,
    { Statement: [{ Sid: "Probity", Effect: "Allow", Action: ofStorage, Resource }] },
  ];
}

/** Each action begins with the type of resource that it is about. */
function iamPolicy(actions: readonly string[]): IamPolicy {
  const allowed = [...new Set(actions)].sort();
  const types = new Set(allowed.map((action) => action.slice(0, action.indexOf(":"))));
  return {
    name: "probity",
    description: "Reads the settings by which Probity judges a security statement; no data.",
    identities: [IDENTITY],
    resources: [...types].map((type) => ({ urn: `urn:v1:eu:resource:${type}:*` })),
    permissions: { allow: allowed.map((action) => ({ action })) },
  };
}
