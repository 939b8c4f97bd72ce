/** Which claims there can be on the account that answers everything, and which of them rests on which permission. */
import { controls } from "#controls/index.ts";
import { readableBy } from "#derive/readable.ts";
import { kindOf } from "#facts/kinds.ts";
import type { FaultRule } from "#fixtures/estate/aws.ts";
import {
  ALSO,
  EFFECTS,
  OPERATIONS,
  PROMISES,
  TAGGED,
  UNTOUCHED,
  type Promise,
} from "#fixtures/estate/aws/complete/claims.ts";
import type { Attestation } from "#model/exceptions.ts";
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
export interface Claimed {
  readonly id: string;
  readonly kind: string;
  readonly facet: string;
  /** The promise's name: the facet's, unless that is promised twice. */
  readonly name: string;
  readonly tagged: boolean;
  readonly promise: Promise;
}
/** What is promised of a kind: what names it, else what names none. */
function promisesOf(kind: string): readonly Promise[] {
  const facets = kindOf(kind)?.facets ?? [];
  return PROMISES.filter((one) => {
    if (!facets.some((facet) => facet === one.facet && readable("aws", kind, facet))) return false;
    if (one.kinds !== undefined) return one.kinds.includes(kind);
    return !PROMISES.some(
      (other) =>
        other.facet === one.facet && other.name === one.name && other.kinds?.includes(kind),
    );
  });
}
/** Every facet that some probe reads and some control judges, of every kind. */
export const promised: readonly Claimed[] = [
  ...new Set(entries.flatMap(({ kinds }) => kinds)),
].flatMap((kind) =>
  promisesOf(kind).flatMap((promise) => {
    const { facet, name = facet } = promise;
    const slug = kind.toLowerCase().replaceAll("::", "-");
    const claim = { id: `${slug}.${name.toLowerCase()}`, kind, facet, name, promise };
    return TAGGED[kind] === name
      ? [
          { ...claim, tagged: false },
          { ...claim, id: `${claim.id}-tagged`, tagged: true },
        ]
      : [{ ...claim, tagged: false }];
  }),
);
/** What a person vouches for. */
const REST = "the rest";
/** The claims as a policy. */
export const POLICY = policy(
  promised.map(({ id, kind, tagged, promise }) => {
    const { control, expect: expected, atLeast, attested } = promise;
    const known = controls.get(control);
    if (known === undefined) throw new Error(`no control ${control}`);
    // As a policy's file is read: with the defaults of the control.
    const given: Check["expect"] = JSON.parse(JSON.stringify(expectationOf(known).parse(expected)));
    const scope = { kinds: [kind], ...(tagged ? { tags: { environment: "production" } } : {}) };
    return {
      id,
      checks: [{ control, expect: given, scope, ...(atLeast === undefined ? {} : { atLeast }) }],
      ...(attested === true ? { attest: [{ covers: REST, maxAge: "P1Y" }] } : {}),
    };
  }),
);
/** A person's word for what the promises leave to one. */
export const ATTESTATION: Attestation = {
  id: "the-rest",
  claims: promised.flatMap(({ id, promise }) =>
    promise.attested === true ? [`${POLICY.id}/${id}`] : [],
  ),
  covers: [REST],
  owner: "Security lead",
  reason: "reviewed",
  date: "2026-05-01",
  expires: "2026-12-31",
  evidence: { file: "review.pdf", sha256: "a".repeat(64) },
  actualSha256: "a".repeat(64),
};
/** The verdict where everything could be read. */
export function held({ promise }: Claimed): "upheld" | "attested" {
  return promise.attested === true ? "attested" : "upheld";
}

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
export function restsOn({ kind, facet, name, tagged }: Claimed, permission: string): boolean {
  const effects = EFFECTS[permission];
  const own = cloudControl.get(permission);
  const names = (list: readonly string[] = []) =>
    list.includes(kind) || list.includes(`${kind} ${name}`);
  if (names(effects) || names(ALSO[permission])) return true;
  if (names(UNTOUCHED[permission])) return false;
  return entries.some((entry) => {
    if (!entry.kinds.includes(kind)) return false;
    const declared = Object.entries(entry.provides)
      .filter(([, { permissions }]) => permissions.includes(permission))
      .map(([of]) => of);
    if (declared.length === 0) return false;
    if (effects !== undefined)
      return effects.includes(name) || (tagged && effects.includes("tags"));
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
