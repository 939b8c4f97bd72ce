import type { DescribeSnapshotsResult, Image, Snapshot, Volume } from "@aws-sdk/client-ec2";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import { plain } from "#model/text.ts";
import { chunks } from "#probes/common/chunks.ts";
import {
  isForAll,
  lifecyclePolicies,
  toBackups,
  toEncryption,
  toImageEncryption,
  toSnapshotExposure,
} from "./ebs-facets.ts";
import { snapshots } from "./ebs-listings.ts";
import { keyManagers, type KeyManager } from "./key-managers.ts";
import { answerOf, oncePer, sourceOf, tell, type Known } from "#probes/common/known.ts";
import { askAll, askOnce, knownIn } from "./known.ts";
import type { Found, Listed } from "./listing.ts";
import type { AwsSession } from "./session.ts";

type Told = AsyncGenerator<Observation | Problem>;

/** By whose key each is encrypted; an image tells no key, its snapshots do. */
export async function* readEncryption(
  allVolumes: Listed<Volume>,
  allSnapshots: Listed<Snapshot>,
  allImages: Listed<Image>,
  wanted: ReadonlySet<FacetName>,
  session: AwsSession,
): Told {
  if (!wanted.has("encryption")) return;
  const { context } = session;
  const managerOf = keyManagers(session);
  const managers = new Map<string, KeyManager>();
  const both: readonly Found<Volume | Snapshot>[] = [...allVolumes.found, ...allSnapshots.found];
  for await (const chunk of chunks(both, context.signal)) {
    for (const { subject, item, place, source } of chunk) {
      const manager = await managerOf(place.region, item.KmsKeyId);
      managers.set(`${place.region} ${subject.name}`, manager);
      yield tell(context, subject, "encryption", source, () => toEncryption(item, manager));
    }
  }
  for await (const chunk of chunks(allImages.found, context.signal)) {
    for (const { subject, item, place, source } of chunk) {
      const known = knownIn(snapshots, allSnapshots, place.region, context.now());
      const managerOfSnapshot = (id: string) =>
        managers.get(`${place.region} ${id}`) ?? (known.ok ? undefined : unlisted(known));
      yield tell(context, subject, "encryption", source, () =>
        toImageEncryption(item, managerOfSnapshot),
      );
    }
  }
}

/** Whose key it is, where the snapshots of the region were not all listed. */
function unlisted({ failure, permission }: Extract<Known<unknown>, { ok: false }>): KeyManager {
  const missing = failure.reason === "denied" ? ` (permission ${permission})` : "";
  return { by: null, why: `its snapshots were not read${missing}: ${plain(failure.message)}` };
}

/**
 * Who backs a volume up. Policies of Data Lifecycle Manager are not read, but they mark the snapshots that they make:
 * where there are such, what the policy is set to do is not known. One that never made a snapshot backs nothing up.
 */
export async function* readBackups(
  found: readonly Found<Volume>[],
  allSnapshots: Listed<Snapshot>,
  wanted: ReadonlySet<FacetName>,
  session: AwsSession,
): Told {
  if (!wanted.has("backups")) return;
  const { context } = session;
  const policies = lifecyclePolicies(allSnapshots.found);
  const knownOf = oncePer((region) =>
    Promise.resolve(knownIn(snapshots, allSnapshots, region, context.now())),
  );
  for await (const chunk of chunks(found, context.signal)) {
    for (const { subject, item, place, source } of chunk) {
      const known = await knownOf(place.region);
      const policy = policies.get(subject.id);
      if (policy !== undefined) {
        yield context.problem({
          operation: "ec2:DescribeSnapshots",
          subject,
          facets: ["backups"],
          reason: "unsupported",
          permission: null,
          message: `Data Lifecycle Manager backs it up (${policy}, as its snapshots are marked): how often and for how long is not read`,
        });
        continue;
      }
      yield tell(context, subject, "backups", source, () => {
        answerOf(known);
        return toBackups(item, place);
      });
    }
  }
}

/**
 * Thousands of snapshots are told apart by one listing a region: those that everyone may restore. They are few, and each
 * is asked for its own permission, as is the account for the setting that may take it back.
 */
export async function* readExposure(
  found: readonly Found<Snapshot>[],
  wanted: ReadonlySet<FacetName>,
  session: AwsSession,
): Told {
  if (!wanted.has("exposure")) return;
  const { context } = session;
  for (const [region, all] of Map.groupBy(found, ({ place }) => place.region)) {
    const open = await askPublicSnapshots(region, session);
    const ids = new Set(open.ok ? open.value.map(({ SnapshotId }) => SnapshotId) : []);
    const block = oncePer((place) => askSnapshotBlock(place, session));
    for await (const chunk of chunks(all, context.signal)) {
      yield* await Promise.all(
        chunk.map(async ({ subject, source }) => {
          if (!ids.has(subject.name)) {
            return tell(context, subject, "exposure", sourceOf(open, source), () => {
              answerOf(open);
              return toSnapshotExposure([], null);
            });
          }
          const permissions = await askPermissions(subject.name, region, session);
          const isOpen = permissions.ok && isForAll(permissions.value.CreateVolumePermissions);
          const state = isOpen ? await block(region) : null;
          return tell(context, subject, "exposure", sourceOf(permissions, source), () =>
            toSnapshotExposure(
              answerOf(permissions).CreateVolumePermissions,
              state === null ? null : (answerOf(state).State ?? null),
            ),
          );
        }),
      );
    }
  }
}

function askPublicSnapshots(region: string, session: AwsSession) {
  return askAll(session, {
    service: "ec2",
    region,
    operation: "DescribeSnapshots",
    permission: "ec2:DescribeSnapshots",
    page: (NextToken) => async (client, options) => {
      const { DescribeSnapshotsCommand } = await import("@aws-sdk/client-ec2");
      const command = new DescribeSnapshotsCommand({
        OwnerIds: ["self"],
        RestorableByUserIds: ["all"],
        MaxResults: 1000,
        NextToken,
      });
      return client.send(command, options);
    },
    next: (page: DescribeSnapshotsResult) => page.NextToken,
    items: (page) => page.Snapshots,
  });
}

/** The account's own setting may close what a snapshot's permission opens. */
function askSnapshotBlock(region: string, session: AwsSession) {
  return askOnce(session, {
    service: "ec2",
    region,
    operation: "GetSnapshotBlockPublicAccessState",
    permission: "ec2:GetSnapshotBlockPublicAccessState",
    send: async (client, options) => {
      const { GetSnapshotBlockPublicAccessStateCommand } = await import("@aws-sdk/client-ec2");
      return client.send(new GetSnapshotBlockPublicAccessStateCommand({}), options);
    },
  });
}

function askPermissions(SnapshotId: string, region: string, session: AwsSession) {
  return askOnce(session, {
    service: "ec2",
    region,
    operation: "DescribeSnapshotAttribute",
    permission: "ec2:DescribeSnapshotAttribute",
    send: async (client, options) => {
      const { DescribeSnapshotAttributeCommand } = await import("@aws-sdk/client-ec2");
      const Attribute = "createVolumePermission";
      return client.send(new DescribeSnapshotAttributeCommand({ SnapshotId, Attribute }), options);
    },
  });
}
