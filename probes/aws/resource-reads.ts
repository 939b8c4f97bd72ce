import type { ResourceDescription } from "@aws-sdk/client-cloudcontrol";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName, Facets } from "#model/facets.ts";
import { defineRead, isProblem, type AnyRead } from "#model/probe.ts";
import { awsQuestion } from "./calls.ts";
import { deniedAction, getResource, propertiesOf } from "./cloud-control.ts";
import { LISTED_KINDS } from "./inventory-kinds.ts";
import { listKind } from "./inventory-listing.ts";
import type { Found } from "./listing.ts";
import type { Setting } from "./resource-settings.ts";
import type { AwsSession } from "./session.ts";
import { TAGS_PERMISSION } from "./tags.ts";

/** What listing and reading the kinds of a table needs. */
export function permissionsOf(table: Readonly<Record<string, Setting<unknown>>>): string[] {
  const read = Object.values(table).flatMap((setting) =>
    "published" in setting ? [] : setting.permissions,
  );
  const listed = LISTED_KINDS.filter(({ kind }) => Object.hasOwn(table, kind)).flatMap(
    ({ permissions }) => permissions,
  );
  return [
    ...new Set([
      "cloudformation:ListResources",
      "ec2:DescribeRegions",
      TAGS_PERMISSION,
      ...(read.length > 0 ? ["cloudformation:GetResource"] : []),
      ...listed,
      ...read,
    ]),
  ];
}

/**
 * One facet of every resource of the kinds in a table: a call for each resource, none where AWS publishes it for all.
 * What could not be listed is told by the probe that lists.
 */
export async function* readSettings<F extends FacetName>(
  facet: F,
  table: Readonly<Record<string, Setting<Facets[F]>>>,
  session: AwsSession,
): AsyncGenerator<Observation | Problem> {
  const { context } = session;
  const kinds = LISTED_KINDS.filter(({ kind }) => Object.hasOwn(table, kind));
  const listings = await Promise.all(kinds.map((kind) => listKind(kind, session)));
  const reads: AnyRead[] = [];
  for (const [position, kind] of kinds.entries()) {
    const setting = table[kind.kind];
    for (const found of listings[position]?.found ?? []) {
      if (setting === undefined) continue;
      if ("published" in setting) {
        yield context.observe(found.subject, facet, setting.published, found.source);
      } else reads.push(readOf(facet, setting, found, session));
    }
  }
  for await (const item of context.readAll(reads)) {
    yield isProblem(item) && item.reason === "denied"
      ? { ...item, permission: deniedAction(item.message) ?? item.permission }
      : item;
  }
}

function readOf<F extends FacetName>(
  facet: F,
  { permissions, map }: Exclude<Setting<Facets[F]>, { readonly published: unknown }>,
  { subject, item, place }: Found<ResourceDescription>,
  { clients }: AwsSession,
): AnyRead {
  const question = awsQuestion(
    clients,
    "cloudcontrol",
    place.region,
    "GetResource",
    getResource(subject.kind, item.Identifier ?? ""),
  );
  return defineRead<F, Awaited<ReturnType<typeof question.call>>>({
    ...question,
    subject,
    facet,
    permission: permissions[0],
    map: ({ ResourceDescription: described }) => map(propertiesOf(described?.Properties)),
  });
}
