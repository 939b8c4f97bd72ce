import { SEVERITIES } from "#model/control.ts";
import type { ClaimResult, Report, Verdict } from "#model/report.ts";
import { TARGET_KIND } from "#model/subject.ts";
import type { Page } from "./page.ts";
import type { Tone } from "./style.ts";
import { addAttestation, addCheck, addContradictions, addOtherChecks } from "./text-checks.ts";
import { bounded, type Detail } from "./text-evaluations.ts";
import { cut, cutWords, displayWidth } from "./width.ts";
import { basisKind, count, VERDICT_WORDS, WORST_FIRST } from "./words.ts";

interface Looks {
  readonly mark: string;
  readonly tone: Tone;
  readonly meaning: string;
}

const LOOKS: Readonly<Record<Verdict, Looks>> = {
  violated: { mark: "✗", tone: "bad", meaning: "live evidence shows that the promise is not kept" },
  unverified: { mark: "?", tone: "warn", meaning: "nothing shows yet whether the promise is kept" },
  lapsed: { mark: "?", tone: "warn", meaning: "an attestation ran out, or its evidence changed" },
  waived: {
    mark: "–",
    tone: "note",
    meaning: "not kept, and excused until a date; never counted as upheld",
  },
  attested: { mark: "•", tone: "note", meaning: "rests at least in part on a person's dated word" },
  upheld: { mark: "✓", tone: "good", meaning: "shown by live evidence alone" },
  "not-applicable": { mark: "–", tone: "faint", meaning: "nothing in scope, as the claim allows" },
  informational: {
    mark: "–",
    tone: "faint",
    meaning: "listed for completeness, nothing can check it",
  },
};

/** Verdicts whose claims are shown one by one, with what is behind them. */
const DETAILED: ReadonlySet<Verdict> = new Set(["violated", "unverified", "lapsed", "waived"]);
/** Columns of a quote, where it is there to recognise the claim by. */
const SHORT_QUOTE = 200;

/** Adds all claims, grouped by verdict, the worst first; within a verdict by severity, then in the policy's order. */
export function addClaims(page: Page, report: Report, detail: Detail): void {
  const several = report.policies.length > 1;
  for (const verdict of WORST_FIRST) {
    const claims = report.claims
      .filter((claim) => claim.verdict === verdict)
      .sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
    if (claims.length === 0) continue;
    const { meaning } = LOOKS[verdict];
    page.blank();
    addSection(page, VERDICT_WORDS[verdict], claims.length, meaning);
    const name = (claim: ClaimResult) => (several ? `${claim.policy}/${claim.id}` : claim.id);
    if (DETAILED.has(verdict) || (detail.full && claims.some(hasEvidence))) {
      let afterBrief = true;
      for (const claim of claims) {
        const brief = !detail.full && isWaiting(claim);
        if (!(brief && afterBrief) && claim !== claims[0]) page.blank();
        if (brief) addBrief(page, claim, name(claim));
        else addDetailed(page, claim, name(claim), detail);
        afterBrief = brief;
      }
      addAdvice(page, claims);
    } else {
      addCompact(page, claims, name);
    }
  }
}

/** Adds a section's heading: `VIOLATED (4)` and what it means. */
export function addSection(page: Page, title: string, items: number, meaning: string): void {
  page.add([
    { text: `${title.toUpperCase()} (${items})`, tone: "title" },
    " ",
    { text: `– ${meaning}`, tone: "faint" },
  ]);
}

function hasEvidence(claim: ClaimResult): boolean {
  return claim.checks.length + claim.attestations.length > 0;
}

/** Whether nothing was looked at in vain: the claim only waits for a control to be built or for an attestation. */
function isWaiting({ verdict, checks }: ClaimResult): boolean {
  return (
    verdict === "unverified" &&
    checks.every(({ result, pending }) => pending || (result !== "unknown" && result !== "waived"))
  );
}

/** A claim that waits, in two lines: by what one knows it, and for what it waits. */
function addBrief(page: Page, claim: ClaimResult, name: string): void {
  const { mark, tone } = LOOKS[claim.verdict];
  const id = cut(name, 80);
  const room = page.width - displayWidth(`? ${id} · ${claim.severity} · “”`);
  const quote = room < ROOM ? "" : ` · “${cutWords(claim.quote, room)}”`;
  page.add([{ text: id, tone: "strong" }, ` · ${claim.severity}${quote}`], {
    prefix: [{ text: mark, tone }],
  });
  addNotes(page, claim, BRIEF, 2);
  addOtherChecks(page, claim.checks);
  for (const attestation of claim.attestations) addAttestation(page, attestation);
}

/** What to do is the same for all that is not attested, so it is said once. */
function addAdvice(page: Page, claims: readonly ClaimResult[]): void {
  const missing = claims.flatMap(({ attestations }) =>
    attestations.filter(({ state }) => state === "missing"),
  );
  if (missing.length === 0) return;
  const parts = count(missing.length, "part of a promise", "parts of promises");
  page.blank();
  page.add(
    [
      { text: "To do", tone: "strong" },
      `: ${parts} above ${missing.length === 1 ? "waits" : "wait"} for a dated attestation with its evidence.`,
    ],
    { indent: 2, hang: 2 },
  );
}

