import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parseDocument } from "#configuration/document.ts";
import { type DescribedControl, jsonSchemas } from "#configuration/json-schemas.ts";
import { controls } from "#controls/index.ts";
import tlsProtocolVersions from "#controls/transport/tls-protocol-versions.ts";
import { z } from "#model/schema.ts";
import { policy } from "../policy/support.ts";
import { keywordsOf, knownKeywords, valid } from "./draft-07.ts";

const schemas = jsonSchemas(
  new Map<string, DescribedControl>([
    ["tls-protocol-versions", tlsProtocolVersions],
    [
      "encryption-at-rest",
      {
        title: "Encryption",
        expectation: () => z.strictObject({ algorithm: z.string().default("any") }),
      },
    ],
  ]),
);
// As an editor reads it.
const asRead: Record<keyof typeof schemas, Record<string, unknown>> = JSON.parse(
  JSON.stringify(schemas),
);
const read = (text: string) => parseDocument("f", Buffer.from(text)).value;
const fits = (kind: keyof typeof schemas, text: string) => valid(asRead[kind], read(text));
const example = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../config/estates/${name}`, import.meta.url)), "utf8");

describe.each(["policy", "estate", "attestations", "waivers"] as const)("%s", (kind) => {
  test("is draft-07 and uses no keyword of a later one", () => {
    expect(asRead[kind]["$schema"]).toBe("http://json-schema.org/draft-07/schema#");
    expect([...keywordsOf(asRead[kind])].filter((keyword) => !knownKeywords.has(keyword))).toEqual(
      [],
    );
    // $schema stands at the top only.
    expect(JSON.stringify(asRead[kind]).split('"$schema"')).toHaveLength(2);
  });

  test("every reference leads somewhere", () => {
    const references = [
      ...JSON.stringify(asRead[kind]).matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g),
    ];
    const definitions = Object.keys(asRead[kind]["definitions"] ?? {});
    expect(references.filter(([, name]) => !definitions.includes(name ?? ""))).toEqual([]);
  });
});

describe("what fits", () => {
  test("the examples", () => {
    expect(fits("estate", example("example.yaml"))).toBe(true);
    expect(fits("attestations", example("attestations.example.yaml"))).toBe(true);
    expect(fits("waivers", example("waivers.example.yaml"))).toBe(true);
    expect(fits("policy", policy)).toBe(true);
  });

  test.each([
    ["an unknown key", "company: Example", "company: Example\ncompanny: x"],
    ["an unknown control", "control: encryption-at-rest", "control: encryption-at-test"],
    ["a value that the control does not take", "[TLSv1.2, TLSv1.3] }", "[TLSv1.2, TLS1.4] }"],
    ["a key that the control does not take", "{ allowed:", "{ alowed: [], allowed:"],
    [
      "no expectation where the control needs one",
      "        expect: { allowed: [TLSv1.2, TLSv1.3] }\n",
      "",
    ],
    [
      "a control and a pending one",
      "control: encryption-at-rest",
      "control: encryption-at-rest\n        pending: x",
    ],
    [
      "neither control nor pending",
      "      - control: encryption-at-rest\n        basis",
      "      - basis",
    ],
    ["a basis that is none", "basis: quoted", "basis: qoted"],
    ["a date that is none", "read: 2026-11-22", "read: 2026-02-30"],
    [
      "a claim without anything to judge",
      "    attest:\n      - covers: training of staff\n        maxAge: P1Y\n",
      "",
    ],
  ])("not a policy with %s", (_, from, to) => {
    expect(policy).toContain(from);
    expect(fits("policy", policy.replace(from, to))).toBe(false);
  });

  test.each([
    ["estate", "example.yaml", "provider: aws", "provider: awss"],
    ["estate", "example.yaml", 'account: "123456789012"', "account: 123456789012"],
    ["estate", "example.yaml", "roleArn: arn:", "roleArn: "],
    ["estate", "example.yaml", "clientId:", "clientID:"],
    ["estate", "example.yaml", "clientId:", "accessKeyId:"],
    ["estate", "example.yaml", "limits:", "endpoints: { s3: https://a.example }\n    limits:"],
    [
      "estate",
      "example.yaml",
      "url: https://www.example.com",
      "url: https://www.example.com\n    credentials: {}",
    ],
    ["estate", "example.yaml", "tags: { environment: production }", "{}"],
    ["estate", "example.yaml", "tags: { environment: production }", "tags: {}"],
    [
      "attestations",
      "attestations.example.yaml",
      "    evidence:\n",
      "    evidence:\n      url: https://a.example\n",
    ],
    ["attestations", "attestations.example.yaml", "    expires: 2027-11-02\n", ""],
    ["waivers", "waivers.example.yaml", "targets:", "target:"],
  ] as const)("not an %s of %s with %j as %j", (kind, name, from, to) => {
    expect(example(name)).toContain(from);
    expect(fits(kind, example(name).replace(from, to))).toBe(false);
  });
});

describe("the policies of the project", () => {
  const folder = new URL("../../config/policies/", import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith(".yaml"));

  const schema: Record<string, unknown> = JSON.parse(JSON.stringify(jsonSchemas(controls).policy));

  test("with all controls it is draft-07 still", () => {
    expect([...keywordsOf(schema)].filter((keyword) => !knownKeywords.has(keyword))).toEqual([]);
  });

  test.each(names)("%s fits", (name) => {
    expect(valid(schema, read(readFileSync(new URL(name, folder), "utf8")))).toBe(true);
  });
});

test("a control whose expectation refers to itself is told by name", () => {
  const list: z.ZodType = z.array(z.lazy(() => list));
  const expectation = () => z.strictObject({ list });
  expect(() => jsonSchemas(new Map([["nested", { title: "Nested", expectation }]]))).toThrow(
    "the expectation of the control nested refers to itself",
  );
});
