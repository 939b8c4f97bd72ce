import type { AttestationResult, CheckResult, Evaluation } from "#model/report.ts";
import type { Page } from "./page.ts";
import { firstOf, subjectName } from "./subjects.ts";
import { addEvaluations, addLabelled, bounded, type Detail } from "./text-evaluations.ts";
import { cut } from "./width.ts";
import { basisKind, basisWords, jsonWords } from "./words.ts";

/**
 * Adds one check in full: whose number it is, declared against seen, where, and (where `toDo`, as the same may help
 * several checks) what to do.
 */
export function addCheck(page: Page, check: CheckResult, detail: Detail, toDo: boolean): void {
  const tone = check.result === "fail" ? "bad" : check.result === "pass" ? "good" : "warn";
  const outcome = [
    { text: cut(check.title, 120), tone: "strong" },
    ": ",
    { text: bounded(check.reason), tone },
  ] as const;
  const whose = { text: bounded(basisWords(check.basis)), tone: "note" } as const;
  if (basisKind(check.basis) === "interpreted") {
    page.add([whose], { indent: 2 });
    page.add(outcome, { indent: 2 });
  } else {
    page.add([whose, " · ", ...outcome], { indent: 2 });
  }
  const expected = jsonWords(check.expected);
  if (expected !== "none") addLabelled(page, "Declared", bounded(expected), 4);

  const { evaluations } = check;
  const failing = evaluations.filter(
    ({ outcome, waivedBy }) => outcome === "fail" && waivedBy === undefined,
  );
  const waived = evaluations.filter(
    ({ outcome, waivedBy }) => outcome === "fail" && waivedBy !== undefined,
  );
  const open = (["error", "unknown"] as const)
    .flatMap((outcome) => evaluations.filter((evaluation) => evaluation.outcome === outcome))
    .sort((a, b) => Number(a.attestedBy !== undefined) - Number(b.attestedBy !== undefined));
  const rest = evaluations.filter(
    ({ outcome }) => outcome === "pass" || outcome === "not-applicable",
  );
  addEvaluations(page, "Seen", failing, detail, 4);
  addEvaluations(page, "Waived", waived, detail, 4);
  if (check.result === "fail" && !detail.full) addUnknownNames(page, open, detail);
  else addEvaluations(page, "Unknown", open, detail, 4);
  if (detail.full) addEvaluations(page, "Holds", rest, detail, 4);
  if (toDo && check.result === "fail" && check.remediation !== null) {
    const [first = "", ...lines] = check.remediation.split("\n");
    addLabelled(page, "To do", bounded(first), 4);
    // The mark keeps a line of advice from looking like one of the report's own.
    for (const line of lines) page.add(["· ", bounded(line)], { indent: 6, hang: 2 });
  }
}

/** Beside a failure, what is unknown is only named. */
function addUnknownNames(page: Page, open: readonly Evaluation[], detail: Detail): void {
  if (open.length === 0) return;
  const { first, more } = firstOf(open, detail.full);
  const names = first.map(({ subject }) => subjectName(subject)).join(", ");
  const left = more > 0 ? ` and ${more} more` : "";
  addLabelled(page, "Unknown", `${open.length} could not be judged: ${names}${left} (--full)`, 4);
}

/** Adds the checks that need no look of their own, a line for each kind of result. */
export function addOtherChecks(page: Page, checks: readonly CheckResult[]): void {
  const built = checks.filter(({ pending }) => !pending);
  const line = (label: string, result: CheckResult["result"]) => {
    const list = built.filter((check) => check.result === result);
    const words = list
      .map(({ title, reason }) => `${cut(title, 120)} (${bounded(reason)})`)
      .join(", ");
    if (words !== "") page.add(`${label}: ${words}`, { indent: 2, hang: 2 });
  };
  line("Also unknown", "unknown");
  line("Also waived", "waived");
  line("Holds", "pass");
  line("Not applicable", "not-applicable");
  const pending = checks.filter((check) => check.pending).map(({ control }) => cut(control, 60));
  const names = [...new Set(pending)].join(", ");
  if (names !== "") page.add(`Not checked yet: ${names}`, { indent: 2, hang: 2 });
}

/** Adds which attestations in force vouch for what live evidence shows to be broken. */
export function addContradictions(page: Page, attestations: readonly string[]): void {
  if (attestations.length === 0) return;
  const names = attestations.map((id) => cut(id, 80)).join(", ");
  const text = `Contradiction: the attestation ${names} vouches for what fails here`;
  page.add([{ text, tone: "bad" }], { indent: 2, hang: 2 });
}

/** Adds what people attested, or should have: who, when, until when, for what, and what to do where it counts for nothing. */
export function addAttestation(page: Page, attestation: AttestationResult): void {
  const { covers, state, message } = attestation;
  const by = cut(attestation.by ?? "someone unnamed", 80);
  const date = cut(attestation.date ?? "an unknown date", 40);
  const until = cut(attestation.expires ?? "an unknown date", 40);
  const part = `“${bounded(covers)}”`;
  switch (state) {
    case "in-force":
      page.add([`Attested by ${by}, ${date}, until ${until}: ${part}`], { indent: 2, hang: 2 });
      return;
    case "expired":
    case "evidence-changed":
      page.add(
        [
          { text: state === "expired" ? "Out of force" : "Evidence changed", tone: "warn" },
          `: ${part}, attested by ${by}, ${date}, until ${until}`,
        ],
        { indent: 2, hang: 2 },
      );
      addLabelled(page, "Why", bounded(message), 4);
      addLabelled(
        page,
        "To do",
        state === "expired"
          ? "Look again and renew the attestation, or take the promise back."
          : "Read the changed evidence and attest again.",
        4,
      );
      return;
    case "missing": {
      const why = message.includes(covers) ? bounded(message) : `${part}: ${bounded(message)}`;
      page.add([{ text: "Not attested", tone: "warn" }, `: ${why}`], { indent: 2, hang: 2 });
    }
  }
}
