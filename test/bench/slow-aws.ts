/** A fake AWS with 1,000 buckets and 40 ms before each answer; tells its address, and on "calls" how many it had. */
import { startAws } from "#fixtures/estate/aws.ts";

const aws = await startAws(
  {
    id: "123456789012",
    buckets: Array.from({ length: 1000 }, (_, index) => ({
      name: `bench-${String(index).padStart(4, "0")}`,
      region: "eu-west-3",
    })),
  },
  { latency: 40 },
);
process.send?.(aws.url);
process.on("message", () => process.send?.(aws.calls.length));
process.on("disconnect", () => void aws.close());
