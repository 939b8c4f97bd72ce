/** Which claims there can be on the account that answers everything, and which of them rests on which permission. */
import { controls } from "#controls/index.ts";
import { readableBy } from "#derive/readable.ts";
import { kindOf } from "#facts/kinds.ts";
import type { FaultRule } from "#fixtures/estate/aws.ts";
import { EFFECTS, OPERATIONS, PROMISES, TAGGED } from "#fixtures/estate/aws/complete.ts";
import { expectationOf } from "#model/expectation.ts";
import type { Check } from "#model/policy.ts";
import { LISTED_KINDS } from "#probes/aws/inventory-kinds.ts";
import { ENCRYPTION } from "#probes/aws/resource-settings.ts";
import { TRANSPORT } from "#probes/aws/resource-transport.ts";
import { probes } from "#probes/index.ts";
import { policy } from "../../support/evidence.ts";

/** The probes of AWS. */
export const entries = probes.filter(({ provider }) => provider === "aws");
export const readable = readableBy(probes);

/** A claim on one facet of one kind. */
export interface Promised {
  readonly id: string;
  readonly kind: string;
  readonly facet: string;
  readonly tagged: boolean;
}
/** Every facet that some probe reads and some control judges, of every kind. */
export const promised: readonly Promised[] = [
  ...new Set(entries.flatMap(({ kinds }) => kinds)),
].flatMap((kind) => {
  const facets = (kindOf(kind)?.facets ?? []).filter(
    (facet) => Object.hasOwn(PROMISES, facet) && readable("aws", kind, facet),
  );
  const slug = kind.toLowerCase().replaceAll("::", "-");
  return [
    ...facets.map((facet) => ({
      id: `${slug}.${facet.toLowerCase()}`,
      kind,
      facet,
      tagged: false,
    })),
    ...(TAGGED.includes(kind)
      ? [{ id: `${slug}.tagged`, kind, facet: "location", tagged: true }]
      : []),
  ];
});
/** The claims as a policy. */
export const POLICY = policy(
  promised.map(({ id, kind, facet, tagged }) => {
    const promise = PROMISES[facet];
    if (promise === undefined) throw new Error(facet);
    const { control, expect: expected, atLeast } = promise;
    const known = controls.get(control);
    if (known === undefined) throw new Error(`no control ${control}`);
    // As a policy's file is read: with the defaults of the control.
    const given: Check["expect"] = JSON.parse(JSON.stringify(expectationOf(known).parse(expected)));
    const scope = { kinds: [kind], ...(tagged ? { tags: { environment: "production" } } : {}) };
    return {
      id,
      checks: [{ control, expect: given, scope, ...(atLeast === undefined ? {} : { atLeast }) }],
    };
  }),
);

/** A call that needs a permission; of Cloud Control with its type, and the facets that the answer tells. */
interface Use {
  readonly rule: Pick<FaultRule, "operation" | "resource">;
  readonly facets?: readonly string[];
}
/** By permission, the calls of Cloud Control that need it: the type is the resource that is asked for. */
function usesOfCloudControl(): ReadonlyMap<string, readonly Use[]> {
  const uses = new Map<string, Use[]>();
  const add = (permissions: readonly string[], use: Use) => {
    for (const name of permissions) uses.set(name, [...(uses.get(name) ?? []), use]);
  };
  for (const { kind, permissions } of LISTED_KINDS) {
    const rule = { operation: "ListResources", resource: kind };
    add(["cloudformation:ListResources", ...permissions], { rule });
  }
  for (const [facet, table] of [
    ["encryption", ENCRYPTION],
    ["transport", TRANSPORT],
  ] as const) {
    for (const [kind, setting] of Object.entries(table)) {
      if ("published" in setting) continue;
      const rule = { operation: "GetResource", resource: kind };
      add(["cloudformation:GetResource", ...setting.permissions], { rule, facets: [facet] });
    }
  }
  return uses;
}
const cloudControl = usesOfCloudControl();

/** The calls behind a permission. */
export function usesOf(permission: string): readonly Use[] {
  const [, name = ""] = permission.split(":");
  const operations = OPERATIONS[permission] ?? [name];
  return cloudControl.get(permission) ?? operations.map((operation) => ({ rule: { operation } }));
}

/** Whether a claim rests on a permission, by what the probes declare. */
export function restsOn({ kind, facet, tagged }: Promised, permission: string): boolean {
  const effects = EFFECTS[permission];
  const own = cloudControl.get(permission);
  return entries.some((entry) => {
    if (!entry.kinds.includes(kind)) return false;
    const declared = Object.entries(entry.provides)
      .filter(([, { permissions }]) => permissions.includes(permission))
      .map(([name]) => name);
    if (declared.length === 0) return false;
    if (effects !== undefined) return effects.includes(tagged ? "tags" : facet);
    if (own !== undefined) {
      return own.some(
        ({ rule, facets }) =>
          rule.resource === kind && (facets === undefined || facets.includes(facet)),
      );
    }
    return declared.includes("inventory") || declared.includes(facet);
  });
}

/** All that they declare. */
export const permissions = [
  ...new Set(
    entries.flatMap(({ provides }) =>
      Object.values(provides).flatMap((facet) => facet.permissions),
    ),
  ),
].sort();
