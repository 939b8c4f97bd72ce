import { notApplicable, settle } from "#controls/settle.ts";
import { defineControl } from "#model/control.ts";
import { longestSeconds } from "#model/duration.ts";
import { parseMoment } from "#model/moment.ts";
import type { SchemaKit } from "#model/schema.ts";
import { listed, plain } from "#model/text.ts";

const expectation = ({ duration, z }: SchemaKit) =>
  z.strictObject({
    covers: z
      .string()
      .min(1)
      .describe(
        "The part of the promise, in the words that the attestation repeats under its own `covers`.",
      ),
    maxAge: duration.describe(
      "How old the attestation may be, counted in whole days of UTC from its date: an ISO 8601 duration such as P1Y.",
    ),
  });

const DAY = 86_400_000;
const NOTICE = 30 * DAY;

export default defineControl({
  id: "attestation",
  title: "Attestation in force",
  rationale:
    "What no machine can see is known by a person's dated word and the evidence behind it. Both age: an old word, or evidence that has changed since, says nothing of today.",
  severity: "medium",
  judges: "subject",
  needs: ["attestation"],
  expectation,
  // Days are counted in UTC. The day of expiry still counts: an attestation lapses at 00:00 UTC of the day after it,
  // or of the day after date + maxAge (in the longest reading of months and years), whichever comes first.
  evaluate: ({ expect, facets, now }) => {
    const facet = facets.attestation;
    if (facet === undefined) return notApplicable("is no attestation");
    const { date, expires, owner, evidence } = facet;
    const actual = { id: facet.id, date, expires, covers: [...facet.covers] };
    const declared = `${plain(expect.covers)}, not older than ${expect.maxAge}`;
    if (!facet.covers.some((part) => folded(part) === folded(expect.covers))) {
      const other = `does not cover this part of the promise, but ${listed(facet.covers) || "nothing"}`;
      return settle({ failures: [], open: [other], held: "", declared, actual });
    }
    const failures: string[] = [];
    const open: string[] = [];
    const made = parseMoment(date);
    const end = parseMoment(expires);
    if (made === null) open.push("its date cannot be read");
    if (end === null) open.push("its date of expiry cannot be read");
    if (made !== null && made > now.getTime()) open.push(`is dated in the future (${plain(date)})`);
    const expiry = end === null ? Infinity : end + DAY;
    const stale = made === null ? Infinity : made + DAY + longestSeconds(expect.maxAge) * 1000;
    const lapse = Math.min(expiry, stale);
    if (expiry <= now.getTime()) failures.push(`expired on ${plain(expires)}`);
    if (stale <= now.getTime()) failures.push(`is of ${plain(date)}, older than ${expect.maxAge}`);
    const where = evidence === null ? "" : plain(evidence.location);
    if (evidence === null) open.push("names no evidence");
    else if (evidence.checkable && evidence.actualSha256 === null) {
      open.push(`its evidence cannot be read (${where})`);
    } else if (
      evidence.actualSha256 !== null &&
      evidence.actualSha256 !== evidence.declaredSha256
    ) {
      failures.push(`its evidence has changed since (${where})`);
    }
    const word =
      evidence?.checkable === false ? ", whose hash is taken on the attester's word" : "";
    const last = Number.isFinite(lapse) ? new Date(lapse - DAY).toISOString().slice(0, 10) : null;
    return settle({
      failures,
      open,
      held: `attested by ${plain(owner)} on ${plain(date)}, in force until ${last}, by ${where}${word}`,
      declared,
      actual: { ...actual, evidence: evidence === null ? null : { ...evidence } },
      attention:
        last === null || lapse - now.getTime() > NOTICE
          ? []
          : [
              {
                kind: "attestation-expiry",
                due: last,
                message: `the attestation ${plain(facet.id)} of ${plain(owner)} ends on ${last}: renew it`,
              },
            ],
    });
  },
  remediation:
    "Let its owner look again, date and sign the evidence anew, and write the new date, expiry and hash into the attestations file.",
  references: [
    "https://www.iso.org/standard/27001",
    "https://pages.nist.gov/OSCAL/learn/concepts/layer/assessment/assessment-results/",
  ],
});

function folded(text: string): string {
  return text.trim().replaceAll(/\s+/g, " ").toLowerCase();
}
