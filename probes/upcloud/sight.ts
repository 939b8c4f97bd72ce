/**
 * What the account of the credentials is shown. The lists of a sub-account hold what it was given, and do not say that
 * there is more; so a list is only whole for a main account, or where every resource of the type was given.
 * https://developers.upcloud.com/1.3/18-permissions/, https://developers.upcloud.com/1.3/3-accounts/
 */
import type { Failure } from "#model/probe.ts";
import { fields, list, text } from "#probes/common/json.ts";
import type { Known } from "#probes/common/known.ts";
import { askOne, type Asking } from "#probes/rest/asks.ts";
import { grant, type TargetType } from "./permissions.ts";

/** Why nothing is known of the account, or which types it is shown whole. */
type Sight =
  | { readonly known: Unanswered }
  | { readonly known: null; readonly types: ReadonlySet<string> | "all"; readonly user: string };
type Unanswered = Known<never> & { readonly ok: false };

/** Asks once; then tells of a type why its lists may lack something, null where they do not. */
export function sightOf(asking: Asking): (type: TargetType) => Promise<Unanswered | null> {
  let asked: Promise<Sight> | null = null;
  return async (type) => {
    asked ??= askSight(asking);
    const sight = await asked;
    if (sight.known !== null) return sight.known;
    if (sight.types === "all" || sight.types.has(type)) return null;
    const failure: Failure = {
      reason: "denied",
      message: `the credentials are those of the sub-account ${sight.user.slice(0, 64)}, which is only shown what it was given: grant it the permission of target_type ${type} and target_identifier *`,
      retryable: false,
    };
    return { ok: false, operation: "GET /1.3/permission", permission: grant(type), failure };
  };
}

async function askSight(asking: Asking): Promise<Sight> {
  const own = await askOne(asking, { ...ANY, operation: "GET /1.3/account", path: "/account" });
  if (!own.ok) return { known: explained(own) };
  const user = text(fields(own.value["account"])["username"]);
  if (user === null) return shapeless(own.operation, "the account has no name");
  const operation = "GET /1.3/account/list";
  const accounts = await askOne(asking, { ...ANY, operation, path: "/account/list" });
  // Only a main account sees the others.
  if (!accounts.ok && accounts.failure.reason !== "denied") return { known: accounts };
  try {
    const entries = accounts.ok ? list(fields(accounts.value["accounts"])["account"]) : [];
    const type = text(entries.find(({ username }) => username === user)?.["type"]);
    if (type === "main") return { known: null, types: "all", user };
    const given = await askOne(asking, {
      ...ANY,
      operation: "GET /1.3/permission",
      path: "/permission",
    });
    if (!given.ok) return { known: explained(given) };
    const permissions = list(fields(given.value["permissions"])["permission"]);
    const types = permissions
      .filter((one) => one["user"] === user && one["target_identifier"] === "*")
      .flatMap((one) => text(one["target_type"]) ?? []);
    return { known: null, types: new Set(types), user };
  } catch (error) {
    return shapeless(operation, error instanceof Error ? error.message : String(error));
  }
}

/** Every account may ask for these that may use the API at all: no permission of a resource is needed. */
const ANY = { permission: "" };

function explained(known: Unanswered): Unanswered {
  if (known.failure.reason !== "denied") return known;
  const message = `${known.failure.message}; the account must be allowed to use the API (allow_api)`;
  return { ...known, failure: { ...known.failure, message } };
}

function shapeless(operation: string, why: string): Sight {
  const message = `the answer does not have the documented shape: ${why}`;
  const failure: Failure = { reason: "malformed", message, retryable: false };
  return { known: { ok: false, operation, permission: ANY.permission, failure } };
}
