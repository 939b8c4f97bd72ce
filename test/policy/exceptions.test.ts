import { closeSync, ftruncateSync, openSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readAttestations } from "#policy/attestations.ts";
import { readWaivers } from "#policy/waivers.ts";
import { complaints, temporaryFolder } from "../configuration/support.ts";
import { sha256 } from "./support.ts";

const folder = temporaryFolder();
afterAll(folder.remove);

const attestation = (fields: string) => `version: 1
attestations:
  - id: training
    claims: [example/ex-training]
    covers: [training of staff]
    owner: Me
    reason: Seen.
    date: 2026-01-01
    expires: 2027-01-01
    ${fields}
`;
const waiver = (fields: string) => `version: 1
waivers:
  - id: old-server
    claims: [example/*]
    covers: { ids: ["*old*"] }
    owner: Me
    reason: It goes soon.
    date: 2026-01-01
    ${fields}
`;

const actualOf = (fields: string) =>
  readAttestations(folder.write("a/attestations.yaml", attestation(fields))).value[0]?.actualSha256;

describe("attestations", () => {
  const evidence = "Ten people were there.\n";
  test("the evidence is found beside the file and hashed", () => {
    folder.write("a/evidence/list.txt", evidence);
    expect(actualOf(`evidence: { file: evidence/list.txt, sha256: ${sha256(evidence)} }`)).toBe(
      sha256(evidence),
    );
    expect(
      actualOf(`evidence: { file: ../a/evidence/list.txt, sha256: "${"a".repeat(64)}" }`),
    ).toBe(sha256(evidence));
  });

  test.each([
    ["an address is not fetched", "url: https://www.example.com/list.txt"],
    ["a file that is not there", "file: none.txt"],
    ["a folder", "file: ."],
    ["a file over 100 MiB", "file: large.bin"],
  ])("%s: no hash", (_, location) => {
    folder.write("a/attestations.yaml", "");
    const descriptor = openSync(join(folder.path, "a/large.bin"), "w");
    ftruncateSync(descriptor, 100 * 1024 * 1024 + 1);
    closeSync(descriptor);
    expect(actualOf(`evidence: { ${location}, sha256: "${"a".repeat(64)}" }`)).toBeNull();
  });

  test("an evidence file of several pieces", () => {
    const large = "0123456789abcdef".repeat(200_000);
    folder.write("a/large.txt", large);
    expect(actualOf(`evidence: { file: large.txt, sha256: "${"a".repeat(64)}" }`)).toBe(
      sha256(large),
    );
  });

  const hash = "a".repeat(64);
  test.each<[string, string, readonly string[]]>([
    [
      "no evidence",
      "",
      ["3:5: attestations[0].evidence is missing: expected a mapping (key: value)"],
    ],
    [
      "both a file and an address",
      `evidence: { file: a, url: https://example.com, sha256: ${hash} }`,
      ["10:15: attestations[0].evidence: expected either file or url"],
    ],
    [
      "an address in clear text",
      `evidence: { url: http://example.com, sha256: ${hash} }`,
      [
        '10:22: attestations[0].evidence.url: expected an address such as https://www.example.com, got "http://example.com"',
      ],
    ],
    [
      "a short hash",
      "evidence: { file: a, sha256: abc }",
      [
        '10:34: attestations[0].evidence.sha256: expected a SHA-256 in 64 lower-case hex digits, got "abc"',
      ],
    ],
    [
      "a signed address",
      `evidence: { url: "https://example.com/x?sig=abc", sha256: ${hash} }`,
      [
        "10:22: attestations[0].evidence.url: looks like a signed address, which does not belong in this file: name an environment variable (env) or a file (files) that holds it",
      ],
    ],
    [
      "an unknown key",
      `evidence: { file: a, sha256: ${hash} }\n    expire: x`,
      ["11:5: attestations[0].expire: unknown key; did you mean expires?"],
    ],
  ])("%s", (_, fields, expected) => {
    const file = folder.write("b/attestations.yaml", attestation(fields));
    expect(complaints(() => readAttestations(file))).toEqual(expected);
  });

  test("an id twice, an end before the beginning, a pattern that is none", () => {
    const one = attestation(`evidence: { file: a, sha256: ${hash} }`);
    const two = one
      .slice(one.indexOf("  - id"))
      .replace("2027-01-01", "2025-01-01")
      .replace("[example/", "[Example/");
    const file = folder.write("c.yaml", one + two);
    expect(complaints(() => readAttestations(file))).toEqual([
      '11:9: attestations[1].id: "training" is taken: the entry at line 3 has this id too',
      '12:14: attestations[1].claims[0]: expected a claim such as pingflow/pf-roles; * stands for any run of characters, got "Example/ex-training"',
      "17:14: attestations[1].expires: 2025-01-01 is before its date, 2026-01-01",
    ]);
  });

  test.each(["*", "**", "* *", "a*", "*ab*"])("a pattern that covers nearly all: %s", (covers) => {
    const file = folder.write(
      "e.yaml",
      attestation(`evidence: { file: a, sha256: ${hash} }`).replace(
        "[training of staff]",
        `["${covers}"]`,
      ),
    );
    expect(complaints(() => readAttestations(file))).toEqual([
      `5:14: attestations[0].covers[0]: expected a pattern of at least 3 characters beside the *: name the parts or the subjects, got "${covers}"`,
    ]);
  });

  test.each(["abc*", "*a*b*c", "QA"])("what covers little enough: %s", (covers) => {
    const file = folder.write(
      "e.yaml",
      attestation(`evidence: { file: a, sha256: ${hash} }`).replace(
        "[training of staff]",
        `["${covers}"]`,
      ),
    );
    expect(complaints(() => readAttestations(file))).toEqual([]);
  });

  test("an empty list is valid", () => {
    const file = folder.write("d.yaml", "version: 1\nattestations: []\n");
    expect(readAttestations(file)).toMatchObject({ file, value: [] });
  });
});

