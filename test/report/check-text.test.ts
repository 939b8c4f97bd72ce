import { describe, expect, test } from "vitest";
import type { CheckedTls, CheckReport } from "#model/check-report.ts";
import type { Certificate } from "#model/tls-facets.ts";
import { renderCheckSummary, renderCheckTotal } from "#report/check-summary.ts";
import { renderCheckText } from "#report/check-text.ts";
import {
  badCheck,
  certificate,
  goodCheck,
  legacyCheck,
  otherProtocolCheck,
  presented,
  SAMPLE,
  suites,
  unreachableCheck,
} from "../support/sample-check.ts";
import { spoilTexts } from "../support/sample-report.ts";
import { terminalFaults } from "./terminal.ts";

const HOSTILE = "\u001b[2J\n✓ forged\u202e";

const goldens: readonly [
  name: string,
  check: () => CheckReport,
  options: { width: number; colour: boolean; verbose?: boolean },
][] = [
  ["check-good-80", goodCheck, { width: 80, colour: false }],
  ["check-good-120-colour", goodCheck, { width: 120, colour: true }],
  ["check-good-100-verbose", goodCheck, { width: 100, colour: false, verbose: true }],
  ["check-bad-40", badCheck, { width: 40, colour: false }],
  ["check-bad-100", badCheck, { width: 100, colour: false }],
  ["check-bad-100-verbose", badCheck, { width: 100, colour: false, verbose: true }],
  ["check-legacy-100", legacyCheck, { width: 100, colour: false }],
  ["check-legacy-80-verbose", legacyCheck, { width: 80, colour: false, verbose: true }],
  ["check-unreachable-80", unreachableCheck, { width: 80, colour: false }],
  ["check-other-protocol-80", otherProtocolCheck, { width: 80, colour: false }],
  ["check-hostile-80", () => spoilTexts(badCheck(), HOSTILE), { width: 80, colour: false }],
  [
    "check-hostile-80-verbose",
    () => spoilTexts(badCheck(), HOSTILE),
    { width: 80, colour: false, verbose: true },
  ],
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

describe("one screen", () => {
  test.each([
    ["a good server at 80 columns", goodCheck(), 80],
    ["a good server at 100 columns", goodCheck(), 100],
    ["a server that lets everything in, at 100 columns", legacyCheck(), 100],
  ])("%s takes 24 to 40 lines", (_, check, width) => {
    const { length } = lines(check, width);
    expect(length).toBeGreaterThanOrEqual(24);
    expect(length).toBeLessThanOrEqual(40);
  });

  test.each([80, 100])("where everything is wrong it is no more, at %i columns", (width) => {
    expect(lines(badCheck(), width).length).toBeLessThanOrEqual(40);
    expect(lines(legacyCheck(), width).length).toBeLessThanOrEqual(40);
  });
});

describe("the verdict is the first line", () => {
  test("all good, by what", () => {
    expect(lines(goodCheck())[0]).toBe(
      "✓ www.nordlys.example:443: all good by Mozilla intermediate 6.0 (6 checks)",
    );
  });

  test("what is wrong, in its reasons", () => {
    expect(text(badCheck())).toMatch(
      /^✗ www\.nordlys\.example:443: 3 of 5 checks fail by Mozilla intermediate 6\.0: expired on 2026-11-21; does not/,
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

  test("what speaks something else was reached; its place is named once", () => {
    expect(text(otherProtocolCheck())).toMatch(
      /^\? tls:\/\/mail\.nordlys\.example:25: no TLS answer: does not speak TLS: it says “220 mx”\n/,
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
    const notApplicable = legacyCheck().judgements.slice(-1);
    expect(text({ ...goodCheck(), judgements: notApplicable })).toMatch(
      /^\? .* nothing was judged/,
    );
  });
});

describe("suites", () => {
  const names = ["TLS_RSA_WITH_RC4_128_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA"];
  const cipherSuites = {
    suites: suites("TLSv1.2", [...names, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]),
    preferences: [],
    unfinished: [],
  };

  test("are counted by tier, and those to be rid of are named", () => {
    const shown = facts({ cipherSuites });
    expect(shown).toContain("TLSv1.2       3 suites: 1 recommended, 1 weak, 1 broken");
    expect(shown).toContain("Broken        TLS_RSA_WITH_RC4_128_SHA");
    expect(shown).toContain("Weak          TLS_RSA_WITH_AES_128_CBC_SHA");
  });

  test("stand in the tiers of the profile that judged", () => {
    const good = goodCheck();
    const judgements = good.judgements.map((one) =>
      one.control === "tls-cipher-suites"
        ? { ...one, expected: { profile: "mozilla-old@5.7" } }
        : one,
    );
    const check = { ...good, judgements, tls: { ...good.tls, cipherSuites } };
    expect(facts({}, check)).toContain("TLSv1.2       3 suites: 2 recommended, 1 broken");
  });

  test("are all there in verbose, in the server's order", () => {
    const shown = renderCheckText(goodCheck(), { width: 120, colour: false, verbose: true });
    const own = shown.split("\n").filter((line) => line.includes("recommended 0x13"));
    expect(own.map((line) => line.trim().split(" ").at(-1))).toEqual(
      goodCheck()
        .tls.cipherSuites?.suites.filter(({ version }) => version === "TLSv1.3")
        .map(({ name }) => name),
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
    expect(validity({ validTo: "never" })).toBe("Validity      2026-10-24 to never");
  });

  test("a promised staple that is missing is told, and one that revokes", () => {
    const staple = (fields: Parameters<typeof presented>[0]) =>
      facts({ certificate: { ...SAMPLE.certificate, presented: [presented(fields)] } });
    expect(staple({ chain: [certificate({ mustStaple: true })] })).toContain("NO OCSP STAPLED");
    expect(
      staple({ stapledOcsp: { status: "revoked", thisUpdate: null, nextUpdate: null } }),
    ).toContain("REVOKED");
  });

  test("whether the server has the key is told where it does not, and where nobody knows", () => {
    const possessing = (possession: boolean | null) =>
      facts({ certificate: { ...SAMPLE.certificate, presented: [presented({ possession })] } });
    expect(possessing(false)).toContain("trusted · covers the name · THE SERVER DOES NOT HAVE ITS");
    expect(possessing(null)).toContain("not known whether the server has its key");
    expect(possessing(true)).not.toContain("its key");
  });
});

describe("weaknesses", () => {
  const rows = (tls: Partial<CheckedTls>, verbose = false) => {
    const good = goodCheck();
    const check = { ...good, tls: { ...good.tls, ...tls } };
    const shown = renderCheckText(check, { width: 200, colour: false, verbose }).split("\n");
    const from = shown.findIndex((line) => line.includes("Weaknesses "));
    return shown
      .slice(from, verbose ? from + 5 : from + 1)
      .map((line) => line.slice(16).replace(/ {2,}/g, "  ").trim());
  };
  const cipherSuites = {
    suites: suites("TLSv1.2", ["TLS_RSA_WITH_RC4_128_SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA"]),
    preferences: [],
    unfinished: [],
  };

  test("that are there are named, the others counted", () => {
    expect(rows({})).toEqual(["none found · 18 not vulnerable · 6 not run (--active)"]);
    expect(rows({ cipherSuites })).toEqual([
      "VULNERABLE: RC4 · weak: SWEET32, No forward secrecy · 13 not vulnerable · 2 not known · 6 not run (--active)",
    ]);
  });

  test("are counted once they were tested for", () => {
    const { attacks } = legacyCheck().tls;
    expect(rows({ attacks })).toEqual([
      "VULNERABLE: Heartbleed, CCS injection · weak: Client renegotiation · 21 not vulnerable",
    ]);
  });

  test("come with their references and what was seen in verbose", () => {
    expect(rows({ cipherSuites }, true).slice(1, 4)).toEqual([
      "VULNERABLE  RC4 (CVE-2015-2808, RFC 7465): accepts TLS_RSA_WITH_RC4_128_SHA (TLSv1.2)",
      "weak  SWEET32 (CVE-2016-2183, CVE-2016-6329): accepts TLS_RSA_WITH_3DES_EDE_CBC_SHA (TLSv1.2)",
      "weak  No forward secrecy (RFC 9325 4.1): accepts TLS_RSA_WITH_RC4_128_SHA (TLSv1.2), TLS_RSA_WITH_3DES_EDE_CBC_SHA (TLSv1.2)",
    ]);
  });
});

test("what a service does after STARTTLS is said to be so", () => {
  expect(facts({ service: { ...SAMPLE.service, startTls: "smtp" } })).toContain(
    "Service       after STARTTLS of smtp · ALPN",
  );
});

test("what was not read is said, never left out", () => {
  const nothing = {
    protocols: null,
    cipherSuites: null,
    keyExchange: null,
    certificate: null,
    service: null,
    behaviour: null,
    attacks: null,
  };
  const shown = facts(nothing)
    .split("\n")
    .filter((line) => line.includes(" not read") || line.includes(" not known"));
  expect(shown.map((line) => line.trim().split(/ {2,}/)[0])).toEqual([
    "Protocols",
    "Suites",
    "Key exchange",
    "Post-quantum",
    "Certificate",
    "Service",
    "Behaviour",
    "Weaknesses",
  ]);
});

test("a policy that is not built in names its claims and whose tiers are shown", () => {
  const good = goodCheck();
  const shown = text({ ...good, policy: { ...good.policy, builtIn: false } });
  expect(shown).toContain("✓ baseline-tls-certificate · tls-certificate: trusted");
  expect(shown).toContain("Tiers         by Mozilla intermediate 6");
});

describe("what to do", () => {
  const remediation = Array.from({ length: 9 }, (_, line) => `line ${line + 1}`).join("\n");
  const failing = (count: number) => {
    const good = goodCheck();
    const judgements = good.judgements.map((one, index) =>
      index < count ? { ...one, outcome: "fail" as const, remediation } : one,
    );
    // Some facts fewer, so that the screen has room for all of it.
    return { ...good, web: null, judgements };
  };
  const shownOf = (check: CheckReport, verbose = false) =>
    renderCheckText(check, { width: 100, colour: false, verbose }).match(/line \d/g)?.length;

  test("takes what room the screen has left, and is not said twice", () => {
    expect(shownOf(failing(1))).toBe(9);
    expect(shownOf(failing(2))).toBe(9);
    const shown = renderCheckText(failing(2), { width: 100, colour: false });
    expect(shown).toContain("To do     as above");
  });

  test("is all there in verbose", () => {
    expect(shownOf(failing(2), true)).toBe(18);
  });
});

describe("one line for each of several hosts", () => {
  const options = { width: 100, colour: false };

  test("is as kept", async () => {
    const soon = { ...goodCheck(), attention: badCheck().attention.slice(0, 1) };
    const checks = [
      goodCheck(),
      soon,
      badCheck(),
      legacyCheck(),
      unreachableCheck(),
      otherProtocolCheck(),
      { ...goodCheck(), judgements: [] },
      spoilTexts(badCheck(), HOSTILE),
    ];
    const text = `${checks.map((check) => renderCheckSummary(check, options)).join("")}${renderCheckTotal({ good: 2, wrong: 3, unknown: 3 }, 1.234)}\n`;
    await expect(text).toMatchFileSnapshot("golden/check-summaries-100.txt");
    expect(terminalFaults(text, 100, false)).toEqual([]);
    expect(text.trimEnd().split("\n")).toHaveLength(checks.length + 1);
  });

  test.each([40, 60, 200])("is one line at %i columns", (width) => {
    for (const check of [goodCheck(), badCheck(), spoilTexts(badCheck(), "漢字".repeat(50))]) {
      const line = renderCheckSummary(check, { width, colour: false });
      expect(terminalFaults(line, width, false)).toEqual([]);
      expect(line.trimEnd()).not.toContain("\n");
    }
  });
});

/** What is said of the validity of a certificate. */
function validity(fields: Partial<Certificate>): string | undefined {
  const one = presented({ chain: [certificate(fields)] });
  return facts({ certificate: { ...SAMPLE.certificate, presented: [one] } })
    .split("\n")
    .find((line) => line.includes("Validity"))
    ?.trim();
}

/** The screen of a good server with some parts replaced. */
function facts(tls: Partial<CheckedTls>, check = goodCheck()): string {
  return text({ ...check, tls: { ...check.tls, ...tls } });
}

function text(check: CheckReport, width = 120): string {
  return renderCheckText(check, { width, colour: false });
}

function lines(check: CheckReport, width = 120): string[] {
  return text(check, width).trimEnd().split("\n");
}
