/** A fake AWS account of some size behind a latency; tells its address, and on "calls" what it was asked. */
import { startAws } from "#fixtures/estate/aws.ts";
import { answersOf, bucketsOf, type Size } from "./account.ts";

const { size, latency, perSecond } = JSON.parse(process.argv[2] ?? "{}") as {
  size: Size;
  latency: number;
  perSecond?: number;
};
const aws = await startAws(
  { id: "123456789012", buckets: bucketsOf(size), answers: answersOf(size) },
  { latency, ...(perSecond === undefined ? {} : { perSecond }) },
);
process.send?.(aws.url);
process.on("message", () => {
  const calls: Record<string, number> = {};
  let refused = 0;
  for (const { service, operation, status } of aws.calls) {
    if (status !== null && status >= 400 && status !== 404) refused += 1;
    else calls[`${service}:${operation}`] = (calls[`${service}:${operation}`] ?? 0) + 1;
  }
  process.send?.({ calls, refused });
});
process.on("disconnect", () => void aws.close());
