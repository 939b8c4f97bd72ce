import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readPolicy } from "#policy/policy.ts";
import { complaints, temporaryFolder } from "../configuration/support.ts";
import { controls, policy, sha256, statement } from "./support.ts";

const folder = temporaryFolder();
beforeAll(() => void folder.write("statement.txt", statement));
afterAll(folder.remove);

/** Complaints of the valid policy after some of its text was replaced. */
function found(...replacements: readonly (readonly [string, string])[]): readonly string[] {
  let text = policy;
  for (const [from, to] of replacements) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  const file = folder.write("policy.yaml", text);
  return complaints(() => readPolicy(file, controls));
}

describe("a valid policy", () => {
  test("is read with its own SHA-256 and the defaults of the controls", () => {
    const { value, locate, sha256: hash } = readPolicy(folder.write("p.yaml", policy), controls);
    expect(value.sha256).toBe(sha256(policy));
    expect(hash).toBe(value.sha256);
    expect(value.claims[0]?.checks.map(({ expect }) => expect)).toEqual([
      { allowed: ["TLSv1.2", "TLSv1.3"], required: [] },
      { algorithm: "any" },
      { anything: [1, { deep: null }] },
    ]);
    expect(value.claims[1]).toMatchObject({
      checks: [],
      attest: [{ covers: "training of staff" }],
    });
    expect(locate(["claims", 1])).toEqual({ line: 27, column: 5 });
  });
});

describe("a statement that is not the one quoted", () => {
  test("the nearest place is told of the first 20 quotes that are missing", () => {
    const claims = Array.from(
      { length: 25 },
      (_, n) =>
        `  - { id: a${n}, quote: Backups are made hourly ${n}, section: x, severity: low, informational: x }`,
    );
    const text = policy.slice(0, policy.indexOf("claims:")) + `claims:\n${claims.join("\n")}\n`;
    const problems = complaints(() => readPolicy(folder.write("many.yaml", text), controls));
    expect(problems).toHaveLength(25);
    expect(problems.map((problem) => problem.includes('it goes on "daily'))).toEqual([
      ...Array<boolean>(20).fill(true),
      ...Array<boolean>(5).fill(false),
    ]);
    expect(problems[24]).toContain('the statement does not have "Backups are made hourly 24"');
  });

  test("one over 1 MiB is refused", () => {
    folder.write("large.txt", "a".repeat(1024 * 1024 + 1));
    expect(found(["file: statement.txt", "file: large.txt"])).toEqual([
      '9:9: statement.file: "large.txt" is larger than 1 MiB, the most that is taken in',
    ]);
  });
});

