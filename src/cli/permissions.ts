import { controls } from "#controls/index.ts";
import type { Control } from "#model/control.ts";
import type { FacetName } from "#model/facets.ts";
import type { Policy } from "#model/policy.ts";
import type { ProbeEntry } from "#model/probe.ts";
import type { Provider } from "#model/subject.ts";
import { plain } from "#model/text.ts";
import { DECLINED, MOST_CHARACTERS, policyDocuments } from "#probes/aws/iam-policy.ts";
import { ANY_SCOPE, roleDefinition, SCOPE, type RoleDefinition } from "#probes/azure/role.ts";
import { customRole } from "#probes/gcp/role.ts";
import { probes } from "#probes/index.ts";
import { grants as ovhGrants } from "#probes/ovh/iam-policy.ts";
import { scalewayPolicy } from "#probes/scaleway/policy.ts";
import { grants as upcloudGrants } from "#probes/upcloud/permissions.ts";
import { EXIT, UsageError } from "./exit.ts";
import { readInputs } from "./inputs.ts";
import { writeText } from "./output.ts";
import { tell } from "./stderr.ts";

/** Options of `probity permissions`. */
interface PermissionOptions {
  readonly policy?: readonly string[];
  readonly organization?: string;
  readonly with?: readonly string[];
  readonly part?: string;
  readonly scope?: readonly string[];
}

/** Writes the least that lets a provider's probes read what the claims need, in the provider's own form. @throws UsageError */
export async function permissions(provider: string, options: PermissionOptions): Promise<number> {
  const { organization, with: asked, part, scope } = options;
  const policies = options.policy === undefined ? null : readInputs(options, new Date()).policies;
  const needed = (of: Provider, more: readonly string[] = []) =>
    neededPermissions(of, policies, controls, probes, more);
  switch (provider) {
    case "aws":
      refuse(provider, { scope });
      await writeDocuments(iamPolicies((more) => needed("aws", more), options));
      return EXIT.upheld;
    case "azure":
      refuse(provider, { organization, with: asked, part });
      await writeDocuments([azureRole(needed("azure"), scope)]);
      return EXIT.upheld;
    case "gcp":
    case "ovh":
    case "scaleway":
    case "upcloud": {
      refuse(provider, { organization, with: asked, part, scope });
      const { documents, remark } = PRINTED[provider];
      await writeDocuments(documents(needed(provider)));
      if (remark !== undefined) tell(remark);
      return EXIT.upheld;
    }
    default:
      throw new UsageError(
        `permissions ${plain(provider, 40)}: expected ${["aws", "azure", ...Object.keys(PRINTED)].join(", ")}`,
      );
  }
}

/** What to grant at the providers that take one form, and what to do with it. */
const PRINTED: Readonly<
  Record<
    "gcp" | "ovh" | "scaleway" | "upcloud",
    {
      readonly documents: (needed: readonly string[]) => readonly unknown[];
      readonly remark?: string;
    }
  >
> = {
  gcp: { documents: (needed) => [customRole(needed)] },
  ovh: {
    documents: ovhGrants,
    remark:
      "identities is to be filled in: the URN of the service account that scans. The second document is the policy of the user whose S3 keys the target names.",
  },
  scaleway: {
    documents: (needed) => [scalewayPolicy(needed)],
    remark: "project_ids is to be filled in, with every project that the estate's target names",
  },
  upcloud: {
    documents: upcloudGrants,
    remark:
      "Each with a permission is the body of a POST to /1.3/permission/grant by the main account; user is to be the sub-account's name. UpCloud grants no reading alone: the sub-account may change what it is shown, so keep its token like that of an administrator. The one with a Statement is the document of a policy for the user of Managed Object Storage whose S3 keys the target names; it only reads.",
  },
};

function refuse(provider: string, options: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined) throw new UsageError(`--${name}: ${provider} has no such thing`);
  }
}

async function writeDocuments(documents: readonly unknown[]): Promise<void> {
  await writeText(documents.map((one) => `${JSON.stringify(one, null, 2)}\n`).join(""));
}

function iamPolicies(
  needed: (asked: readonly string[]) => readonly string[],
  { organization, with: asked = [], part }: PermissionOptions,
): readonly unknown[] {
  if (organization !== undefined && !/^(?:[\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/.test(organization)) {
    throw new UsageError(`--organization ${organization}: expected the name of a role`);
  }
  for (const name of asked) {
    if (!Object.hasOwn(DECLINED, name)) {
      throw new UsageError(
        `--with ${name}: expected one of ${Object.entries(DECLINED)
          .map(([known, what]) => `${known} (${what})`)
          .join(", ")}; the others are there already`,
      );
    }
  }
  const shown = parts(policyDocuments([...needed(asked), ...asked], organization ?? null), part);
  if (shown.length > 1) {
    tell(
      `${shown.length} policies: IAM takes ${MOST_CHARACTERS} characters in one. Attach them all; --part 1 … ${shown.length} writes one of them.`,
    );
  }
  return shown;
}

function azureRole(needed: readonly string[], scopes: readonly string[] = []): RoleDefinition {
  for (const scope of scopes) {
    if (SCOPE.test(scope)) continue;
    throw new UsageError(
      `--scope ${plain(scope, 120)}: expected /subscriptions/<id> or /providers/Microsoft.Management/managementGroups/<id>`,
    );
  }
  if (scopes.length === 0) {
    tell(`AssignableScopes is to be filled in: --scope /subscriptions/<id> does it`);
  }
  return roleDefinition(needed, scopes.length === 0 ? [ANY_SCOPE] : scopes);
}

function parts<T>(documents: readonly T[], part: string | undefined): readonly T[] {
  if (part === undefined) return documents;
  const number = /^\d{1,3}$/.test(part) ? Number(part) : 0;
  const one = documents[number - 1];
  if (one === undefined) {
    throw new UsageError(
      `--part ${plain(part, 40)}: expected a number from 1 to ${documents.length}`,
    );
  }
  return [one];
}

/**
 * What the probes of a provider need so that these claims can be judged: the permissions of their facets, and those of
 * the listings always. As a scan plans by providers and facets, kinds do not narrow it.
 * @param policies null: whatever any claim may need
 * @param asked permissions that an option of the estate makes needed; with one come the others that the option needs
 */
export function neededPermissions(
  provider: Provider,
  policies: readonly Policy[] | null,
  known: ReadonlyMap<string, Control>,
  entries: readonly ProbeEntry[],
  asked: readonly string[] = [],
): readonly string[] {
  const facets =
    policies === null
      ? null
      : new Set<string>([
          "inventory" satisfies FacetName,
          ...policies
            .flatMap(({ claims }) => claims.flatMap(({ checks }) => checks))
            .filter(({ scope }) => scope.providers?.includes(provider) !== false)
            .flatMap(({ control }) => known.get(control ?? "")?.needs ?? []),
        ]);
  const names = entries
    .filter((entry) => entry.provider === provider)
    .flatMap(({ provides }) => Object.entries(provides))
    .filter(([facet]) => facets?.has(facet) !== false)
    .flatMap(([, { permissions: own, onlyWith = {} }]) => [
      ...own,
      ...Object.values(onlyWith)
        .filter((more) => more.some((name) => asked.includes(name)))
        .flat(),
    ]);
  return [...new Set(names)].sort();
}
