import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderIssue } from "#configuration/errors.ts";
import { readAttestations } from "#policy/attestations.ts";
import { crossCheck } from "#policy/cross-check.ts";
import { lintPolicy } from "#policy/lint.ts";
import { readPolicy } from "#policy/policy.ts";
import { readWaivers } from "#policy/waivers.ts";
import { temporaryFolder } from "../configuration/support.ts";
import { controls, policy, sha256, statement } from "./support.ts";

const folder = temporaryFolder();
beforeAll(() => {
  folder.write("statement.txt", statement);
  folder.write("evidence.txt", "seen");
});
afterAll(folder.remove);

interface Entry {
  readonly id?: string;
  readonly claims?: string;
  readonly covers?: string;
  readonly expires?: string;
  readonly sha256?: string;
  readonly file?: string;
}
let files = 0;
const attestations = (...entries: readonly Entry[]) =>
  readAttestations(
    folder.write(
      `attestations-${files++}.yaml`,
      `version: 1\nattestations:\n${entries
        .map(
          (entry, index) => `  - id: ${entry.id ?? `a${index}`}
    claims: [${entry.claims ?? "example/ex-training"}]
    covers: [${entry.covers ?? "training of staff"}]
    owner: Me
    reason: Seen.
    date: 2026-01-01
    expires: ${entry.expires ?? "2027-01-01"}
    evidence: { file: ${entry.file ?? "evidence.txt"}, sha256: ${entry.sha256 ?? sha256("seen")} }
`,
        )
        .join("")}`,
    ),
  );
const waivers = (...entries: readonly Entry[]) =>
  readWaivers(
    folder.write(
      `waivers-${files++}.yaml`,
      `version: 1\nwaivers:\n${entries
        .map(
          (entry, index) => `  - id: ${entry.id ?? `w${index}`}
    claims: [${entry.claims ?? "example/ex-tls"}]
    covers: { ids: ["*"] }
    owner: Me
    reason: Soon gone.
    date: 2026-01-01
    expires: ${entry.expires ?? "2027-01-01"}
`,
        )
        .join("")}`,
    ),
  );
const example = () => readPolicy(folder.write("policy.yaml", policy), controls);
const noon = new Date("2026-11-22T12:00:00Z");
const shown = (text: string) =>
  text.replaceAll(`${folder.path}/`, "").replaceAll(/-\d+\.yaml/g, ".yaml");

const run = (input: Partial<Parameters<typeof crossCheck>[0]>) => {
  const { errors, remarks } = crossCheck({
    policies: [example()],
    attestations: [],
    waivers: [],
    now: noon,
    ...input,
  });
  return {
    errors: errors.map((issue) => shown(renderIssue(issue))),
    remarks: remarks.map((issue) => `${issue.level} ${shown(renderIssue(issue))}`),
  };
};
const nothing = { errors: [], remarks: [] };

test("files that fit together", () => {
  expect(run({ attestations: [attestations({})], waivers: [waivers({})] })).toEqual(nothing);
});

describe("claims", () => {
  test.each(["example/*", "*", "ex-training", "ex-*", "*/ex-training"])(
    "%s names one",
    (claims) => {
      expect(run({ attestations: [attestations({ claims: JSON.stringify(claims) })] })).toEqual(
        nothing,
      );
    },
  );

  test.each([
    ["example/ex-trainin", "; did you mean example/ex-training?"],
    ["ex-tsl", "; did you mean ex-tls?"],
    ["example", ""],
  ])("%s names none", (claims, help) => {
    expect(
      run({ attestations: [attestations({ claims })], waivers: [waivers({}, { claims })] }).errors,
    ).toEqual([
      `attestations.yaml:4:14: attestations[0].claims[0]: no policy has a claim "${claims}"${help}`,
      `waivers.yaml:11:14: waivers[1].claims[0]: no policy has a claim "${claims}"${help}`,
    ]);
  });
});

test("a claim of a policy that is not given is no error, but is remarked", () => {
  const { errors, remarks } = run({ waivers: [waivers({}, { claims: "other/*" })] });
  expect(errors).toEqual([]);
  expect(remarks.join("\n")).toContain('"other/*" is of a policy that is not given here');
});

describe("without policies", () => {
  const none = { policies: [] };
  test("claims are not looked for", () => {
    const claims = "any-claim";
    expect(
      run({ ...none, attestations: [attestations({ claims })], waivers: [waivers({})] }),
    ).toEqual(nothing);
  });

  test("what is not in force, has changed or is there twice is told", () => {
    const found = run({
      ...none,
      attestations: [
        attestations({ id: "one", expires: "2026-02-01" }),
        attestations({ id: "one", sha256: "a".repeat(64) }),
      ],
    });
    expect(found.errors).toEqual([
      'attestations.yaml:3:9: attestations[0].id: the attestation "one" is at attestations.yaml:3 too',
    ]);
    expect(found.remarks).toEqual([
      "warning attestations.yaml:9:14: attestations[0].expires: one expired on 2026-02-01 and counts for nothing",
      expect.stringContaining('the evidence "evidence.txt" has changed'),
    ]);
  });
});

