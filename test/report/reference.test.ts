import { describe, expect, test } from "vitest";
import type { Json } from "#model/json.ts";
import { date, duration, z } from "#model/schema.ts";
import { code, prose } from "#report/markdown.ts";
import {
  renderControlsReference,
  renderProbesReference,
  type ControlReference,
} from "#report/reference.ts";
import { describeFields } from "#report/schema-fields.ts";

function jsonSchema(schema: z.ZodType): Json {
  const text = JSON.stringify(z.toJSONSchema(schema, { io: "input" }));
  // A JSON Schema is JSON.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return JSON.parse(text) as Json;
}

const expectation = z.strictObject({
  allowed: z.array(z.enum(["TLSv1.2", "TLSv1.3"])).min(1),
  within: duration,
  share: z.number().min(0).max(1).default(0.5),
  copies: z.int().min(2).optional(),
  any: z.int().optional(),
  on: z.boolean().optional(),
  tolerated: z.strictObject({ review: date }).optional(),
  sites: z.array(z.strictObject({ region: z.string().describe("a region | any <b>") })).default([]),
  kind: z.union([z.literal("all"), z.string(), z.int().max(5)]).optional(),
  tags: z.record(z.string(), z.string()).optional(),
});

const control: ControlReference = {
  id: "sample-control",
  title: "Sample | of @everything",
  rationale: "Because <script> is not welcome. See `a | b`.",
  severity: "high",
  judges: "scope",
  needs: ["protocols", "transport"],
  expectation: jsonSchema(expectation),
  baseline: { allowed: ["TLSv1.2"] },
  remediation: "Write `ssl_protocols TLSv1.2 TLSv1.3;` and reload.",
  references: ["https://www.rfc-editor.org/rfc/rfc8996"],
};

describe("controls", () => {
  const { baseline: _, ...plain } = control;
  const markdown = renderControlsReference([
    control,
    { ...plain, id: "another", judges: "subject", expectation: {}, references: [] },
  ]);

  test("are as kept", async () => {
    await expect(markdown).toMatchFileSnapshot("golden/controls.md.txt");
  });

  test("come by id, in the index and below", () => {
    expect(markdown.indexOf("`another`")).toBeLessThan(markdown.indexOf("`sample-control`"));
    expect(markdown.indexOf("## another")).toBeLessThan(markdown.indexOf("## sample-control"));
  });
});

test("probes are as kept, by provider", async () => {
  const markdown = renderProbesReference([
    {
      id: "tls",
      title: "TLS handshake",
      provider: "endpoint",
      kinds: ["endpoint"],
      provides: { protocols: { permissions: [] }, certificate: { permissions: [] } },
    },
    {
      id: "aws-s3",
      title: "S3 buckets",
      provider: "aws",
      kinds: ["AWS::S3::Bucket"],
      provides: {
        encryption: {
          permissions: ["s3:GetEncryptionConfiguration"],
          onlyWith: { sampleObjects: ["s3:GetObject"] },
        },
        exposure: { permissions: ["s3:GetBucketAcl", "s3:GetBucketPolicyStatus"] },
      },
    },
  ]);
  await expect(markdown).toMatchFileSnapshot("golden/probes.md.txt");
});

test("fields are described by path, kind of value and what stands in", () => {
  const fields = describeFields(jsonSchema(expectation)).map(
    ({ name, type, needed }) => `${name}: ${type} (${needed})`,
  );
  expect(fields).toEqual([
    "allowed: list of one of TLSv1.2, TLSv1.3 (yes)",
    "within: text (yes)",
    "share: number from 0 to 1 (no, else 0.5)",
    "copies: whole number from 2 (no)",
    "any: whole number (no)",
    "on: true or false (no)",
    "tolerated: object (no)",
    "tolerated.review: date (yes)",
    "sites: list of object (no, else none)",
    "sites[].region: text (yes)",
    "kind: all or text or whole number up to 5 (no)",
    "tags: object of any keys (no)",
  ]);
});

describe("Markdown", () => {
  test.each([
    ["a | b <c> @d", "a \\| b &lt;c> &#64;d"],
    ["`a | <b> @c` @d", "`a \\| <b> @c` &#64;d"],
    ["one ` backtick @x", "one \\` backtick &#64;x"],
    ["line\nbreak", "line\\u{a}break"],
  ])("prose %j", (text, markdown) => {
    expect(prose(text)).toBe(markdown);
  });

  test.each([
    ["GET /a|b", "`GET /a\\|b`"],
    ["tick ` tick", "`` tick ` tick ``"],
  ])("code %j", (text, markdown) => {
    expect(code(text)).toBe(markdown);
  });
});
