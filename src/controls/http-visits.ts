import type { HttpLook, HttpVisit } from "#model/http-facets.ts";
import { plain } from "#model/text.ts";

/** Statuses by which a server says that it cannot answer now (RFC 9110 15.5.9, RFC 6585 4, RFC 8470 5.2). */
const NOT_NOW: ReadonlySet<number> = new Set([408, 425, 429]);

/** What came of one look: good, bad, or not to be told. */
export interface Finding {
  readonly good: boolean | null;
  readonly words: string;
}

/** The words of the findings that came out so. */
export function wordsOf(findings: readonly Finding[], wanted: Finding["good"]): readonly string[] {
  return findings.flatMap(({ good, words }) => (good === wanted ? [words] : []));
}

/** That an address gave no answer, and why. */
export function noAnswer({ url, why }: Pick<HttpLook, "url" | "why">): Finding {
  const words = `${plain(url, 300)} gave no answer (${plain(why ?? "no reason", 200)})`;
  return { good: null, words };
}

/** The status of the last answer. */
export function statusOf({ hops }: HttpVisit): number {
  return hops.at(-1)?.status ?? 0;
}

/** Whether a status says nothing of the service, because it cannot answer now, or answers something else first. */
export function saysNothing(status: number): boolean {
  return status < 200 || status >= 500 || NOT_NOW.has(status);
}

/** Why the way from an address ended before an answer, with what to do; null where it ended in one. */
export function unfinished({ end, why, hops }: HttpVisit): string | null {
  if (end === "answer") return null;
  const to = plain(hops.at(-1)?.location ?? "no address", 300);
  const words: Readonly<Record<Exclude<HttpVisit["end"], "answer">, string>> = {
    elsewhere: `sends on to ${to}, another host or port, which was not asked: declare that address as an endpoint of its own`,
    "clear-text": `sends on to clear text (${to})`,
    loop: `sends on in a circle (to ${to}), as servers do that want a cookie back: declare the address of what they give then`,
    "too-many": `sends on again and again (${hops.length} times, last to ${to})`,
    "no-address": `sends on to what is no address (${to})`,
    "no-answer": `sends on to ${to}, which gives no answer (${plain(why ?? "no reason", 200)})`,
  };
  return words[end];
}

/** An answer in the words of a message: address, status and version. */
export function answerWords(visit: HttpVisit): string {
  const { url, hops, version } = visit;
  const last = hops.at(-1);
  const by = hops.length > 1 && last !== undefined ? ` by way of ${plain(last.url, 300)}` : "";
  return `${plain(url, 300)} answers ${statusOf(visit)}${by} (${version})`;
}
