import type { AwsService } from "#model/aws-services.ts";
import type { Failure } from "#model/probe.ts";
import { awsQuestion, type Send } from "./calls.ts";
import { malformed, pages } from "./pages.ts";
import type { AwsSession } from "./session.ts";

/** A listing of one region whose items are no subjects, but tell of some. */
export interface RegionList<S extends AwsService, Page extends object, Item> {
  readonly service: S;
  /** What is listed, for people. */
  readonly what: string;
  /** Name of the API operation. */
  readonly operation: string;
  readonly page: (token: string | undefined) => Send<S, Page>;
  readonly next: (page: Page) => string | undefined;
  /** Throws where the answer has not the documented shape. */
  readonly items: (page: Page) => readonly Item[];
}

/** Reads all pages, or says why not: half a list would show as missing what is merely on the other half. */
export async function readRegionList<S extends AwsService, Page extends object, Item>(
  { context, clients }: AwsSession,
  region: string,
  { service, operation, page, next, items }: RegionList<S, Page, Item>,
): Promise<readonly Item[] | Failure> {
  const found: Item[] = [];
  const all = pages(
    context,
    (token) => awsQuestion(clients, service, region, operation, page(token)),
    next,
  );
  for await (const answer of all) {
    if (!answer.ok) return answer.failure;
    try {
      found.push(...items(answer.raw));
    } catch (error) {
      return malformed(error);
    }
  }
  return found;
}
