import type { Answer, Failure, ProbeContext, Question } from "#model/probe.ts";

/** Pages that one listing may have: AWS ends far sooner, a broken server never. */
const MOST_PAGES = 2_000;

/**
 * Follows a listing to its end: each page as it comes; a failure, a token that repeats or too many pages
 * end it with an answer that is not ok.
 * @param question asks for the page of a token, undefined being the first
 * @param nextToken the token of the page after this one; undefined on the last
 */
export async function* pages<Raw>(
  context: ProbeContext,
  question: (token: string | undefined) => Question<Raw>,
  nextToken: (raw: Raw) => string | undefined,
): AsyncGenerator<Answer<Raw>> {
  const seen = new Set<string>();
  for (let token: string | undefined; ;) {
    const answer = await context.ask(question(token));
    yield answer;
    if (!answer.ok) return;
    try {
      token = nextToken(answer.raw);
    } catch (error) {
      yield { ok: false, failure: malformed(error) };
      return;
    }
    if (token === undefined || token === "") return;
    const endless = seen.has(token) || seen.size >= MOST_PAGES;
    if (endless) {
      const message = `the listing does not end: ${seen.size + 1} pages, or one that leads back`;
      yield { ok: false, failure: { reason: "malformed", message, retryable: false } };
      return;
    }
    seen.add(token);
  }
}

/**
 * The token of a listing that also says whether it goes on: where there is one it is followed.
 * @throws TypeError where the listing goes on and does not say where
 */
export function tokenAfter(
  truncated: boolean | undefined,
  token: string | undefined,
): string | undefined {
  if (truncated === true && (token === undefined || token === "")) {
    throw new TypeError("the listing is cut off and does not say where it goes on");
  }
  return token;
}

/**
 * The list of an answer. AWS names an empty one too, in XML by an empty element: one that is left out says nothing.
 * @throws TypeError where it is left out
 */
export function listOf<Item>(list: readonly Item[] | undefined): readonly Item[] {
  if (list === undefined) throw new TypeError("an answer without the list that was asked for");
  return list;
}

/** The failure that an answer of another shape than the documented one is. */
export function malformed(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  return { reason: "malformed", message, retryable: false };
}
