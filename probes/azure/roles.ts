import { changes, includesAction } from "#facts/azure-actions.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import { defineProbe } from "#model/probe.ts";
import type { Privileges } from "#model/security-facets.ts";
import { targetSubject, type Subject } from "#model/subject.ts";
import { answerOf, tell, unanswered, type Known } from "#probes/common/known.ts";
import { fields, text, type Fields } from "./arm.ts";
import { listArm } from "./asks.ts";
import { classifyAzure, plain } from "./errors.ts";
import { list } from "./facets.ts";
import { inSubscriptions, type AzureSession } from "./session.ts";

const ASSIGNMENTS = "Microsoft.Authorization/roleAssignments";
const ELIGIBLE = "Microsoft.Authorization/roleEligibilityScheduleInstances";
const DEFINITIONS = "Microsoft.Authorization/roleDefinitions";

/** Who may change what in a subscription: roles that are held, and roles that may be taken on for a time. */
export default defineProbe({
  id: "azure-roles",
  title: "Azure role assignments",
  provider: "azure",
  kinds: [ASSIGNMENTS, ELIGIBLE],
  provides: {
    inventory: { permissions: [`${ASSIGNMENTS}/read`, `${ELIGIBLE}/read`] },
    privileges: { permissions: [`${ASSIGNMENTS}/read`, `${ELIGIBLE}/read`, `${DEFINITIONS}/read`] },
  },
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure") return;
    yield* inSubscriptions(target, context, async function* act(session) {
      // Two listings of everything, for one control: only where it is asked.
      if (!wanted.has("privileges")) return;
      const listings = await Promise.all(
        session.subscriptions.readable.map((id) => listIn(id, session)),
      );
      for (const kind of [ASSIGNMENTS, ELIGIBLE]) {
        yield* observe(kind, listings, wanted, session);
      }
    });
  },
});

interface Roles {
  readonly listings: Readonly<Record<string, Known<readonly Fields[]>>>;
  readonly definitions: Known<readonly Fields[]>;
}

async function listIn(id: string, session: AzureSession): Promise<Roles> {
  const listing = (type: string, apiVersion: string, query?: string) =>
    listArm(session, {
      under: id,
      path: `/subscriptions/${id}/providers/${type}`,
      apiVersion,
      ...(query === undefined ? {} : { query }),
    });
  const [assigned, eligible, definitions] = await Promise.all([
    listing(ASSIGNMENTS, "2022-04-01"),
    listing(ELIGIBLE, "2020-10-01"),
    listing(DEFINITIONS, "2022-04-01"),
  ]);
  return {
    listings: { [ASSIGNMENTS]: assigned, [ELIGIBLE]: withoutLicence(eligible) },
    definitions,
  };
}

/** Without a licence for it nobody can be made eligible: https://learn.microsoft.com/entra/id-governance/privileged-identity-management/pim-resource-roles-assign-roles */
function withoutLicence(eligible: Known<readonly Fields[]>): Known<readonly Fields[]> {
  if (eligible.ok || !eligible.failure.message.includes("AadPremiumLicenseRequired"))
    return eligible;
  const { operation, permission } = eligible;
  return { ok: true, operation, permission, value: [], observedAt: "", sha256: "" };
}

function* observe(
  kind: string,
  listings: readonly Roles[],
  wanted: ReadonlySet<FacetName>,
  { target, context, subscriptions }: AzureSession,
): Generator<Observation | Problem> {
  const about = targetSubject(target);
  const items = new Map<string, Subject>();
  const told: (Observation | Problem)[] = [];
  let complete = subscriptions.unread.length === 0;
  let source = null;
  for (const { listings: all, definitions } of listings) {
    const listing = all[kind];
    if (listing === undefined) continue;
    if (!listing.ok) {
      complete = false;
      yield { ...unanswered(context, about, "inventory", listing), kinds: [kind] };
      continue;
    }
    source ??= listing;
    for (const raw of listing.value) {
      let subject: Subject;
      try {
        subject = toSubject(raw, kind, target.id);
      } catch (error) {
        complete = false;
        const message = error instanceof Error ? error.message : String(error);
        const failure = { reason: "malformed", message, retryable: false } as const;
        yield {
          ...unanswered(context, about, "inventory", { ...listing, failure }),
          kinds: [kind],
        };
        continue;
      }
      // What is assigned above is listed in each subscription below.
      if (items.has(subject.id.toLowerCase())) continue;
      items.set(subject.id.toLowerCase(), subject);
      if (!wanted.has("privileges")) continue;
      const map = () => toPrivileges(raw, answerOf(definitions));
      told.push(tell(context, subject, "privileges", listing, map));
    }
  }
  if (source !== null) {
    const inventory = { kinds: [kind], complete, items: [...items.values()] };
    yield context.observe(about, "inventory", inventory, source);
  }
  yield* told;
}

/**
 * An assignment as subject. It has no tags of its own, so who holds which role over what stands in their place: that is
 * what an estate's rules for labels can choose by.
 */
export function toSubject(raw: Fields, kind: string, target: string): Subject {
  const id = text(raw["id"]);
  const { principalId, principalType, roleDefinitionId, scope } = fields(raw["properties"]);
  const principal = text(principalId);
  if (id === null || principal === null)
    throw new TypeError("an assignment without id or principal");
  const tags = { principalId, principalType, role: lastOf(roleDefinitionId), scope };
  return {
    target,
    provider: "azure",
    kind,
    id: id.slice(0, 2000),
    name: principal.slice(0, 100),
    region: null,
    tags: Object.fromEntries(
      Object.entries(tags).flatMap(([key, value]) => {
        const written = text(value);
        return written === null ? [] : [[key, written.slice(0, 500)]];
      }),
    ),
  };
}

/** What the assigned role may do. @throws where the role is not among the definitions */
export function toPrivileges(raw: Fields, definitions: readonly Fields[]): Privileges {
  const { roleDefinitionId, scope, condition } = fields(raw["properties"]);
  const role = lastOf(roleDefinitionId)?.toLowerCase() ?? null;
  const found = definitions.find(({ name }) => text(name)?.toLowerCase() === role);
  if (role === null || found === undefined)
    throw new TypeError("the role that is assigned is not defined here");
  const { roleName, permissions } = fields(found["properties"]);
  const allowed = list(permissions).flatMap((one) => {
    const not = [...words(one["notActions"]), ...words(one["notDataActions"])];
    const actions = [...words(one["actions"]), ...words(one["dataActions"])];
    return actions
      .filter((action) => !not.some((out) => includesAction(out, action)))
      .map((action) => ({ action, not }));
  });
  const effects = allowed.map(({ action }) => changes(action));
  const administers = allowed.some(
    ({ action, not }) =>
      includesAction(action, GRANTS) && !not.some((out) => includesAction(out, GRANTS)),
  );
  const under = text(condition) === null ? "" : ", under a condition";
  const name = plain(text(roleName) ?? role).slice(0, 100);
  return {
    writes: effects.includes(true) ? true : effects.includes(null) ? null : false,
    administers,
    through: [`${name} over ${plain(text(scope) ?? "an unnamed scope").slice(0, 200)}${under}`],
    trusts: [],
    service: false,
    root: false,
  };
}

/** Who may write this may give itself anything. */
const GRANTS = "Microsoft.Authorization/roleAssignments/write";

function words(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.some((one) => typeof one !== "string")) {
    throw new TypeError("the actions of a role are no list of names");
  }
  return value.map(String);
}

function lastOf(id: unknown): string | null {
  return text(id)?.split("/").at(-1) ?? null;
}
