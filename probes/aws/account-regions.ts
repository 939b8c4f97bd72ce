import type { TargetOf } from "#model/estate.ts";
import type { Failure, ProbeContext } from "#model/probe.ts";
import { homeRegion } from "./account.ts";
import { awsQuestion } from "./calls.ts";
import type { AwsClients } from "./clients.ts";
import { malformed } from "./pages.ts";

/** Where an account may have anything. */
export interface Regions {
  /** Those that the estate declares: they are read in full. */
  readonly declared: readonly string[];
  /** All that the account can use, the declared ones among them: what lies there undeclared is found there. */
  readonly all: readonly string[];
  /** Why the others could not be listed; null where they were. */
  readonly failure: Failure | null;
}

/** What AWS takes as region; whatever else a server names would end up in a host name. */
const REGION = /^[a-z]{2,10}(?:-[a-z]+)+-\d{1,2}$/;

/** Whether it may be the name of a region. */
export function isRegionName(text: string): boolean {
  return REGION.test(text);
}

/** Asks which regions the account has enabled. */
export async function askRegions(
  target: TargetOf<"aws">,
  clients: AwsClients,
  context: ProbeContext,
): Promise<Regions> {
  const declared = [...new Set(target.regions.map((region) => region.toLowerCase()))];
  const answer = await context.ask(
    awsQuestion(clients, "ec2", homeRegion(target), "DescribeRegions", async (client, options) => {
      const { DescribeRegionsCommand } = await import("@aws-sdk/client-ec2");
      return client.send(new DescribeRegionsCommand({}), options);
    }),
  );
  if (!answer.ok) return { declared, all: declared, failure: answer.failure };
  const found = answer.raw.Regions ?? [];
  const names = found.flatMap(({ RegionName }) => RegionName ?? []).filter(isRegionName);
  // No account is without a region, and one that cannot be asked may hold something.
  if (names.length === 0 || names.length < found.length) {
    const failure = malformed(new TypeError("the answer does not list regions"));
    return { declared, all: declared, failure };
  }
  const enabled = found.flatMap(({ RegionName, OptInStatus }) =>
    RegionName !== undefined && OptInStatus !== "not-opted-in" ? [RegionName] : [],
  );
  return { declared, all: [...new Set([...declared, ...enabled])].sort(), failure: null };
}