test.each(["*", "*/*", "**"])("a waiver of every claim is warned of: %s", (claims) => {
  expect(run({ waivers: [waivers({ claims: `"${claims}"` }, { claims: "example/*" })] })).toEqual({
    errors: [],
    remarks: [
      "warning waivers.yaml:4:14: waivers[0].claims[0]: w0 waives every claim of every policy: name the claims that it is for",
    ],
  });
});

describe("ids that two files give", () => {
  test("attestations and waivers", () => {
    expect(
      run({
        attestations: [attestations({ id: "one" }), attestations({}, { id: "one" })],
        waivers: [waivers({ id: "one" }), waivers({ id: "one" })],
      }).errors,
    ).toEqual([
      'attestations.yaml:11:9: attestations[1].id: the attestation "one" is at attestations.yaml:3 too',
      'waivers.yaml:3:9: waivers[0].id: the waiver "one" is at waivers.yaml:3 too',
    ]);
  });

  test("policies", () => {
    expect(run({ policies: [example(), example()] }).errors).toEqual([
      'policy.yaml:2:5: id: the policy "example" is at policy.yaml:2 too',
    ]);
  });
});

describe("remarks", () => {
  test("an entry counts to the end of its last day, and no longer", () => {
    const input = {
      attestations: [attestations({ expires: "2026-11-22" }, { expires: "2026-11-21" })],
      waivers: [waivers({ expires: "2026-11-21" }, { expires: "2026-11-22" })],
    };
    expect(run(input).remarks).toEqual([
      "warning attestations.yaml:17:14: attestations[1].expires: a1 expired on 2026-11-21 and counts for nothing",
      "warning waivers.yaml:9:14: waivers[0].expires: w0 expired on 2026-11-21 and counts for nothing",
    ]);
  });

  test("an entry does not count before its first day", () => {
    const now = new Date("2025-12-31T23:59:59Z");
    expect(run({ now, waivers: [waivers({})] }).remarks).toEqual([
      "warning waivers.yaml:8:11: waivers[0].date: w0 counts for nothing before its date, 2026-01-01",
    ]);
    expect(run({ now: new Date("2026-01-01T00:00:00Z"), waivers: [waivers({})] })).toEqual(nothing);
  });

  test("evidence that changed or is not there", () => {
    expect(
      run({ attestations: [attestations({ sha256: "a".repeat(64) }, { file: "none.txt" })] })
        .remarks,
    ).toEqual([
      `warning attestations.yaml:10:45: attestations[0].evidence.sha256: the evidence "evidence.txt" has changed: its SHA-256 is ${sha256("seen")}; a0 counts for nothing`,
      'warning attestations.yaml:18:23: attestations[1].evidence.file: the evidence "none.txt" is missing, not readable or over 100 MiB; a1 counts for nothing',
    ]);
  });

  test.each<[string, string, string | null]>([
    ["a part of another claim", "training of staff", null],
    ["a misspelt part", "training of stuff", '; did you mean "training of staff"?'],
    ["other words", "something else altogether", ""],
    ["the id of a subject", "www.example.com:443", null],
    ["a glob of ids", '"arn:aws:s3:::*"', null],
  ])("covers: %s", (_, covers, help) => {
    expect(run({ attestations: [attestations({ covers })] }).remarks).toEqual(
      help === null
        ? []
        : [
            `warning attestations.yaml:5:14: attestations[0].covers[0]: none of its claims needs "${covers}" attested${help}`,
          ],
    );
  });
});

const lint = (quote: string, day: string, caveat = "") => {
  folder.write("lint.txt", `We follow ISO 27001:2013 and use TLS 1.3.`);
  const text = policy
    .slice(0, policy.indexOf("claims:"))
    .replace("statement.txt", "lint.txt")
    .replace(sha256(statement), sha256("We follow ISO 27001:2013 and use TLS 1.3."));
  const claim = `claims:\n  - id: a\n    quote: ${quote}\n    section: x\n    severity: low\n    informational: x\n${caveat}`;
  const file = folder.write("lint.yaml", text + claim);
  return lintPolicy(readPolicy(file, controls), new Date(day)).map(
    ({ level, line, column, message }) => `${level} ${line}:${column}: ${message}`,
  );
};

describe("lint", () => {
  test("a standard that has lapsed is a warning from its day on", () => {
    expect(lint('"We follow ISO 27001:2013"', "2025-10-30")).toEqual([]);
    const [warning, ...rest] = lint('"We follow ISO 27001:2013"', "2025-10-31");
    expect(warning).toMatch(
      /^warning 13:12: claims\[0\]\.quote: names ISO\/IEC 27001:2013, which lapsed on 2025-10-31 \(https:.*\); replaced by ISO\/IEC 27001:2022$/,
    );
    expect(rest).toEqual([]);
    expect(lint("use TLS 1.3.", "2030-01-01")).toEqual([]);
  });

  test("a caveat is a remark, on one line", () => {
    expect(lint("use TLS 1.3.", "2026-01-01", "    caveat: |\n      Two\n      lines.\n")).toEqual([
      "remark 17:13: claims[0].caveat: a: Two lines.",
    ]);
  });
});
