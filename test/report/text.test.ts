import { describe, expect, test } from "vitest";
import type { Report } from "#model/report.ts";
import { renderText, type TextOptions } from "#report/text.ts";
import {
  cleanReport,
  reportWith,
  sampleReport,
  twoCompaniesReport,
} from "../support/sample-report.ts";
import { terminalFaults, withoutColour } from "./terminal.ts";

const HOSTILE = "\u001b[2J\r\n✓ forged\u202e\u0000\u009b31m\u200b\ud800";

const goldens: readonly [name: string, report: () => Report, options: TextOptions][] = [
  ["report-40", sampleReport, { width: 40, colour: false }],
  ["report-80", sampleReport, { width: 80, colour: false }],
  ["report-120-colour", sampleReport, { width: 120, colour: true }],
  ["report-100-full", sampleReport, { width: 100, colour: false, full: true }],
  ["two-companies-80", twoCompaniesReport, { width: 80, colour: false }],
  ["clean-80", cleanReport, { width: 80, colour: false }],
  ["hostile-80", () => reportWith(HOSTILE), { width: 80, colour: false }],
];

/** The part between two empty lines that holds such words. */
function paragraph(text: string, words: string): string {
  return text.split("\n\n").find((part) => part.includes(words)) ?? "";
}

function wide(report: Report): string {
  return renderText(report, { width: 200, colour: false });
}

function sampleAt(width: number): string {
  return renderText(sampleReport(), { width, colour: false });
}

describe.each(goldens)("%s", (name, report, options) => {
  const text = renderText(report(), options);

  test("is as kept", async () => {
    await expect(text).toMatchFileSnapshot(`golden/${name}.txt`);
  });

  test("fits the terminal and cannot act on it", () => {
    expect(terminalFaults(text, options.width, options.colour)).toEqual([]);
  });

  test("is the same every time", () => {
    expect(renderText(report(), options)).toBe(text);
  });
});

