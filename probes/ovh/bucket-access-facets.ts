/** Who may reach a bucket, as far as OVHcloud's own interface tells; pure. */
import type { AccessGrant, AccessPolicy } from "#model/backup-facets.ts";
import { exactGlob } from "#model/glob.ts";
import { count, fields, list, text, type Fields } from "#probes/common/json.ts";

/** A user of the project; its policy is null where it has none. */
export interface ProjectUser {
  readonly id: string;
  readonly name: string | null;
  readonly policy: Fields | null;
}

/** Ways that no answer shows. */
const UNSEEN = [
  "roles of the project's users",
  "access control lists of the bucket and its objects",
  "policies of the account's IAM",
];

/**
 * The owner, and every user whose policy allows something of the bucket. A denial only takes away, and is not counted on.
 * https://help.ovhcloud.com/csm/en-public-cloud-storage-s3-identity-access-management?id=kb_article_view&sysparm_article=KB0034747
 * @throws where the owner is not told, or a policy cannot be read
 */
export function toAccessPolicy(
  bucket: string,
  raw: Fields,
  users: readonly ProjectUser[],
): AccessPolicy {
  const owner = count(raw["ownerId"]);
  if (owner === null) throw new TypeError("a bucket that does not tell its owner");
  const named = users.find(({ id }) => id === String(owner))?.name ?? `user ${owner}`;
  const grants = users.flatMap(({ id, name, policy }): readonly AccessGrant[] => {
    const actions = policy === null ? [] : allowed(policy, bucket);
    return actions.length === 0 ? [] : [grant(name ?? `user ${id}`, actions)];
  });
  return { grants: [grant(named, ["owner"]), ...grants], unseen: UNSEEN };
}

function grant(principal: string, actions: readonly string[]): AccessGrant {
  return { principal: principal.slice(0, 200), labels: [], actions, conditions: [] };
}

/** The policy is a text of S3's own language, empty where there is none. @throws TypeError where it is no text */
function allowed({ policy }: Fields, bucket: string): readonly string[] {
  if (policy === "") return [];
  const written = text(policy);
  if (written === null) throw new TypeError("a user's policy that is no text");
  const document: unknown = JSON.parse(written);
  const { Statement } = fields(document);
  const statements = Array.isArray(Statement) ? list(Statement) : [fields(Statement)];
  const actions = statements.flatMap(({ Effect, Action, NotAction, Resource, NotResource }) => {
    if (Effect === "Deny") return [];
    if (Effect !== "Allow") throw new TypeError("a policy whose effect is not known");
    if (NotResource === undefined && !texts(Resource).some((one) => matches(one, bucket)))
      return [];
    return NotAction === undefined ? texts(Action) : [`all but ${texts(NotAction).join(", ")}`];
  });
  return [...new Set(actions)].map((one) => one.slice(0, 100)).slice(0, 50);
}

function texts(value: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  return all.map((one) => {
    const written = text(one);
    if (written === null) throw new TypeError("a policy with an entry that is no text");
    return written;
  });
}

/** `*`, `arn:aws:s3:::name`, `arn:aws:s3:::name/*`; `?` is taken for `*`, so that nobody is missed. */
function matches(resource: string, bucket: string): boolean {
  const [name = ""] = resource.replace(/^arn:[^:]*:s3:::/, "").split("/");
  return exactGlob(name.slice(0, 300).replaceAll("?", "*"))(bucket);
}
