import {
  answerWords,
  type Finding,
  noAnswer,
  saysNothing,
  statusOf,
  unfinished,
  wordsOf,
} from "#controls/http-visits.ts";
import { settle } from "#controls/settle.ts";
import {
  type AttentionNote,
  defineControl,
  type Reading,
  type ScopeInput,
  type ScopeJudgement,
} from "#model/control.ts";
import type { HttpVisit, PublishedPage } from "#model/http-facets.ts";
import type { SchemaKit, z } from "#model/schema.ts";
import { listed, plain } from "#model/text.ts";

const expectation = ({ z }: SchemaKit) =>
  z.strictObject({
    addresses: z
      .array(
        z.string().refine((text) => URL.parse(text)?.protocol === "https:", {
          error: "expected an https address",
        }),
      )
      .min(1)
      .optional()
      .describe(
        "Addresses that the statement points to; each must be that of an endpoint of the estate, or of one of its published pages. Left out: all of these in scope.",
      ),
  });
type Expectation = z.output<ReturnType<typeof expectation>>;

export default defineControl({
  id: "published-resource",
  title: "Published pages are there",
  rationale:
    "A promise that points to a page is worth what stands there: one that is gone or has changed unseen says something else than it did.",
  severity: "low",
  judges: "scope",
  needs: ["published"],
  expectation,
  evaluate,
  remediation:
    "Bring the page back, or correct the address in the statement and in the policy. A page for everybody answers 200 over HTTPS without sign-in.",
  references: [
    "https://www.rfc-editor.org/rfc/rfc9110#section-15.3.1",
    "https://www.w3.org/Provider/Style/URI",
  ],
});

/** What came of one page. */
interface PageFinding extends Finding {
  readonly attention?: AttentionNote;
}

function evaluate({
  expect,
  readings,
  complete,
  now,
}: ScopeInput<Expectation>): readonly ScopeJudgement[] {
  const wanted = expect.addresses?.map(canonical);
  const seen = new Set<string>();
  const judgements = readings.map((reading): ScopeJudgement => {
    const all = reading.facets.published?.pages ?? [];
    const pages = all.filter(({ url }) => wanted?.includes(canonical(url)) ?? true);
    for (const { url } of pages) seen.add(canonical(url));
    return judgePages(reading, pages, now);
  });
  const absent = (wanted ?? []).filter((address) => !seen.has(address));
  if (absent.length === 0) return judgements;
  const why = complete
    ? "no endpoint in scope declares"
    : "no endpoint in scope that could be read declares";
  return [
    ...judgements,
    {
      subject: null,
      outcome: "unknown",
      actual: { notDeclared: absent },
      message: `${why} ${listed(absent)}: add it to the estate, as url or under published; declared: answers 200 over HTTPS`,
    },
  ];
}

function judgePages(
  { subject, observedAt }: Reading,
  pages: readonly PublishedPage[],
  now: Date,
): ScopeJudgement {
  if (pages.length === 0) {
    const message = "none of its pages is one of these addresses";
    return { subject, outcome: "not-applicable", actual: null, message };
  }
  const at = observedAt.published ?? now.toISOString();
  const findings = pages.map((page) => judgePage(page, at));
  return {
    subject,
    ...settle({
      failures: wordsOf(findings, false),
      open: wordsOf(findings, null),
      held: wordsOf(findings, true).join("; "),
      declared: "answers 200 over HTTPS",
      actual: pages.map(({ url, visit, declaredSha256 }) => ({
        url,
        status: visit === null ? null : statusOf(visit),
        sha256: visit?.content?.sha256 ?? null,
        declaredSha256,
      })),
      attention: findings.flatMap(({ attention }) => (attention === undefined ? [] : [attention])),
    }),
  };
}

function judgePage(page: PublishedPage, at: string): PageFinding {
  const { url, visit } = page;
  if (visit === null) return noAnswer(page);
  const where = answerWords(visit);
  if (visit.robotGuard !== null) {
    return {
      good: null,
      words: `${where}: a guard against robots answered, ${plain(visit.robotGuard, 100)}`,
    };
  }
  const status = statusOf(visit);
  const stopped = unfinished(visit);
  if (stopped !== null) {
    return {
      good: visit.end === "clear-text" ? false : null,
      words: `${plain(url, 300)} ${stopped}`,
    };
  }
  if (saysNothing(status)) return { good: null, words: `${where}: ask again later` };
  if (status === 403) {
    return {
      good: null,
      words: `${where}, which may be meant for programs alone: look by browser`,
    };
  }
  if (status !== 200) return { good: false, words: where };
  return { good: true, ...contentOf(page, visit, where, at) };
}

/** What a page that is there says of change. */
function contentOf(
  { declaredSha256, steady, url }: PublishedPage,
  { content }: HttpVisit,
  where: string,
  at: string,
): Pick<PageFinding, "words" | "attention"> {
  if (content === null) {
    return { words: `${where}; its content could not be read, so whether it changed is not known` };
  }
  const { sha256, bytes, complete } = content;
  const part = complete ? "" : ` of its first ${bytes} bytes`;
  if (declaredSha256 === null) {
    return { words: `${where}; SHA-256${part} ${sha256}, which no estate declares yet` };
  }
  if (declaredSha256 === sha256) return { words: `${where}, unchanged${complete ? "" : part}` };
  if (steady === false) {
    return {
      words: `${where}; its content differs from one answer to the next, so a hash says nothing of it: leave it out of the estate`,
    };
  }
  const words = `has changed: SHA-256${part} is ${sha256}, declared is ${declaredSha256}`;
  const message = `${plain(url, 300)} ${words}: read it, and if the claim still holds declare the new one`;
  return {
    words: `${where}; it ${words}`,
    attention: { kind: "content-change", due: at, message },
  };
}

/** The same for every spelling of an address; a fragment is for the browser. */
function canonical(address: string): string {
  const url = URL.parse(address);
  if (url === null) return address;
  url.hash = "";
  return url.href;
}