describe("the summary", () => {
  test("is the first line: the worst first, of how many, whose, as of when", () => {
    expect(wide(sampleReport()).split("\n")[0]).toBe(
      "2 of 12 claims violated · 2 unverified · 1 lapsed · 1 waived · 2 attested · 2 upheld · 1 not applicable · 1 informational (Nordlys Forms, as of 2026-11-22 10:04 UTC)",
    );
  });

  test("says it when nothing is violated", () => {
    expect(wide(cleanReport())).toMatch(/^0 of 2 claims violated · 2 upheld \(/);
  });

  test("is followed at once by a scan that was cut off", () => {
    expect(wide({ ...sampleReport(), complete: false }).split("\n")[1]).toMatch(
      /^THE SCAN WAS CUT OFF/,
    );
    expect(wide(sampleReport())).not.toContain("CUT OFF");
  });

  test("counts each company on its own where there are several", () => {
    const [, , first, second] = wide(twoCompaniesReport()).split("\n");
    expect(first).toMatch(/^ {2}Nordlys Forms: 2 of 12 claims violated/);
    expect(second).toBe("  Sceau SAS: 1 of 2 claims violated · 1 upheld");
  });

  test("stands at the end too, where a terminal shows it", () => {
    expect(wide(sampleReport()).trimEnd().split("\n").at(-1)).toMatch(
      /^ {2}Verdicts: 2 of 12 claims violated/,
    );
  });
});

describe("claims", () => {
  const text = renderText(sampleReport(), { width: 160, colour: false });
  const block = (id: string, of = text) => paragraph(of, `${id} ·`);

  test("come by verdict, the worst first, and by severity within", () => {
    const headings = text.match(/^[A-Z][A-Z ]+(?= \(\d+\) –)/gm);
    expect(headings).toEqual([
      "VIOLATED",
      "UNVERIFIED",
      "LAPSED",
      "WAIVED",
      "ATTESTED",
      "UPHELD",
      "NOT APPLICABLE",
      "INFORMATIONAL",
      "ATTENTION",
      "UNDECLARED",
      "COULD NOT BE READ",
    ]);
    expect(text.indexOf("nl-replica")).toBeLessThan(text.indexOf("nl-transit-tls"));
  });

  test("a violated interpreted check says whose number it is in its first words", () => {
    const lines = block("nl-replica").split("\n");
    const check = lines.findIndex((line) => line.includes("Replication to another region:"));
    expect(lines[check - 1]).toMatch(/^ {2}Interpreted by Probity, 2026-11-22: “near real time”/);
    expect(block("nl-replica")).toContain("broken by an interpreted number only");
    expect(block("nl-transit-tls")).not.toContain("interpreted");
  });

  test("a violated check tells declared, seen, where, when and what to do, in that order", () => {
    const part = block("nl-transit-tls");
    const order = ["Declared ", "Seen ", "• www.nordlys", "TLS handshake, 2026", "To do "].map(
      (words) => part.indexOf(words),
    );
    expect(order).not.toContain(-1);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  test("what to do is said once where it is the same, and for each check where it is another", () => {
    const shownWith = (remedies: readonly string[]) => {
      const sample = sampleReport();
      const claims = sample.claims.flatMap((claim) => {
        const failing = claim.checks.find(({ result }) => result === "fail");
        if (claim.id !== "nl-transit-tls" || failing === undefined) return [];
        return { ...claim, checks: remedies.map((remediation) => ({ ...failing, remediation })) };
      });
      const text = renderText({ ...sample, claims }, { width: 100, colour: false });
      return [...text.matchAll(/To do +(.+)/g)].map(([, words]) => words);
    };
    expect(shownWith(["Close it.", "Close it."])).toEqual(["Close it."]);
    expect(shownWith(["Close it.", "Open it."])).toEqual(["Close it.", "Open it."]);
  });

  test("count the subjects that were judged; where a listing lacks something, they say so", () => {
    expect(block("nl-transit-tls").split("\n")[0]).toMatch(/· 14 of 15 subjects judged$/);
    const sample = sampleReport();
    const claims = sample.claims.map((claim) => ({
      ...claim,
      checks: claim.checks.map((check) => ({
        ...check,
        evaluations: check.evaluations.map((evaluation) =>
          evaluation.outcome === "unknown"
            ? { ...evaluation, subject: { ...evaluation.subject, kind: "target" } }
            : evaluation,
        ),
      })),
    }));
    const part = block("nl-transit-tls", wide({ ...sample, claims }));
    expect(part.split("\n")[0]).toMatch(/· 14 of 15 subjects judged, there may be more$/);
  });

  test("subjects with the same message stand together, five of them, all with --full", () => {
    expect(block("nl-transit-tls").match(/accepts TLSv1\.0, TLSv1\.1;/g)).toHaveLength(1);
    expect(block("nl-transit-tls")).toContain("and 2 more (--full)");
    const full = block(
      "nl-transit-tls",
      renderText(sampleReport(), { width: 160, colour: false, full: true }),
    );
    expect(full).not.toContain("(--full)");
    expect(full).toContain("• mail.nordlys.example:443");
  });

  test("groups that were seen in the same way tell it once", () => {
    const sample = sampleReport();
    const claims = sample.claims.map((claim) =>
      Object.assign({}, claim, {
        checks: claim.checks.map((check) =>
          Object.assign({}, check, {
            evaluations: check.evaluations.flatMap((evaluation) => [
              evaluation,
              Object.assign({}, evaluation, { message: "breaks in another way too" }),
            ]),
          }),
        ),
      }),
    );
    const part = block("nl-replica", wide({ ...sample, claims }));
    expect(part.match(/Seen /g)).toHaveLength(2);
    expect(part.match(/GET Microsoft\.Storage/g)).toHaveLength(1);
  });

  test("subjects of the same name are told apart by their ids", () => {
    const part = block("nl-rest-encryption");
    expect(part).toContain("resourceGroups/group-0/");
    expect(part).toContain("resourceGroups/group-1/");
    expect(part).not.toContain("resourceGroups/group-2/");
  });

  test("beside a failure, what is unknown is only named", () => {
    expect(block("nl-transit-tls")).toContain(
      "Unknown   1 could not be judged: smtp.nordlys.example:465 (--full)",
    );
    const verbose = renderText(sampleReport(), { width: 160, colour: false, full: true });
    expect(block("nl-transit-tls", verbose)).toContain("Unknown   not read: timeout");
  });

  test("a control that fails in several checks tells what to do once", () => {
    const sample = sampleReport();
    const claims = sample.claims.map((claim) => {
      const twice = claim.checks.flatMap((check) => [check, check]);
      return Object.assign({}, claim, { checks: twice });
    });
    const part = block("nl-replica", wide({ ...sample, claims }));
    expect(part.match(/Interpreted by/g)).toHaveLength(2);
    expect(part.match(/Choose a geo-redundant SKU/g)).toHaveLength(1);
  });

  test("one that only waits for an attestation takes two lines, and what to do is said once", () => {
    expect(text).toMatch(
      /^\? nl-roles · medium · “Access follows roles and is reviewed twice a year\.”\n {2}Not attested: no attestation covers “access reviews”$/m,
    );
    expect(text).toContain("To do: 1 part of a promise above waits for a dated attestation");
  });

  test("an unverified one names the missing permission and what is not checked yet", () => {
    const part = block("nl-rest-encryption");
    expect(part).toContain("grant Microsoft.Storage/storageAccounts/read");
    expect(part).toContain("Not checked yet: backup-frequency, recovery-point-age");
  });

  test("a failure of the program comes before what is merely unknown", () => {
    const part = block("nl-rest-encryption");
    expect(part.indexOf("the control encryption-at-rest failed")).toBeLessThan(
      part.indexOf("denied"),
    );
    expect(part).toContain("the control encryption-at-rest failed");
  });

  test("a lapsed one says who, when, until when, for what", () => {
    expect(block("nl-training")).toContain(
      "“yearly training”, attested by Ingrid Solberg, CISO, 2025-10-01, until 2026-10-01",
    );
  });

  test("a waived one names the waiver and its end", () => {
    expect(block("nl-ciphers")).toContain("waived by legacy-devices-2026, until 2026-12-31");
  });

  test("an attestation in force against a failure is a contradiction", () => {
    expect(block("nl-transit-tls")).toContain("Contradiction: ");
  });

  test("upheld ones take a line with the live count", () => {
    expect(text).toMatch(/^✓ nl-certificates {2}14 of 14 {4}“Certificates are valid/m);
  });

  test("verbose shows what passes rest on", () => {
    const verbose = renderText(sampleReport(), { width: 160, colour: false, full: true });
    const part = block("nl-certificates", verbose);
    expect(part).toContain("trusted: yes; days left: 61");
    expect(part).toContain("sha256:3f79bb7b435b0532");
    expect(block("nl-transit-tls", verbose)).toContain("Maps to iso27001 A.8.24; soc2 CC6.7");
  });
});

describe("the rest", () => {
  const text = renderText(sampleReport(), { width: 120, colour: false });
  const section = (title: string) => paragraph(text, title);

  test("attention is sorted by date and tells how long there is", () => {
    const days = section("ATTENTION").match(/overdue by 7 days|in 9 days|in 100 days/g);
    expect(days).toEqual(["overdue by 7 days", "in 9 days", "in 100 days"]);
  });

  test("what could not be read is grouped by target and reason, with what to grant", () => {
    const part = section("COULD NOT BE READ");
    expect(part).toContain("azure-prod · denied (3)");
    expect(part).toContain("azure-prod · to do: grant Microsoft.Storage/storageAccounts/read");
    expect(part).toContain("smtp · timeout (1)");
  });

  test("totals tell how claims are known and whose numbers were judged by", () => {
    const part = section("TOTALS");
    expect(part).toContain("7 to be judged live, 3 by attestation, 1 by both, 1 informational");
    expect(part).toContain(
      "9 quoted (1 fails), 1 interpreted (1 fails), 2 by a standard; 2 still to be built",
    );
    expect(part).toContain("10 unknown, 2 not applicable, 1 error");
    expect(part).toContain("took 70 s");
  });
});

describe("hostile texts", () => {
  test("forge no line and hide nothing", () => {
    const text = renderText(reportWith(HOSTILE), { width: 200, colour: false });
    expect(text).not.toMatch(/^\s*✓ forged/m);
    expect(text).toContain("\\u{1b}[2J\\u{d}\\u{a}✓ forged\\u{202e}\\u{0}\\u{9b}31m\\u{200b}");
  });

  test("of ten thousand characters are cut", () => {
    const text = renderText(reportWith("x".repeat(10_000)), { width: 80, colour: false });
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThan(700);
    expect(text.length).toBeLessThan(100_000);
  });

  test("colour changes nothing but the colour", () => {
    for (const report of [sampleReport(), reportWith(HOSTILE)]) {
      const coloured = renderText(report, { width: 80, colour: true });
      expect(coloured).not.toBe(withoutColour(coloured));
      expect(withoutColour(coloured)).toBe(renderText(report, { width: 80, colour: false }));
    }
  });
});

test("widths are held between 40 and 200 columns", () => {
  expect(sampleAt(0)).toBe(sampleAt(40));
  expect(sampleAt(Number.NaN)).toBe(sampleAt(40));
  expect(sampleAt(Number.POSITIVE_INFINITY)).toBe(sampleAt(200));
});
