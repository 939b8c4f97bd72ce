import type { S3Client } from "@aws-sdk/client-s3";
import type { Target } from "#model/estate.ts";
import type { ProbeContext } from "#model/probe.ts";
import { answerGuard } from "#probes/aws/answer-guard.ts";
import { shapeGuard } from "#probes/aws/answer-shape.ts";
import { handlerOptions } from "#probes/aws/connection.ts";
import type { S3Clients } from "./calls.ts";
import type { S3Dialect, S3Keys } from "./dialect.ts";

/** Attempts of one call, the first included: as many as AWS's own are given. */
const ATTEMPTS = 8;

/**
 * The clients of one target, one for each region, made when they are first asked for.
 * @param keys sign every request
 */
export function s3Clients(
  target: Target,
  dialect: S3Dialect,
  keys: S3Keys,
  context: ProbeContext,
): S3Clients & { readonly close: () => void } {
  const made = new Map<string, Promise<S3Client>>();
  const close: (() => void)[] = [];
  const override = target.endpoints?.["s3"];
  const make = async (region: string) => {
    const { endpoints } = dialect;
    const endpoint = override ?? (Object.hasOwn(endpoints, region) ? endpoints[region] : undefined);
    // A region's name may come from a server: no other host is asked because of it.
    if (endpoint === undefined) throw new TypeError(`${dialect.vendor} has no region ${region}`);
    const { S3Client } = await import("@aws-sdk/client-s3");
    const client = new S3Client({
      region,
      endpoint,
      forcePathStyle: true,
      credentials: keys,
      requestHandler: await handlerOptions(target, context.environment),
      retryMode: "adaptive",
      maxAttempts: ATTEMPTS,
      // What AWS added to S3 in 2025, and other vendors have not.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
    });
    const guard = answerGuard(context.maxAnswerBytes, dialect.otherRoots);
    client.middlewareStack.add(guard, { step: "deserialize", priority: "low" });
    client.middlewareStack.add(shapeGuard(), { step: "deserialize", priority: "high" });
    close.push(() => client.destroy());
    return client;
  };
  return {
    of: (_, region) => {
      const client = made.get(region) ?? make(region);
      made.set(region, client);
      return client;
    },
    close: () => {
      for (const destroy of close) destroy();
    },
  };
}