function addDetailed(page: Page, claim: ClaimResult, name: string, detail: Detail): void {
  const { verdict, checks, attestations } = claim;
  const { mark, tone } = LOOKS[verdict];
  const failing = checks.filter(({ result }) => result === "fail");
  const facts = [
    claim.severity,
    ...coverageWords(claim),
    ...(failing.length > 0 && failing.every(({ basis }) => basisKind(basis) === "interpreted")
      ? ["broken by an interpreted number only"]
      : []),
  ];
  page.add([{ text: cut(name, 80), tone: "strong" }, ` · ${facts.join(" · ")}`], {
    prefix: [{ text: mark, tone }],
  });
  const quote =
    verdict === "violated" || detail.full
      ? bounded(claim.quote)
      : cutWords(claim.quote, SHORT_QUOTE);
  page.add([`“${quote}” `, { text: `(${cut(claim.section, 80)})`, tone: "faint" }], { indent: 2 });
  addNotes(page, claim, detail, 2);

  const worst = verdict === "violated" ? "fail" : verdict === "waived" ? "waived" : "unknown";
  const shown = checks.filter(
    ({ result, pending }) => !pending && (detail.full || result === worst),
  );
  if (!hasEvidence(claim)) page.add(bounded(claim.reason), { indent: 2 });
  for (const [index, check] of shown.entries()) {
    const later = shown.slice(index + 1);
    const again = later.some(
      ({ result, remediation }) => result === "fail" && remediation === check.remediation,
    );
    addCheck(page, check, detail, !again);
  }
  addOtherChecks(
    page,
    checks.filter((check) => !shown.includes(check)),
  );
  addContradictions(page, claim.contradictions);
  for (const attestation of attestations) addAttestation(page, attestation);
}

/** How many subjects were judged of those known: a target that was not listed completely may hold more of them. */
function coverageWords({ coverage: { judged, total }, checks }: ClaimResult): string[] {
  if (total === 0) return [];
  const unlisted = checks
    .flatMap(({ evaluations }) => evaluations)
    .some(({ outcome, subject }) => outcome === "unknown" && subject.kind === TARGET_KIND);
  const words = `${judged} of ${count(total, "subject")} judged`;
  return [unlisted ? `${words}, there may be more` : words];
}

function addNotes(page: Page, claim: ClaimResult, detail: Detail, indent: number): void {
  if (claim.caveat !== null) {
    page.add([{ text: `Note: ${bounded(claim.caveat)}`, tone: "warn" }], { indent });
  }
  const mappings = Object.entries(claim.mappings).map(([name, ids]) => `${name} ${ids.join(", ")}`);
  if (detail.full && mappings.length > 0) {
    page.add([{ text: `Maps to ${bounded(mappings.join("; "))}`, tone: "faint" }], { indent });
  }
}

/** Columns that a row's text must have beside the id; with fewer it starts on a line of its own. */
const ROOM = 24;
const LONGEST_ID = 36;
const BRIEF: Detail = { full: false };

/** A row a claim: mark, id, live count, and what it rests on: the quote, the attestation or the reason. */
function addCompact(
  page: Page,
  claims: readonly ClaimResult[],
  name: (claim: ClaimResult) => string,
): void {
  const ids = Math.min(LONGEST_ID, widest(claims.map(name)));
  const counts = widest(claims.map(liveCount));
  const lead = 2 + ids + (counts === 0 ? 0 : 2 + counts) + 1;
  const room = page.width - lead - 1;
  for (const claim of claims) {
    const { mark, tone } = LOOKS[claim.verdict];
    const id = cut(name(claim), 80);
    const live = liveCount(claim);
    if (room >= ROOM && displayWidth(id) <= ids) {
      const prefix = [
        { text: mark, tone },
        { text: ` ${pad(id, ids)}`, tone: "strong" },
        { text: counts === 0 ? " " : `  ${pad(live, counts)} ` },
      ] as const;
      const [first = "", ...others] = lines(claim, room);
      page.add(first, { prefix, hang: lead + 1 });
      for (const text of others) page.add(text, { indent: lead + 1 });
      addNotes(page, claim, BRIEF, lead + 1);
    } else {
      const counted = live === "" ? "" : ` · ${live}`;
      page.add([{ text: id, tone: "strong" }, counted], { prefix: [{ text: mark, tone }] });
      for (const text of lines(claim, page.width - 4)) page.add(text, { indent: 4 });
      addNotes(page, claim, BRIEF, 4);
    }
  }
}

function widest(texts: readonly string[]): number {
  return Math.max(...texts.map(displayWidth));
}

function pad(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - displayWidth(text)));
}

function liveCount({ coverage: { judged, total } }: ClaimResult): string {
  return total > 0 ? `${judged} of ${total}` : "";
}

/** What a claim's row says of it; a quote is only there to recognise the claim by, and is cut to one line. */
function lines({ verdict, quote, reason, attestations }: ClaimResult, columns: number): string[] {
  if (verdict === "upheld") return [`“${cutWords(quote, columns - 2)}”`];
  if (verdict !== "attested" || attestations.length === 0) return [bounded(reason)];
  return attestations.map(({ by, date, expires, covers }) =>
    bounded(
      `${by ?? "someone unnamed"}, ${date ?? "no date"}, until ${expires ?? "no date"}: ${covers}`,
    ),
  );
}
