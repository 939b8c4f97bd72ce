import { startAws, type AwsAccount, type AwsOptions, type FakeAws } from "#fixtures/estate/aws.ts";
import { targetSchema, type Target } from "#model/estate.ts";
import { afterAll, afterEach } from "vitest";
import { testScan, type TestScan, type TestScanOptions } from "../../support/probe-context.ts";

export const ACCOUNT = "111122223333";
export const ENVIRONMENT = { TEST_KEY: "AKIAIOSFODNN7EXAMPLE", TEST_SECRET: "not-a-real-secret" };

/** A target at that address, as an estate file would have it. */
export function awsTarget(url: string, fields: object = {}): Extract<Target, { provider: "aws" }> {
  const target = targetSchema.parse({
    id: "aws",
    provider: "aws",
    account: ACCOUNT,
    regions: ["eu-west-3"],
    endpoints: { api: url },
    credentials: { env: { accessKeyId: "TEST_KEY", secretAccessKey: "TEST_SECRET" } },
    ...fields,
  });
  if (target.provider !== "aws") throw new Error("not AWS");
  return target;
}

/** A fake AWS for a test file, closed at its end; faults end with each test. */
export async function fakeAws(
  account: Partial<AwsAccount>,
  options: AwsOptions = {},
): Promise<FakeAws & { scan: (fields?: object, settings?: TestScanOptions) => TestScan }> {
  const aws = await startAws({ id: ACCOUNT, buckets: [], ...account }, options);
  afterEach(() => aws.setFaults());
  afterAll(aws.close);
  return {
    ...aws,
    scan: (fields, settings) =>
      testScan(awsTarget(aws.url, fields), { environment: ENVIRONMENT, ...settings }),
  };
}
