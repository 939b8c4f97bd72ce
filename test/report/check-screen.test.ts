import { describe, expect, test } from "vitest";
import type { CheckReport } from "#model/check-report.ts";
import type { Problem } from "#model/evidence.ts";
import type { Facets } from "#model/facets.ts";
import { renderCheckSummary } from "#report/check-summary.ts";
import { renderCheckText } from "#report/check-text.ts";
import { judgedCheck } from "../support/judged-check.ts";
import {
  badCheck,
  certificate,
  goodCheck,
  legacyCheck,
  presented,
  SAMPLE,
  suites,
} from "../support/sample-check.ts";
import { terminalFaults } from "./terminal.ts";

/** What the controls themselves say of the samples, on the screen. */
function facetsOf({ tls, http }: CheckReport): Partial<Facets> {
  const { service, behaviour, attacks, ...rest } = tls ?? {};
  const all = { ...rest, tlsService: service, tlsBehaviour: behaviour, tlsAttacks: attacks, http };
  return Object.fromEntries(
    Object.entries(all).filter(([, value]) => value !== null && value !== undefined),
  );
}
const clear = badCheck().http;
const legacy = {
  ...facetsOf(legacyCheck()),
  ...(clear === null ? {} : { http: clear }),
};

function screen(check: CheckReport, width = 100): string {
  return renderCheckText(check, { width, colour: false });
}
function verdict(check: CheckReport): string {
  return screen(check, 200).split("\n")[0] ?? "";
}
function unread(url: string, ...messages: readonly string[]): CheckReport {
  const problems = messages.map((message): Partial<Problem> => ({ message }));
  return judgedCheck({}, { url, problems });
}

describe("what is worst comes first", () => {
  const check = judgedCheck(legacy);

  test("in the verdict, names of weaknesses before lists of suites", () => {
    expect(verdict(check)).toMatch(
      /intermediate 6: vulnerable to Heartbleed, CCS injection, DROWN, [^·]*and \d+ more · .*accepts SSLv2/,
    );
  });

  test("in what to do", () => {
    expect(screen(check)).toMatch(
      /✗ tls-weaknesses: vulnerable to Heartbleed[^\n]*\n {2}To do +Update OpenSSL to 1\.0\.1g[^]*CCS injection[^]*DROWN[^]*✗ tls-protocol-versions/,
    );
  });

  test.each([80, 100])("and all of it on one screen of %i columns", (width) => {
    for (const facets of [legacy, facetsOf(badCheck())]) {
      const text = screen(judgedCheck(facets), width);
      expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(40);
      expect(terminalFaults(text, width, false)).toEqual([]);
    }
  });
});

test("what to do about a certificate that signed itself is one thing", () => {
  const own = presented({
    chain: [certificate({ selfSigned: true })],
    trusted: false,
    trustError: "self-signed certificate",
  });
  const check = judgedCheck({
    ...facetsOf(goodCheck()),
    certificate: { ...SAMPLE.certificate, presented: [own] },
  });
  expect(screen(check)).toMatch(
    /To do +Have a certificate issued by a public authority[^\n]*\n[^\n]*--ca-file here\.\n\S/,
  );
});

test.each([80, 100])("facts give way to the setting that mends suites, at %i columns", (width) => {
  const cipherSuites = {
    suites: [
      ...suites("TLSv1.0", ["TLS_RSA_WITH_AES_128_CBC_SHA"]),
      ...suites("TLSv1.2", ["TLS_RSA_WITH_AES_128_CBC_SHA"]),
    ],
    preferences: [],
    unfinished: [],
  };
  const text = screen(judgedCheck({ ...facetsOf(goodCheck()), cipherSuites }), width);
  expect(text).toMatch(
    /nginx: ssl_ciphers\s+ECDHE-[^]*Apache: SSLCipherSuite[^]*HAProxy: ssl-default-bind-ciphers/,
  );
  expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(40);
});

test("tests that could not be run say why, not that the flag is missing", () => {
  const tests = ["heartbleed", "ticketbleed"] as const;
  const tlsAttacks = {
    tests: tests.map((one) => ({
      test: one,
      status: "not-run" as const,
      why: "the server asks for a client certificate",
    })),
  };
  const text = screen(judgedCheck({ ...facetsOf(goodCheck()), tlsAttacks }), 140);
  expect(text).toContain("2 not run (the server asks for a client certificate)");
  expect(text).not.toContain("--active");
});

describe("an endpoint that does not answer", () => {
  const refused = "localhost:443: refuses connections (ECONNREFUSED)";
  const https =
    "localhost:443: HTTPS does not answer, so nothing can be said of clear text: refuses connections (ECONNREFUSED)";

  test("is told once, as it was asked for", () => {
    const text = screen(unread("http://localhost:24431", https, refused, refused));
    expect(text.split("\n")[0]).toBe(
      "? http://localhost:24431: could not be reached: refuses connections (ECONNREFUSED)",
    );
    expect(text).toContain("? no TLS answer (6 checks could not be judged)");
    expect(text.match(/ECONNREFUSED/g)).toHaveLength(1);
    expect(text).not.toMatch(/protocols|was not read/);
  });

  test("a name that does not exist is the first thing said", () => {
    const absent = "the name does not exist (ENOTFOUND)";
    const check = unread(
      "https://nonexist.invalid",
      `nonexist.invalid:443: HTTPS does not answer, so nothing can be said of clear text: ${absent}`,
      `nonexist.invalid:443: ${absent}`,
    );
    expect(verdict(check)).toBe(`? nonexist.invalid:443: could not be reached: ${absent}`);
  });

  test("a hint is not cut off", () => {
    const hint =
      "does not speak SMTP: it says nothing, and answers a TLS hello at once: ask for it as tls://localhost:24465, or smtps:// if it is a mail server";
    const check = unread("smtp://localhost:24465", `localhost:24465: ${hint}`);
    expect(verdict(check)).toContain(hint);
  });
});

test("facets that were not read are told together, in words", () => {
  const { cipherSuites: _, keyExchange: __, ...facets } = facetsOf(goodCheck());
  const check = judgedCheck(facets, {
    problems: [
      { message: "www.nordlys.example:443: the time is up", reason: "timeout", facets: [] },
    ],
  });
  expect(screen(check)).toMatch(/\? not seen: .*suites.*: the time is up \(3 checks could not be/);
});

test("a policy with few claims does not call good what it does not judge", () => {
  const check = judgedCheck({ ...legacy });
  const judgements = check.judgements.filter(({ control }) => control === "tls-certificate");
  const few = { ...check, judgements };
  expect(verdict(few)).toMatch(
    /^✓ .*: 1 check holds by .*; not judged by this policy: Heartbleed, CCS injection, DROWN, .* more$/,
  );
  expect(renderCheckSummary(few, { width: 120, colour: false })).toContain(
    "not judged: Heartbleed",
  );
});

test("the scheme is shown where it is not https", () => {
  const check = judgedCheck(facetsOf(goodCheck()), { url: "smtp://127.0.0.1:1" });
  expect(renderCheckSummary(check, { width: 100, colour: false })).toContain("smtp://127.0.0.1:1 ");
});
