/** Listings that would take longer than the deadline, and answers made to take long. */
import { describe, expect, test } from "vitest";
import { awsClients } from "#probes/aws/clients.ts";
import { answerGuard } from "#probes/aws/answer-guard.ts";
import { classifyAws } from "#probes/aws/errors.ts";
import probe from "#probes/aws/s3.ts";
import { BUCKET_KIND, listBuckets } from "#probes/aws/s3-inventory.ts";
import { parsePolicy } from "#probes/aws/policy-document.ts";
import { ACCOUNT, awsTarget, fakeAws } from "./support.ts";

const buckets = Array.from({ length: 900 }, (_, at) => ({
  name: `bucket-${at}`,
  region: "eu-west-3",
}));

describe("an account of many buckets", async () => {
  const aws = await fakeAws({ buckets });

  test("is read no further once the scan is cut off", async () => {
    const stop = new AbortController();
    let moments = 0;
    const before = aws.calls.length;
    const found = await aws
      .scan(
        {},
        {
          signal: stop.signal,
          now: () => {
            moments += 1;
            if (moments === 100) stop.abort();
            return new Date("2026-06-01T12:00:00Z");
          },
        },
      )
      .gather(probe);
    expect(aws.calls.length - before).toBeLessThan(260);
    expect(found.observations).toEqual([]);
    expect(found.problems.at(-1)).toMatchObject({
      subject: null,
      reason: "cancelled",
      facets: expect.arrayContaining(["inventory", "encryption"]),
    });
  });

  test("of more than are taken: the rest is a problem, and the list is not whole", async () => {
    const target = awsTarget(aws.url);
    const context = aws
      .scan()
      .context({ id: "aws-s3", kinds: [BUCKET_KIND], classify: classifyAws });
    const clients = awsClients(target, context);
    const list = await listBuckets(target, { id: ACCOUNT, partition: "aws" }, clients, context, 20);
    clients.close();
    expect(list.buckets).toHaveLength(20);
    expect(list.complete).toBe(false);
    expect(list.problems).toMatchObject([{ reason: "too-large", facets: ["inventory"] }]);
  });
});

test.each([
  ["<Tagging".padEnd(1_000_000, "<"), false],
  [`<Tagging${"<a/".repeat(300_000)}`, false],
  [`<Tagging ${" ".repeat(1_000_000)}`, false],
  ["<Tagging/>", true],
  ['<?xml version="1.0"?>\n<Tagging xmlns="x" />', true],
  ["<Tagging><a/>", false],
])("an answer is told for what it is at once (%#)", async (body, whole) => {
  const guard = answerGuard(2_000_000);
  const response = { statusCode: 200, headers: {}, body: Buffer.from(body) };
  const started = performance.now();
  const answer = guard(() => Promise.resolve({ response }), {
    commandName: "GetBucketTaggingCommand",
  })({
    request: {},
  });
  if (whole) await answer;
  else await expect(answer).rejects.toMatchObject({ reason: "malformed" });
  expect(performance.now() - started).toBeLessThan(10_000);
});

test("a policy longer than any of S3's is none", () => {
  const statement = { Effect: "Allow", Principal: "*", Action: "s3:*", Resource: "*" };
  const Statement = Array.from({ length: 20_000 }, () => statement);
  expect(() => parsePolicy(JSON.stringify({ Statement }))).toThrow("longer");
});
