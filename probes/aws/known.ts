import type { AwsService } from "#model/aws-services.ts";
import type { Failure } from "#model/probe.ts";
import { MOST_SUBJECTS } from "#probes/common/chunks.ts";
import type { Known } from "#probes/common/known.ts";
import { awsQuestion, type Send } from "./calls.ts";
import type { Found, Listed, Listing } from "./listing.ts";
import { listOf, malformed, pages } from "./pages.ts";
import type { AwsSession } from "./session.ts";

/** How a listing is asked that tells something of subjects that another listing gave. */
export interface Ask<S extends AwsService, Page extends object, Item> {
  readonly service: S;
  readonly region: string;
  readonly operation: string;
  readonly permission: string;
  readonly page: (token: string | undefined) => Send<S, Page>;
  readonly next: (page: Page) => string | undefined;
  /** Undefined where the answer has no list, which is no empty one. */
  readonly items: (page: Page) => readonly Item[] | undefined;
}

/** Such a listing, whatever the region. */
export type RegionalAsk<S extends AwsService, Page extends object, Item> = Omit<
  Ask<S, Page, Item>,
  "region"
>;

/** All items of such a listing, or why there are not all: half of them would show the other half as missing. */
export async function askItems<S extends AwsService, Page extends object, Item>(
  { context, clients }: Pick<AwsSession, "context" | "clients">,
  { service, region, operation, page, next, items }: Omit<Ask<S, Page, Item>, "permission">,
): Promise<readonly Item[] | Failure> {
  const found: Item[] = [];
  const all = pages(
    context,
    (token) => awsQuestion(clients, service, region, operation, page(token)),
    next,
  );
  for await (const answer of all) {
    if (!answer.ok) return answer.failure;
    try {
      found.push(...listOf(items(answer.raw)));
    } catch (error) {
      return malformed(error);
    }
    if (found.length > MOST_SUBJECTS) {
      const message = `more than ${MOST_SUBJECTS} are listed`;
      return { reason: "too-large", message, retryable: false };
    }
  }
  return found;
}

/** The same with the hash of all pages together, for facets that rest on them. */
export async function askAll<S extends AwsService, Page extends object, Item>(
  session: Pick<AwsSession, "context" | "clients">,
  ask: Ask<S, Page, Item>,
): Promise<Known<readonly Item[]>> {
  const { service, permission } = ask;
  const named = { operation: `${service}:${ask.operation}`, permission };
  const value = await askItems(session, ask);
  if ("reason" in value) return { ...named, ok: false, failure: value };
  const whole = await session.context.ask({
    ...named,
    service,
    call: () => Promise.resolve(value),
  });
  if (!whole.ok) return { ...named, ok: false, failure: whole.failure };
  return { ...named, ok: true, value, observedAt: whole.observedAt, sha256: whole.sha256 };
}

/** Asks one question, to be used by several facets. */
export async function askOnce<S extends AwsService, Raw extends object>(
  { context, clients }: Pick<AwsSession, "context" | "clients">,
  ask: Omit<Ask<S, Raw, never>, "page" | "next" | "items"> & { readonly send: Send<S, Raw> },
): Promise<Known<Raw>> {
  const { service, region, operation, permission, send } = ask;
  const named = { operation: `${service}:${operation}`, permission };
  const answer = await context.ask(awsQuestion(clients, service, region, operation, send));
  if (!answer.ok) return { ...named, ok: false, failure: answer.failure };
  const { raw, observedAt, sha256 } = answer;
  return { ...named, ok: true, value: raw, observedAt, sha256 };
}

/** What a listing gave in one region, for facets of other subjects: all of it, or why there is not all of it. */
export function knownIn<S extends AwsService, Page extends object, Item>(
  {
    service,
    operation,
    permission,
  }: Pick<Listing<S, Page, Item>, "service" | "operation" | "permission">,
  { found, failures }: Listed<Item>,
  region: string,
  now: Date,
): Known<readonly Found<Item>[]> {
  const named = { operation: `${service}:${operation}`, permission };
  const failure = failures.get(region);
  if (failure !== undefined) return { ...named, ok: false, failure };
  const value = found.filter(({ place }) => place.region === region);
  const { observedAt, sha256 } = value[0]?.source ?? { observedAt: now.toISOString(), sha256: "" };
  return { ...named, ok: true, value, observedAt, sha256 };
}
