import type { BehaviourTest, TlsBehaviour, WireAnswer } from "#model/tls-facets.ts";
import { addFact, addUnder, type View } from "./check-lines.ts";
import type { Tone } from "./style.ts";
import { cut, type Span } from "./width.ts";

const RESUMPTION = {
  "session-ids": "ids",
  "session-tickets": "tickets",
  "psk-resumption": "PSK",
} as const satisfies Partial<Record<BehaviourTest, string>>;
/** What a good server has; what else it should have is among the weaknesses. */
const EXPECTED = {
  "extended-master-secret": "extended master secret",
  "downgrade-sentinel": "mark of downgrades",
} as const satisfies Partial<Record<BehaviourTest, string>>;
const NAMES: Readonly<Record<BehaviourTest, string>> = {
  "session-ids": "resumption by session ids",
  "session-tickets": "resumption by tickets",
  "psk-resumption": "resumption by PSK",
  "early-data": "early data (0-RTT)",
  compression: "compression",
  "secure-renegotiation": "secure renegotiation",
  "fallback-scsv": "fallback SCSV",
  "encrypt-then-mac": "encrypt-then-MAC",
  ...EXPECTED,
};
const ANSWERS: Readonly<Record<WireAnswer, string>> = {
  yes: "yes",
  no: "no",
  unknown: "not known",
  "not-applicable": "no such thing",
};
const ANSWER_COLUMN = "no such thing ".length;

/** Adds what connections do beyond what they negotiate: how sessions resume and what is missing, or every test. */
export function addBehaviour({ page, verbose }: View, facet: TlsBehaviour | null): void {
  if (facet === null) {
    addFact(page, "Behaviour", "not read");
    return;
  }
  addFact(page, "Behaviour", brief(facet));
  if (!verbose) return;
  for (const { test, answer, why } of facet.tests) {
    const words = why === null ? "" : ` (${cut(why, 200)})`;
    const tone: { readonly tone?: Tone } = answer === "unknown" ? { tone: "warn" } : {};
    addUnder(page, `${NAMES[test]}${words}`, {
      prefix: [{ text: ANSWERS[answer], ...tone }],
      hang: ANSWER_COLUMN,
    });
  }
}

function brief({ tests }: TlsBehaviour): readonly Span[] {
  const having = (answer: WireAnswer) =>
    new Set(tests.flatMap((one) => (one.answer === answer ? [one.test] : [])));
  const named = (names: Partial<Record<BehaviourTest, string>>, answer: WireAnswer) => {
    const own = having(answer);
    return tests.flatMap(({ test }) => {
      const name = names[test];
      return name !== undefined && own.has(test) ? [name] : [];
    });
  };
  const parts: Span[] = [];
  const resumes = named(RESUMPTION, "yes");
  const open = having("unknown").size;
  if (resumes.length > 0) parts.push({ text: `resumes by ${resumes.join(", ")}` });
  else if (named(RESUMPTION, "unknown").length === 0) parts.push({ text: "no resumption" });
  if (having("yes").has("early-data")) parts.push({ text: "takes early data", tone: "warn" });
  const lacks = named(EXPECTED, "no");
  if (lacks.length > 0) parts.push({ text: `no ${lacks.join(", no ")}`, tone: "warn" });
  if (open > 0) parts.push({ text: `${open} not known`, tone: "warn" });
  return parts.flatMap((part, index) => (index === 0 ? [part] : [{ text: " · " }, part]));
}
