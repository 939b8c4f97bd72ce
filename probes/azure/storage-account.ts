/** The facets of one storage account: those that the listing answers, and those that need a question of their own. */
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName, Facets } from "#model/facets.ts";
import { defineRead, type AnyRead, type ProbeContext } from "#model/probe.ts";
import type { Subject } from "#model/subject.ts";
import { paced } from "./allowances.ts";
import type { AccountPath, AzureClient } from "./client.ts";
import { malformed, plain } from "./errors.ts";
import * as map from "./storage-facets.ts";
import { storageIngress } from "./storage-ingress.ts";

export const ACCOUNTS_READ = "Microsoft.Storage/storageAccounts/read";
export const BLOB_SERVICES_READ = "Microsoft.Storage/storageAccounts/blobServices/read";

/** A storage account as the listing gave it. */
export interface ListedAccount {
  readonly raw: unknown;
  readonly subject: Subject;
  readonly subscription: string;
}
type From = Parameters<ProbeContext["observe"]>[3];

function listed<F extends FacetName>(facet: F, read: (raw: unknown) => Facets[F]) {
  return {
    facet,
    observe: ({ raw, subject }: ListedAccount, context: ProbeContext, from: From) =>
      context.observe(subject, facet, read(raw), from),
  };
}

const LISTED = [
  listed("location", map.storageLocation),
  listed("encryption", map.storageEncryption),
  listed("transport", map.storageTransport),
  listed("exposure", map.storageExposure),
  listed("ingress", storageIngress),
  listed("redundancy", map.storageRedundancy),
];
const NO_COPY_ELSEWHERE = listed("replication", map.storageReplication);
const NO_BLOB_SERVICE = listed("versioning", () => ({ enabled: null }));

/** Reads the wanted facets off the listing; one that cannot be understood is a problem and costs no other. */
export function listedFacets(
  account: ListedAccount,
  wanted: ReadonlySet<FacetName>,
  context: ProbeContext,
  from: From,
): (Observation | Problem)[] {
  const { raw, subject } = account;
  const answered = [
    ...LISTED,
    ...(map.isGeoRedundant(raw) === true ? [] : [NO_COPY_ELSEWHERE]),
    ...(map.hasBlobService(raw) ? [] : [NO_BLOB_SERVICE]),
  ];
  return answered
    .filter(({ facet }) => wanted.has(facet))
    .map(({ facet, observe }) => {
      try {
        return observe(account, context, from);
      } catch (error) {
        const message = plain(error instanceof Error ? error.message : String(error));
        const what = { subject, facets: [facet], permission: null, message };
        return context.problem({ ...what, operation: from.operation, reason: "malformed" });
      }
    });
}

/** The questions that the wanted facets of this account still need. */
export function ownReads(
  { raw, subject, subscription }: ListedAccount,
  wanted: ReadonlySet<FacetName>,
  context: ProbeContext,
  open: () => Promise<AzureClient>,
): AnyRead[] {
  const reads: AnyRead[] = [];
  const limits = paced(context, { under: subscription, path: subject.id, region: subject.region });
  if (wanted.has("replication") && map.isGeoRedundant(raw) === true) {
    reads.push(
      defineRead({
        subject,
        facet: "replication",
        ...limits,
        operation: "GET Microsoft.Storage/storageAccounts/{name}?$expand=geoReplicationStats",
        permission: ACCOUNTS_READ,
        call: async (signal) => (await open()).account(pathOf(subject.id, subscription), signal),
        map: map.storageReplication,
      }),
    );
  }
  if (wanted.has("versioning") && map.hasBlobService(raw)) {
    reads.push(
      defineRead({
        subject,
        facet: "versioning",
        ...limits,
        operation: "GET Microsoft.Storage/storageAccounts/{name}/blobServices/default",
        permission: BLOB_SERVICES_READ,
        call: async (signal) =>
          (await open()).blobService(pathOf(subject.id, subscription), signal),
        map: map.storageVersioning,
      }),
    );
  }
  return reads;
}

/** Names of dots only would climb to another path. */
const ACCOUNT_ID =
  /^\/subscriptions\/[^/]+\/resourceGroups\/(?!\.+\/)([^/]{1,90})\/providers\/Microsoft\.Storage\/storageAccounts\/([a-z0-9]{1,24})$/i;

function pathOf(id: string, subscription: string): AccountPath {
  const [, resourceGroup, name] = ACCOUNT_ID.exec(id) ?? [];
  if (resourceGroup === undefined || name === undefined) {
    throw malformed(`${plain(id)} is no id of a storage account`);
  }
  return { subscription, resourceGroup, name };
}
