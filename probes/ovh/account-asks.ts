import type { Fields } from "#probes/common/json.ts";
import { answerOf, type Known } from "#probes/common/known.ts";
import { askOne, listAll, type RestAsk } from "#probes/rest/asks.ts";
import { path } from "#probes/rest/client.ts";
import { idOf, WHOLE } from "./pages.ts";
import type { OvhSession } from "./session.ts";

type Things = Known<readonly Fields[]>;

/** A list of ids and what each of them is: all of it, or why there is not all of it. */
export async function askEach(
  { asking }: Pick<OvhSession, "asking">,
  { one, reads, ...ask }: RestAsk & { readonly one: (id: string) => string },
): Promise<Things> {
  const ids = await listAll(asking, ask, WHOLE);
  if (!ids.ok) return ids;
  const operation = `${ask.operation}/{id}`;
  const each = await Promise.all(
    ids.value.map(async (entry): Promise<Known<Fields>> => {
      try {
        const at = { operation, permission: ask.permission, path: one(idOf(entry)) };
        return await askOne(asking, reads === undefined ? at : { ...at, reads });
      } catch (error) {
        const message = `an entry of the listing: ${error instanceof Error ? error.message : String(error)}`;
        const failure = { reason: "malformed", message, retryable: false } as const;
        return { ok: false, operation, permission: ask.permission, failure };
      }
    }),
  );
  const failed = each.find(({ ok }) => !ok);
  if (failed !== undefined && !failed.ok) return failed;
  return { ...ids, value: each.map(answerOf) };
}

const METHODS = ["totp", "u2f", "sms"] as const;

/**
 * The second factors of who asks, of every method. One that is in use is enough, so that what another method refused
 * does not matter then; of an SMS factor the phone number is left out.
 */
export async function askFactors(session: Pick<OvhSession, "asking">): Promise<Things> {
  const each = await Promise.all(
    METHODS.map((method) =>
      askEach(session, {
        operation: `GET /me/accessRestriction/${method}`,
        permission: "",
        path: `/v1/me/accessRestriction/${method}`,
        one: (id) => path`/v1/me/accessRestriction/${method}/${id}`,
        reads: ["status"],
      }),
    ),
  );
  const [first] = each;
  if (first === undefined) throw new TypeError("no method of a second factor");
  const inUse = each.find(
    (known) => known.ok && known.value.some(({ status }) => status === "enabled"),
  );
  if (inUse !== undefined) return inUse;
  const failed = each.find(({ ok }) => !ok);
  if (failed !== undefined) return explained(failed);
  return first.ok ? { ...first, value: each.flatMap(answerOf) } : first;
}

/** No action of the IAM stands for second factors, so that none can be granted to a service account. */
function explained(known: Things): Things {
  if (known.ok || known.failure.reason !== "denied") return known;
  const message = `${known.failure.message}: no IAM action grants second factors, and a service account may be refused; name an application key (applicationKey, applicationSecret, consumerKey) that the account itself made`;
  return { ...known, failure: { ...known.failure, message } };
}