describe("controls and what they expect", () => {
  test.each<[string, string, string, readonly string[]]>([
    [
      "a misspelt control",
      "control: tls-protocol-versions",
      "control: tls-protocol-version",
      [
        '17:18: claims[0].checks[0].control: there is no control "tls-protocol-version"; did you mean tls-protocol-versions?',
      ],
    ],
    [
      "a control that nobody knows",
      "control: encryption-at-rest",
      "control: moon-phase",
      [
        '20:18: claims[0].checks[1].control: there is no control "moon-phase"; one that is still to be built is named by pending:',
      ],
    ],
    [
      "a value that the control does not know",
      "[TLSv1.2, TLSv1.3] }",
      "[TLSv1.2, TLS1.4] }",
      [
        '18:38: claims[0].checks[0].expect.allowed[1]: expected one of SSLv2, SSLv3, TLSv1.0, TLSv1.1, TLSv1.2, TLSv1.3, got "TLS1.4"; did you mean TLSv1.3?',
      ],
    ],
    [
      "a key that the control does not know",
      "allowed: [TLSv1.2, TLSv1.3]",
      "alowed: [TLSv1.2, TLSv1.3]",
      ["18:19: claims[0].checks[0].expect.alowed: unknown key; did you mean allowed?"],
    ],
    [
      "an expectation that the control needs",
      "        expect: { allowed: [TLSv1.2, TLSv1.3] }\n",
      "",
      ["17:9: claims[0].checks[0].expect.allowed is missing: expected a list"],
    ],
    [
      "an empty expectation",
      "expect: { allowed: [TLSv1.2, TLSv1.3] }",
      "expect:",
      ["18:16: claims[0].checks[0].expect: expected a mapping (key: value), got nothing"],
    ],
    [
      "a pending control that exists",
      "pending: tls-key-exchange",
      "pending: encryption-at-rest",
      [
        "22:9: claims[0].checks[2].pending: the control encryption-at-rest exists now: write control: encryption-at-rest",
      ],
    ],
    [
      "a control and a pending one",
      "control: encryption-at-rest",
      "control: encryption-at-rest\n        pending: tls-key-exchange",
      [
        "20:9: claims[0].checks[1]: expected either control (one that exists) or pending (one still to be built)",
      ],
    ],
    [
      "a basis that is none",
      "basis: quoted",
      "basis: qoted",
      [
        '19:16: claims[0].checks[0].basis: expected quoted, {standard: NAME} or {interpreted: {who, when, why}}, got "qoted"; did you mean quoted?',
      ],
    ],
    [
      "a basis of a misspelt kind",
      "{ standard: FIPS 197 }",
      "{ standrad: FIPS 197 }",
      [
        "21:16: claims[0].checks[1].basis: expected quoted, {standard: NAME} or {interpreted: {who, when, why}}, got a mapping of standrad; did you mean standard by standrad?",
      ],
    ],
    [
      "a basis without its day",
      "when: 2026-11-22, ",
      "",
      [
        "26:31: claims[0].checks[2].basis.interpreted.when is missing: expected a date such as 2026-03-31",
      ],
    ],
    [
      "a claim without anything to judge",
      "    attest:\n      - covers: training of staff\n        maxAge: P1Y\n",
      "",
      ["27:5: claims[1]: expected checks, attest or both, or else informational with the reason"],
    ],
    [
      "what is left to attestations that nobody asks for",
      "expect: { anything: [1, { deep: null }] }",
      "expect: { unseen: attested }",
      ["12:5: claims[0]: expected attest, as a check says unseen: attested"],
    ],
    [
      "a provider in a scope",
      "providers: [endpoint]",
      "providers: [endpoints]",
      [
        '24:30: claims[0].checks[2].scope.providers[0]: expected one of aws, azure, gcp, ovh, scaleway, upcloud, endpoint, got "endpoints"; did you mean endpoint?',
      ],
    ],
    [
      "a key of __proto__ under expect",
      "expect: { anything: [1, { deep: null }] }",
      "expect: { __proto__: { allowed: [] } }",
      ["23:19: claims[0].checks[2].expect.__proto__: no key may have this name"],
    ],
    [
      "an id twice",
      "id: ex-training",
      "id: ex-tls",
      ['27:9: claims[1].id: "ex-tls" is taken: the entry at line 12 has this id too'],
    ],
    [
      "an unknown mapping name",
      "mappings: { iso27001",
      "mappings: { ISO27001",
      [
        '34:17: claims[1].mappings.ISO27001: expected lower-case letters, digits and hyphens, such as pf-transit-tls, got the key "ISO27001"',
      ],
    ],
  ])("%s", (_, from, to, expected) => {
    expect(found([from, to])).toEqual(expected);
  });

  test("names of Object's own members are no controls and no expectations", () => {
    expect(found(["control: encryption-at-rest", "control: constructor"])).toHaveLength(1);
    expect(found(["{ allowed: [", "{ constructor: 1, allowed: ["])).toEqual([
      "18:19: claims[0].checks[0].expect.constructor: unknown key; known here: allowed, required, tolerated",
    ]);
  });

  test("everything is told at once", () => {
    expect(
      found(
        ["version: 1", "version: one"],
        ["[TLSv1.2, TLSv1.3] }", "[TLS1.2] }"],
        ["id: ex-training", "id: ex-tls"],
        ["Staff is trained", "Staff are trained"],
      ).map((line) => line.replace(/: .*/, "")),
    ).toEqual(["1:10", "18:29", "27:9", "28:12"]);
  });
});

describe("the statement", () => {
  test("a copy that changed: both hashes are named", () => {
    const declared = "b".repeat(64);
    expect(found([sha256(statement), declared])).toEqual([
      `10:11: statement.sha256: the stored copy "statement.txt" has changed: its SHA-256 is ${sha256(statement)}, ` +
        `the policy was written for "${declared}"; read it again, mend the quotes and then the hash`,
    ]);
  });

  test.each<[string, string, string]>([
    [
      "one that is not there",
      "none.txt",
      '9:9: statement.file: "none.txt" cannot be read: there is no such file',
    ],
    [
      "one elsewhere",
      "../statement.txt",
      '9:9: statement.file: expected a file beside the policy, got "../statement.txt"',
    ],
    [
      "one by a detour",
      "a/../../x.txt",
      '9:9: statement.file: expected a file beside the policy, got "a/../../x.txt"',
    ],
    [
      "an absolute one",
      "/etc/passwd",
      '9:9: statement.file: expected a file beside the policy, got "/etc/passwd"',
    ],
    [
      "one that is no text",
      "bad.txt",
      '9:9: statement.file: "bad.txt" byte 2 is not UTF-8: save the file as UTF-8',
    ],
  ])("%s", (_, name, expected) => {
    folder.write("bad.txt", Buffer.from([0x61, 0x62, 0xff]));
    expect(found(["file: statement.txt", `file: ${name}`])[0]).toBe(expected);
  });

  test("a quote that is not in it is told with the place where it leaves the statement", () => {
    expect(found(["using TLS 1.2 and 1.3.", "using TLS 1.2 or 1.3."])).toEqual([
      '13:12: claims[0].quote: is not in the statement: after "… is encrypted in transit using TLS 1.2 " it goes on ' +
        '"and 1.3. It is encrypted at rest, with …", the quote "or 1.3."',
    ]);
  });
});
