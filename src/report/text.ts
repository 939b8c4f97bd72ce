import type { ClaimResult, Report, Verdict } from "#model/report.ts";
import { createPage, type Page } from "./page.ts";
import type { Tone } from "./style.ts";
import { addClaims } from "./text-claims.ts";
import { addAttention, addProblems, addUndeclared } from "./text-sections.ts";
import { cut, type Span } from "./width.ts";
import {
  basisKind,
  count,
  moment,
  took,
  VERDICT_WORDS,
  WORST_FIRST,
  type BasisKind,
} from "./words.ts";

export interface TextOptions {
  /** Columns of the terminal; held between 40 and 200. */
  readonly width: number;
  /** Whether to colour by ANSI codes; the words say the same without. */
  readonly colour: boolean;
  /** For an audit: every subject, passing evaluations, raw values and hashes of the evidence. */
  readonly full?: boolean;
}

/**
 * The report for people on a terminal: the summary in one line, the claims with the worst first, what needs an eye
 * soon, what nobody declared, what could not be read, and the totals. The same report gives the same text.
 */
export function renderText(report: Report, options: TextOptions): string {
  const page = createPage(options);
  const detail = { full: options.full === true };
  addSummary(page, report);
  addClaims(page, report, detail);
  addAttention(page, report, detail);
  addUndeclared(page, report, detail);
  addProblems(page, report, detail);
  addTotals(page, report);
  return page.text();
}

const TONES: Readonly<Partial<Record<Verdict, Tone>>> = {
  violated: "bad",
  unverified: "warn",
  lapsed: "warn",
  upheld: "good",
};

function addSummary(page: Page, report: Report): void {
  const companies = report.policies.map(({ company }) => cut(company, 60));
  const whose = [...new Set(companies)].join(", ") || "no policy";
  page.add([...overall(report), ` (${whose}, as of ${moment(report.asOf)})`]);
  if (!report.complete) {
    const text =
      "THE SCAN WAS CUT OFF before its end: what it did not reach is unverified, and violations may be missing.";
    page.add([{ text, tone: "bad" }]);
  }
  if (report.policies.length < 2) return;
  for (const policy of report.policies) {
    const claims = report.claims.filter((claim) => claim.policy === policy.id);
    const name = companies.filter((company) => company === policy.company).length > 1;
    const whom = name
      ? `${cut(policy.company, 60)} (${cut(policy.id, 60)})`
      : cut(policy.company, 60);
    page.add([{ text: whom, tone: "strong" }, ": ", ...tally(countVerdicts(claims))], {
      indent: 2,
      hang: 2,
    });
  }
}

function overall({ summary }: Report): (Span | string)[] {
  const { notApplicable, ...others } = summary.claims;
  return tally({ ...others, "not-applicable": notApplicable });
}

/** `4 of 31 claims violated · 9 unverified · 5 upheld`: the violated always, the others where there are any. */
function tally(counts: Readonly<Record<Verdict, number>>): (Span | string)[] {
  const total = Object.values(counts).reduce((sum, number) => sum + number, 0);
  const { violated } = counts;
  const first = `${violated} of ${count(total, "claim")} violated`;
  const rest = WORST_FIRST.slice(1).filter((verdict) => counts[verdict] > 0);
  return [
    violated > 0 ? { text: first, tone: "bad" } : { text: first, tone: "strong" },
    ...rest.flatMap((verdict): (Span | string)[] => {
      const text = `${counts[verdict]} ${VERDICT_WORDS[verdict]}`;
      const tone = TONES[verdict];
      return [" · ", tone === undefined ? text : { text, tone }];
    }),
  ];
}

function countVerdicts(claims: readonly ClaimResult[]): Record<Verdict, number> {
  const counts: Record<Verdict, number> = {
    violated: 0,
    unverified: 0,
    lapsed: 0,
    waived: 0,
    attested: 0,
    upheld: 0,
    "not-applicable": 0,
    informational: 0,
  };
  for (const { verdict } of claims) counts[verdict] += 1;
  return counts;
}

function addTotals(page: Page, report: Report): void {
  const { claims, evaluations, pending, basis } = report.summary;
  page.blank();
  page.add([{ text: "TOTALS", tone: "title" }]);
  const add = (label: string, text: string) =>
    page.add([{ text: label, tone: "strong" }, `: ${text}`], { indent: 2, hang: 2 });
  add(
    "Claims",
    `${basis.live} to be judged live, ${basis.attestation} by attestation, ${basis.both} by both, ` +
      `${claims.informational} informational`,
  );
  add("Checks", `${checksByBasis(report.claims)}; ${pending} still to be built`);
  add(
    "Evaluations",
    `${evaluations.pass} pass, ${evaluations.fail} fail, ${evaluations.unknown} unknown, ` +
      `${evaluations.notApplicable} not applicable, ${count(evaluations.error, "error")}`,
  );
  for (const { id, title, sha256 } of report.policies) {
    add("Policy", `${cut(id, 60)}, ${cut(title, 120)}, sha256:${cut(sha256, 64)}`);
  }
  const { tool, startedAt, finishedAt, complete } = report;
  const by = `by ${cut(tool.name, 40)} ${cut(tool.version, 40)}`;
  const end = complete ? "" : ", CUT OFF before its end";
  add("Scan", `${moment(startedAt)}, took ${took(startedAt, finishedAt)}, ${by}${end}`);
  // Of a long report a terminal shows the end.
  page.add([{ text: "Verdicts", tone: "strong" }, ": ", ...overall(report)], {
    indent: 2,
    hang: 2,
  });
}

/** Whose number was judged by, and whose was broken: `24 quoted (2 fail), 12 interpreted (1 fails), 3 by a standard`. */
function checksByBasis(claims: readonly ClaimResult[]): string {
  const checks = claims.flatMap((claim) => claim.checks);
  const words: readonly (readonly [BasisKind, string])[] = [
    ["quoted", "quoted"],
    ["interpreted", "interpreted"],
    ["standard", "by a standard"],
  ];
  return words
    .map(([kind, word]) => {
      const own = checks.filter(({ basis }) => basisKind(basis) === kind);
      const failing = own.filter(({ result }) => result === "fail").length;
      const broken = failing === 0 ? "" : ` (${failing} ${failing === 1 ? "fails" : "fail"})`;
      return `${own.length} ${word}${broken}`;
    })
    .join(", ");
}