describe("waivers", () => {
  test("one that is valid", () => {
    const file = folder.write("w.yaml", waiver("expires: 2026-06-30"));
    expect(readWaivers(file).value).toMatchObject([
      { id: "old-server", covers: { ids: ["*old*"] } },
    ]);
  });

  test("one that ends on its first day", () => {
    const file = folder.write("w.yaml", waiver("expires: 2026-01-01"));
    expect(complaints(() => readWaivers(file))).toEqual([]);
  });

  test.each<[string, string, readonly string[]]>([
    ["no end", "", ["3:5: waivers[0].expires is missing: expected a date such as 2026-03-31"]],
    [
      "a day that is none",
      "expires: 2026-02-30",
      ['9:14: waivers[0].expires: expected a date such as 2026-03-31, got "2026-02-30"'],
    ],
    [
      "a moment",
      "expires: 2026-06-30T00:00:00Z",
      ['9:14: waivers[0].expires: expected a date such as 2026-03-31, got "2026-06-30T00:00:00Z"'],
    ],
    [
      "an end before the beginning",
      "expires: 2025-06-30",
      ["9:14: waivers[0].expires: 2025-06-30 is before its date, 2026-01-01"],
    ],
    [
      "evidence without file or address",
      `expires: 2026-06-30\n    evidence: { sha256: ${"a".repeat(64)} }`,
      ["10:15: waivers[0].evidence: expected either file or url"],
    ],
  ])("%s", (_, fields, expected) => {
    const file = folder.write("w.yaml", waiver(fields));
    expect(complaints(() => readWaivers(file))).toEqual(expected);
  });

  test.each([
    [
      "{}",
      "5:13: waivers[0].covers: expected at least one of providers, targets, kinds, regions, ids, tags: without any, every subject would match",
    ],
    ["{ tags: {} }", "5:21: waivers[0].covers.tags: expected a tag at least"],
  ])("one that would excuse everything: %s", (covers, message) => {
    const file = folder.write(
      "w.yaml",
      waiver("expires: 2026-06-30").replace('{ ids: ["*old*"] }', covers),
    );
    expect(complaints(() => readWaivers(file))).toEqual([message]);
  });

  test("covers selects subjects, and labels are no part of it", () => {
    const file = folder.write(
      "w.yaml",
      waiver("expires: 2026-06-30").replace("{ ids:", "{ labels: [a], ids:"),
    );
    expect(complaints(() => readWaivers(file))).toEqual([
      "5:15: waivers[0].covers.labels: unknown key; known here: providers, targets, kinds, regions, ids, tags",
    ]);
  });
});
