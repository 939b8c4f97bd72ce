import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import { defineProbe } from "#model/probe.ts";
import { targetSubject, type Subject } from "#model/subject.ts";
import { answerOf, tell, unanswered, type Known } from "#probes/common/known.ts";
import type { Fields } from "#probes/common/json.ts";
import { listArm } from "./asks.ts";
import { classifyAzure } from "./errors.ts";
import { toPrivileges, toSubject } from "./role-facets.ts";
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
  if (
    eligible.ok ||
    eligible.failure.reason === "denied" ||
    !eligible.failure.message.includes("AadPremiumLicenseRequired")
  )
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
