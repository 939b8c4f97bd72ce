import type { Failure, ProbeContext } from "#model/probe.ts";
import { awsQuestion } from "./calls.ts";
import type { AwsClients } from "./clients.ts";
import { listOf, malformed, pages } from "./pages.ts";

/** Tags by ARN; what is not there has none. */
export type TagsByArn = ReadonlyMap<string, Readonly<Record<string, string>>>;

export const TAGS_PERMISSION = "tag:GetResources";

/** Lists everything in a region that has tags. https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html */
export async function askTags(
  region: string,
  clients: AwsClients,
  context: ProbeContext,
): Promise<TagsByArn | Failure> {
  const tags = new Map<string, Readonly<Record<string, string>>>();
  const { GetResourcesCommand } = await import("@aws-sdk/client-resource-groups-tagging-api");
  const listing = pages(
    context,
    (token) =>
      awsQuestion(clients, "tagging", region, "GetResources", (client, options) =>
        client.send(
          new GetResourcesCommand({
            ResourcesPerPage: 100,
            ...(token === undefined ? {} : { PaginationToken: token }),
          }),
          options,
        ),
      ),
    (raw) => raw.PaginationToken,
  );
  for await (const page of listing) {
    if (!page.ok) return page.failure;
    try {
      for (const { ResourceARN: arn, Tags } of listOf(page.raw.ResourceTagMappingList)) {
        if (arn === undefined) throw new TypeError("an entry without ARN");
        tags.set(arn, tagRecord(Tags));
      }
    } catch (error) {
      return malformed(error);
    }
  }
  return tags;
}

interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** Tags as most listings give them, by key. */
export function tagRecord(tags: readonly Tag[] | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""]));
}
