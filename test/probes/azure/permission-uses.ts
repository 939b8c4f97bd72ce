/** Which claims there can be on the estate that answers everything, and which of them rests on which permission. */
import { controls } from "#controls/index.ts";
import { readableBy } from "#derive/readable.ts";
import { kindOf } from "#facts/kinds.ts";
import {
  ALSO,
  EFFECTS,
  EVERYTHING,
  PROMISES,
  UNTOLD,
  UNTOUCHED,
  type Promise,
} from "#fixtures/estate/azure/complete/claims.ts";
import { expectationOf } from "#model/expectation.ts";
import type { Check } from "#model/policy.ts";
import { probes } from "#probes/index.ts";
import { policy } from "../../support/evidence.ts";

/** The probes of Azure. */
export const entries = probes.filter(({ provider }) => provider === "azure");
export const readable = readableBy(probes);

/** A claim on one facet of one kind. */
export interface Claimed {
  readonly id: string;
  readonly kind: string;
  readonly facet: string;
  /** The promise's name: the facet's, unless that is promised twice. */
  readonly name: string;
  readonly promise: Promise;
}

/** What is promised of a kind: what names it, else what names none. */
function promisesOf(kind: string): readonly Promise[] {
  const facets = kindOf(kind)?.facets ?? [];
  return PROMISES.filter((one) => {
    if (!facets.some((facet) => facet === one.facet && readable("azure", kind, facet))) {
      return false;
    }
    if (UNTOLD.has(`${kind} ${one.facet}`)) return false;
    return one.kinds === undefined || one.kinds.includes(kind);
  });
}

/** Every facet that some probe reads and some control judges, of every kind. */
export const promised: readonly Claimed[] = [
  ...new Set(entries.flatMap(({ kinds }) => kinds)),
].flatMap((kind) =>
  promisesOf(kind).map((promise) => {
    const { facet, name = facet } = promise;
    const slug = kind.toLowerCase().replaceAll(/[./]/g, "-");
    return { id: `${slug}.${name.toLowerCase()}`, kind, facet, name, promise };
  }),
);

/** The claims as a policy. */
export const POLICY = policy(
  promised.map(({ id, kind, promise }) => {
    const { control, expect: expected } = promise;
    const known = controls.get(control);
    if (known === undefined) throw new Error(`no control ${control}`);
    // As a policy's file is read: with the defaults of the control.
    const given: Check["expect"] = JSON.parse(JSON.stringify(expectationOf(known).parse(expected)));
    return { id, checks: [{ control, expect: given, scope: { kinds: [kind] } }] };
  }),
);

/** All that the probes declare. */
export const permissions = [
  ...new Set(
    entries.flatMap(({ provides }) =>
      Object.values(provides).flatMap((facet) => facet.permissions),
    ),
  ),
].sort();

/** The promised kind that an action is about: it reads one, or what lies below it. */
function kindOfAction(permission: string): string | null {
  const action = permission.toLowerCase();
  const kinds = promised.map(({ kind }) => kind);
  const own = kinds.filter((kind) => action.startsWith(`${kind.toLowerCase()}/`));
  return own.sort((one, other) => other.length - one.length)[0] ?? null;
}

/** Whether a claim rests on a permission, by what the probes declare. */
export function restsOn({ kind, facet, name }: Claimed, permission: string): boolean {
  const effects = EFFECTS[permission];
  const names = (list: readonly string[] = []) =>
    list.includes(kind) || list.includes(name) || list.includes(`${kind} ${name}`);
  if (EVERYTHING.includes(permission)) return !names(UNTOUCHED[permission]);
  if (names(ALSO[permission])) return true;
  if (effects !== undefined) return names(effects);
  const about = kindOfAction(permission);
  if (about !== null && about !== kind) return false;
  // The list of all resources tells where such a kind is.
  if (facet === "location" && kindOf(kind)?.regional === true) return false;
  return entries.some(({ kinds, provides }) => {
    if (!kinds.includes(kind)) return false;
    return Object.entries(provides).some(
      ([declared, { permissions: needed, kinds: own = kinds }]) =>
        needed.includes(permission) &&
        own.includes(kind) &&
        (declared === facet || declared === "inventory"),
    );
  });
}
