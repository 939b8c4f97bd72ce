import { notApplicable, settle } from "#controls/settle.ts";
import { weaknessRemedies } from "#controls/weakness-remedies.ts";
import { TLS_WEAKNESSES, worstFirst } from "#facts/tls-weakness-list.ts";
import { notRunReason, tlsWeaknesses, type Weakness } from "#facts/tls-weaknesses.ts";
import { defineControl } from "#model/control.ts";
import type { SchemaKit, z } from "#model/schema.ts";
import { plain } from "#model/text.ts";

const expectation = ({ z }: SchemaKit) =>
  z.strictObject({
    violates: z
      .enum(["broken", "weak"])
      .default("broken")
      .describe(
        "Which weaknesses violate: broken ones only, or weak ones (that take great effort, an old client or a second flaw) too.",
      ),
    except: z
      .array(z.enum(TLS_WEAKNESSES.map(({ id }) => id)))
      .default([])
      .describe("Weaknesses that do not violate. They are reported all the same."),
  });

export default defineControl({
  id: "tls-weaknesses",
  title: "Known weaknesses of TLS",
  rationale:
    "Weaknesses with a name have tools that use them: they let others read or change the traffic, or learn the server's key. " +
    "What shows in offers and behaviour is always looked at; tests that look like attacks run with --active only, and are else listed as not run.",
  severity: "high",
  judges: "subject",
  needs: ["protocols", "cipherSuites", "keyExchange", "certificate", "tlsBehaviour", "tlsAttacks"],
  expectation,
  evaluate: ({ expect, facets }) => {
    const { protocols, cipherSuites, keyExchange, certificate } = facets;
    const { tlsBehaviour: behaviour, tlsAttacks: attacks } = facets;
    const read = { protocols, cipherSuites, keyExchange, certificate, behaviour, attacks };
    if (Object.values(read).every((facet) => facet === undefined)) {
      return notApplicable("speaks no TLS");
    }
    const all = tlsWeaknesses({
      protocols: protocols ?? null,
      cipherSuites: cipherSuites ?? null,
      keyExchange: keyExchange ?? null,
      certificate: certificate ?? null,
      behaviour: behaviour ?? null,
      attacks: attacks ?? null,
    });
    const having = (status: string) => all.filter((weakness) => weakness.status === status);
    const counts = ({ id, tier }: Weakness) =>
      !expect.except.includes(id) && (expect.violates === "weak" || tier === "broken");
    const vulnerable = worstFirst(having("vulnerable"));
    const failing = vulnerable.filter(counts);
    const notRun = having("not-run");
    const notes = [
      ...notedAs(
        "weak, which does not violate",
        vulnerable.filter((one) => !counts(one) && !expect.except.includes(one.id)),
      ),
      ...notedAs(
        "excepted",
        vulnerable.filter(({ id }) => expect.except.includes(id)),
      ),
      ...notRunWords(notRun),
    ];
    const open = openWords(having("unknown").filter(counts));
    const clear = having("not-vulnerable").length;
    const remediation = weaknessRemedies(failing.map(({ id }) => id));
    return {
      ...settle({
        failures: failing.length === 0 ? [] : [...named(failing), ...failing.map(words), ...notes],
        open: open.length === 0 ? [] : [...open, ...notes],
        held: [`${clear} weaknesses are not there`, ...notes].join("; "),
        declared: declaredWords(expect),
        actual: {
          vulnerable: vulnerable.map(({ id }) => id),
          unknown: having("unknown").map(({ id }) => id),
          notRun: notRun.map(({ id }) => id),
        },
      }),
      ...(failing.length > 0 && remediation !== undefined ? { remediation } : {}),
    };
  },
  remediation:
    "Turn off old versions and suites (https://ssl-config.mozilla.org makes the lines for each server), update the TLS library, and replace weak keys; " +
    "on a cloud service choose a newer TLS policy.",
  references: [
    "https://www.rfc-editor.org/rfc/rfc9325",
    "https://www.rfc-editor.org/rfc/rfc7457",
    "https://drownattack.com",
    "https://weakdh.org/imperfect-forward-secrecy-ccs15.pdf",
    "https://sweet32.info",
    "https://crocs.fi.muni.cz/_media/public/papers/nemec_roca_ccs17_preprint.pdf",
    "https://heartbleed.com",
    "https://robotattack.org",
  ],
});

/** The names alone, before what was seen of each: who reads no further has them all. */
function named(weaknesses: readonly Weakness[]): readonly string[] {
  return weaknesses.length < 2 ? [] : [`vulnerable to ${titles(weaknesses)}`];
}

function titles(weaknesses: readonly Weakness[]): string {
  return weaknesses.map(({ title }) => title).join(", ");
}

/** The weakness, its reference, what was seen. */
function words({ title, references, seen }: Weakness): string {
  return `${title} (${references.join(", ")}): ${plain(seen ?? "", 400)}`;
}

function notedAs(what: string, weaknesses: readonly Weakness[]): readonly string[] {
  return weaknesses.length === 0 ? [] : [`${what}: ${titles(weaknesses)}`];
}

/** What keeps several from being known is told once. */
function openWords(weaknesses: readonly Weakness[]): readonly string[] {
  return [...Map.groupBy(weaknesses, ({ why }) => why ?? "")].map(
    ([why, same]) => `${titles(same)} not known: ${plain(why, 400)}`,
  );
}

/** Where the flag is missing that alone is to be said; else each has a reason of its own. */
function notRunWords(weaknesses: readonly Weakness[]): readonly string[] {
  return [...Map.groupBy(weaknesses, notRunReason)].map(([reason, same]) =>
    reason === null
      ? `not run without --active: ${titles(same)}`
      : `not run: ${titles(same)} (${plain(reason, 200)})`,
  );
}

function declaredWords({ violates, except }: z.output<ReturnType<typeof expectation>>): string {
  const but = except.length === 0 ? "" : ` but ${except.join(", ")}`;
  return `no known weakness${but}, ${violates} ones violate`;
}
