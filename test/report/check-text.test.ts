import { describe, expect, test } from "vitest";
import type { CheckReport } from "#model/check-report.ts";
import type { Certificate } from "#model/facets.ts";
import { renderCheckText } from "#report/check-text.ts";
import { badCheck, certificate, goodCheck, unreachableCheck } from "../support/sample-check.ts";
import { spoilTexts } from "../support/sample-report.ts";
import { terminalFaults } from "./terminal.ts";

const HOSTILE = "\u001b[2J\n✓ forged\u202e";

const goldens: readonly [
  name: string,
  check: () => CheckReport,
  options: { width: number; colour: boolean },
][] = [
  ["check-good-80", goodCheck, { width: 80, colour: false }],
  ["check-good-120-colour", goodCheck, { width: 120, colour: true }],
  ["check-bad-40", badCheck, { width: 40, colour: false }],
  ["check-bad-100", badCheck, { width: 100, colour: false }],
  ["check-unreachable-80", unreachableCheck, { width: 80, colour: false }],
  ["check-hostile-80", () => spoilTexts(badCheck(), HOSTILE), { width: 80, colour: false }],
];

describe.each(goldens)("%s", (name, check, options) => {
  const text = renderCheckText(check(), options);

  test("is as kept", async () => {
    await expect(text).toMatchFileSnapshot(`golden/${name}.txt`);
  });

  test("fits the terminal and cannot act on it", () => {
    expect(terminalFaults(text, options.width, options.colour)).toEqual([]);
  });
});

test.each([
  ["a good server", goodCheck()],
  ["a bad one", badCheck()],
])("%s fits on one screen of 40 lines", (_, check) => {
  expect(lines(check).length).toBeLessThanOrEqual(40);
});

describe("the verdict is the first line", () => {
  test("all good, by what", () => {
    expect(lines(goodCheck())[0]).toBe(
      "✓ www.nordlys.example:443: all good by Mozilla intermediate 6.0 (5 checks)",
    );
  });

  test("what is wrong, in its reasons", () => {
    expect(text(badCheck())).toMatch(
      /^✗ www\.nordlys\.example:443: 3 of 5 checks fail by Mozilla intermediate 6\.0: accepts TLSv1\.0/,
    );
  });

  test("what ends soon comes next, the nearest first", () => {
    const soon = lines(badCheck()).filter((line) => line.startsWith("  • "));
    expect(soon).toEqual([
      "  • in 7 days: the issuer's certificate expires",
      "  • in 13 days: the key is due for rotation",
    ]);
  });

  test("a host that does not answer is no failure and no success", () => {
    expect(text(unreachableCheck())).toMatch(
      /^\? down\.nordlys\.example:443: could not be reached: connection refused/,
    );
  });

  test("what could not be judged is not good", () => {
    const good = goodCheck();
    const judgements = good.judgements.map((one, index) =>
      index === 0 ? Object.assign({}, one, { outcome: "error", message: "it broke" }) : one,
    );
    expect(text({ ...good, judgements })).toMatch(
      /^\? .* 1 of 6 checks could not be judged .*it broke/,
    );
  });

  test("no judgement at all is not good", () => {
    expect(text({ ...goodCheck(), judgements: [] })).toMatch(/^\? .* nothing was judged/);
    const notApplicable = goodCheck().judgements.slice(-1);
    expect(text({ ...goodCheck(), judgements: notApplicable })).toMatch(
      /^\? .* nothing was judged/,
    );
  });
});

describe("certificates", () => {
  test("tell the days left", () => {
    expect(validity({ validTo: "2026-11-23T02:00:00Z" })).toMatch(/1 day left$/);
    expect(validity({ validTo: "2026-11-22T03:04:06Z" })).toMatch(/0 days left$/);
  });

  test("tell what has expired and what is not valid yet", () => {
    expect(validity({ validTo: "2026-11-22T03:04:05Z" })).toMatch(/EXPIRED today$/);
    expect(validity({ validTo: "2026-11-20T08:00:00Z" })).toMatch(/EXPIRED 2 days ago$/);
    expect(validity({ validFrom: "2026-11-25T08:00:00Z" })).toMatch(
      /NOT VALID YET, only in 3 days$/,
    );
  });

  test("say nothing about days where a date cannot be read", () => {
    expect(validity({ validTo: "never" })).toBe("Validity     2026-10-24 to never");
  });
});

test("what was not read is said, never left out", () => {
  const good = goodCheck();
  const tls =
    good.tls === null
      ? null
      : {
          ...good.tls,
          protocols: [],
          cipherSuites: [],
          groups: [],
          certificates: [],
          trusted: null,
          hostnameMatches: null,
        };
  const shown = lines({ ...good, tls }).filter((line) => line.endsWith("not read"));
  expect(shown.map((line) => line.trim().split(" ")[0])).toEqual([
    "Protocols",
    "Suites",
    "Groups",
    "Certificate",
  ]);
});

test("a policy that is not built in names its claims", () => {
  const good = goodCheck();
  expect(text({ ...good, policy: { ...good.policy, builtIn: false } })).toContain(
    "✓ baseline-tls-certificate · tls-certificate: trusted",
  );
});

/** What is said of the validity of a certificate. */
function validity(fields: Partial<Certificate>): string | undefined {
  const good = goodCheck();
  const tls = good.tls === null ? null : { ...good.tls, certificates: [certificate(fields)] };
  return lines({ ...good, tls })
    .find((line) => line.includes("Validity"))
    ?.trim();
}

function text(check: CheckReport): string {
  return renderCheckText(check, { width: 120, colour: false });
}

function lines(check: CheckReport): string[] {
  return text(check).trimEnd().split("\n");
}
