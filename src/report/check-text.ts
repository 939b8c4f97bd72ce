import type { CheckReport } from "#model/check-report.ts";
import { addBehaviour } from "./check-behaviour.ts";
import { addCertificates } from "./check-certificates.ts";
import { addJudgements, SCREEN } from "./check-judgements.ts";
import { addWeb } from "./check-http.ts";
import { addKeyExchange, addPostQuantum } from "./check-key-exchange.ts";
import { placeOf } from "./check-cause.ts";
import { addFact, addTightNotes, type View } from "./check-lines.ts";
import { profileOf } from "./check-profile.ts";
import { addDns, addHosting } from "./check-dns.ts";
import { addAddress, addHttp, addProblems, addService } from "./check-service.ts";
import { addSsh } from "./check-ssh.ts";
import { addProtocols, addSuites } from "./check-suites.ts";
import { LOOKS, soonOf, verdictOf } from "./check-verdict.ts";
import { addWeaknesses } from "./check-weaknesses.ts";
import { createPage, type Page } from "./page.ts";
import { bounded } from "./text-evaluations.ts";

/** Columns from which on facts can be told in a line each. */
const NARROW = 60;

/**
 * One endpoint on one screen: the verdict with what is wrong, what ends soon, what the endpoint shows, and the
 * judgements with what to do. Colour only repeats what marks and words say.
 * @param options.verbose everything that is known, however long; the same order and the same words
 */
export function renderCheckText(
  check: CheckReport,
  options: { readonly width: number; readonly colour: boolean; readonly verbose?: boolean },
): string {
  const verbose = options.verbose === true;
  const view = { check, profile: profileOf(check), verbose };
  const { page, whole } = render({ ...view, page: createPage(options), tight: false });
  // On a narrow page hardly a fact would be left.
  if (verbose || page.width < NARROW || (whole && page.rows() <= SCREEN)) {
    return page.text();
  }
  return render({ ...view, page: createPage(options), tight: true }).page.text();
}

/** The page, and whether all of what to do had room on it. */
function render(view: View): { readonly page: Page; readonly whole: boolean } {
  const { page, check } = view;
  addVerdict(view);
  page.blank();
  addAddress(view);
  const { tls, http } = check;
  if (tls !== null) {
    addProtocols(view, tls.protocols);
    addSuites(view, tls.cipherSuites);
    addKeyExchange(view, tls.keyExchange);
    addPostQuantum(view, tls.keyExchange);
    addCertificates(view, tls.certificate);
    addService(view, tls.service);
    addBehaviour(view, tls.behaviour);
    addWeaknesses(view, tls);
    if (view.tight) addTightNotes(view, tls);
  }
  if (http !== null) addHttp(view, http);
  if (check.web !== null) addWeb(view, check.web);
  addDns(view, check);
  addHosting(view, check);
  if (check.ssh !== undefined) addSsh(view, check.ssh);
  addProblems(view, check);
  page.blank();
  const whole = addJudgements(view);
  if (view.verbose) addFact(page, "Policy", `${check.policy.title} (${check.policy.id})`);
  return { page, whole };
}

function addVerdict({ page, check }: View): void {
  const { outcome, head, reasons, more } = verdictOf(check);
  const { mark, tone } = LOOKS[outcome];
  const rest = more > 0 ? [...reasons, `and ${more} more`] : reasons;
  const text = rest.length === 0 ? head : `${head}: ${rest.join(" · ")}`;
  page.add([{ text: placeOf(check), tone: "strong" }, ": ", { text, tone }], {
    prefix: [{ text: mark, tone }],
  });
  for (const { when, what } of soonOf(check)) {
    page.add([{ text: when, tone: "warn" }, `: ${bounded(what)}`], {
      indent: 2,
      prefix: [{ text: "•" }],
    });
  }
}
