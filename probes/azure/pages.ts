import type { Failure, ProbeContext } from "#model/probe.ts";
import { MOST_SUBJECTS } from "#probes/common/chunks.ts";
import { fields } from "#probes/common/json.ts";
import type { Paced } from "./allowances.ts";

const MOST_PAGES = 1000;
const LONGEST_LINK = 16_384;

/** One page of a listing, with when it was read and its hash. */
export interface Page {
  readonly items: readonly unknown[];
  readonly observedAt: string;
  readonly sha256: string;
}

/**
 * Follows an ARM listing to its end and hands each page on as it comes.
 * The next address comes from the server, so a page that was seen already and a list without end are refused;
 * the session refuses another host.
 * @param ask the page at an address; null: the first.
 * @param paced which limits it shares.
 * @returns why the listing is not whole; null when it is.
 */
export async function walkPages(
  context: ProbeContext,
  operation: string,
  ask: (link: string | null, signal: AbortSignal) => Promise<unknown>,
  take: (page: Page) => void,
  paced: Paced = { service: "arm" },
): Promise<Failure | null> {
  const seen = new Set<string>();
  let link: string | null = null;
  let taken = 0;
  for (let count = 1; ; count += 1) {
    const at = link;
    const answer = await context.ask({
      ...paced,
      operation,
      call: (signal) => ask(at, signal),
    });
    if (!answer.ok) return answer.failure;
    const { value, nextLink } = fields(answer.raw);
    if (!Array.isArray(value))
      return broken("the answer is no ARM listing: it has no `value` list");
    const room = MOST_SUBJECTS - taken;
    const items = value.slice(0, room);
    taken += items.length;
    take({ items, observedAt: answer.observedAt, sha256: answer.sha256 });
    if (value.length > room) {
      const message = `the listing has more than ${MOST_SUBJECTS} entries`;
      return { reason: "too-large", message, retryable: false };
    }
    if (nextLink === undefined || nextLink === null || nextLink === "") return null;
    if (typeof nextLink !== "string" || nextLink.length > LONGEST_LINK || !URL.canParse(nextLink)) {
      return broken("the listing's nextLink is no address, so its next page cannot be read");
    }
    if (seen.has(nextLink)) {
      return broken("the listing's nextLink leads back to a page that was read, so it has no end");
    }
    seen.add(nextLink);
    if (count === MOST_PAGES) {
      return {
        reason: "partial",
        message: `the listing has more than ${MOST_PAGES} pages`,
        retryable: false,
      };
    }
    link = nextLink;
  }
}

function broken(message: string): Failure {
  return { reason: "malformed", message, retryable: false };
}
