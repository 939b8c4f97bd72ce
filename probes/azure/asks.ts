import { MOST_SUBJECTS } from "#probes/common/chunks.ts";
import { together, type From, type Known } from "#probes/common/known.ts";
import { fields, type Fields } from "#probes/common/json.ts";
import { paced } from "./allowances.ts";
import { AzureFailure, malformed, plain } from "./errors.ts";
import { walkPages } from "./pages.ts";
import type { AzureSession } from "./session.ts";

export type Asking = Pick<AzureSession, "context" | "client">;

/** One question to Azure Resource Manager. */
export interface ArmAsk {
  /** The subscription whose allowance it draws on; null: none. */
  readonly under: string | null;
  /** From `/subscriptions` on, made by `below`; without the query. */
  readonly path: string;
  readonly apiVersion: string;
  /** More of the query, encoded: `$filter=…`. */
  readonly query?: string;
  /** The action that it needs, where it is not the one that the path tells. */
  readonly permission?: string;
}

/** Asks for one thing, to be used by one facet or several. */
export async function askArm(asking: Asking, ask: ArmAsk): Promise<Known<Fields>> {
  const known = await askOrAbsent(asking, ask, false);
  if (!known.ok) return known;
  if (known.value !== null) return { ...known, value: known.value };
  return { ...known, ok: false, failure: malformed("the answer is empty").failure };
}

/** Asks for what need not be there: null where Azure says that it is not. */
export function askOptional(asking: Asking, ask: ArmAsk): Promise<Known<Fields | null>> {
  return askOrAbsent(asking, ask, true);
}

async function askOrAbsent(
  { context, client }: Asking,
  ask: ArmAsk,
  mayBeAbsent: boolean,
): Promise<Known<Fields | null>> {
  const named = namesOf(ask);
  const answer = await context.ask({
    ...paced(context, ask),
    operation: named.operation,
    call: async (signal) => {
      try {
        return await (await client()).get(addressOf(ask), signal);
      } catch (error) {
        if (mayBeAbsent && error instanceof AzureFailure && error.absent) return ABSENT;
        throw error;
      }
    },
  });
  if (!answer.ok) return { ...named, ok: false, failure: answer.failure };
  const { raw, observedAt, sha256 } = answer;
  if (raw === ABSENT) return { ...named, ok: true, value: null, observedAt, sha256 };
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
    const { failure } = malformed("the answer is no JSON object");
    return { ...named, ok: false, failure };
  }
  return { ...named, ok: true, value: fields(raw), observedAt, sha256 };
}

/** Stands in for the answer; by identity, for a server may say anything. */
const ABSENT = Object.freeze({ absent: true });

/** Follows a listing to its end: all of it, or why there is not all of it. */
export async function listArm(asking: Asking, ask: ArmAsk): Promise<Known<readonly Fields[]>> {
  const { context, client } = asking;
  const named = namesOf(ask);
  const items: unknown[] = [];
  const pages: From[] = [];
  const failure = await walkPages(
    context,
    named.operation,
    async (link, signal) => (await client()).get(link ?? addressOf(ask), signal),
    ({ items: page, observedAt, sha256 }) => {
      pages.push({ operation: named.operation, observedAt, sha256 });
      for (const item of page) items.push(item);
    },
    paced(context, ask),
  );
  const whole = together(pages);
  if (failure !== null) return { ...named, ok: false, failure };
  if (whole === null) throw malformed("the listing has no page");
  if (items.length > MOST_SUBJECTS) throw malformed("the listing is too long");
  return {
    ...named,
    ok: true,
    value: items.map(fields),
    observedAt: whole.observedAt,
    sha256: whole.sha256,
  };
}

function addressOf({ path, apiVersion, query }: ArmAsk): string {
  return `${path}?api-version=${apiVersion}${query === undefined ? "" : `&${query}`}`;
}

/** The operation and the action that it needs, as Azure spells them: the types in the path without the names. */
function namesOf({ path, permission }: ArmAsk): { operation: string; permission: string } {
  const provider = path.split("/providers/").at(-1) ?? "";
  const [namespace = "", ...rest] = provider.split("/");
  const types = rest.filter((_part, index) => index % 2 === 0);
  const withNames = rest.map((part, index) => (index % 2 === 0 ? part : "{name}"));
  return {
    operation: `GET ${[namespace, ...withNames].join("/")}`,
    permission: permission ?? `${namespace}/${types.join("/")}/read`,
  };
}

/**
 * The path of what lies below a resource.
 * @param id ARM id, as a server gave it
 * @throws AzureFailure when the id could lead to somewhere else
 */
export function below(id: string, rest = ""): string {
  const parts = id.split("/").slice(1);
  if (!id.startsWith("/") || parts.some((part) => part === "" || /^\.+$/.test(part))) {
    throw malformed(`${plain(id)} is no ARM id`);
  }
  return `/${parts.map(encodeURIComponent).join("/")}${rest === "" ? "" : `/${rest}`}`;
}
