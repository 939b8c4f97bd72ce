import type {
  DescribeFileSystemPolicyCommandOutput,
  Destination,
  FileSystemDescription,
  ReplicationConfigurationDescription,
} from "@aws-sdk/client-efs";
import type {
  Encryption,
  Redundancy,
  Replication,
  ReplicationDestination,
  Transport,
} from "#model/facets.ts";
import { plain } from "#model/text.ts";
import type { Account } from "./account.ts";
import { isAbsent, type Absent } from "./calls.ts";
import { wholeEncryption } from "./encryption.ts";
import type { KeyManager } from "./key-managers.ts";
import { coverAll, nameOf, parsePolicy, type Statement } from "./policy-document.ts";

const DESIGN = "https://docs.aws.amazon.com/efs/latest/ug/encryption-at-rest.html";

/** @throws when the answer does not say whether it is encrypted */
export function toEncryption(
  { Encrypted }: FileSystemDescription,
  manager: KeyManager,
): Encryption {
  if (Encrypted === undefined) throw new TypeError("no Encrypted");
  return wholeEncryption(Encrypted, manager, DESIGN);
}

/**
 * A One Zone file system names its zone; a regional one keeps its data in several, without a word in which.
 * https://docs.aws.amazon.com/efs/latest/ug/availability-durability.html
 * @throws when it is in no state in which it holds data, so that a zone which is not named says nothing
 */
export function toRedundancy({
  AvailabilityZoneName,
  AvailabilityZoneId,
  LifeCycleState: state,
}: FileSystemDescription): Redundancy {
  if (state !== "available" && state !== "updating") {
    throw new TypeError(`a file system that is ${plain(state ?? "without state", 40)}`);
  }
  const zone = AvailabilityZoneName ?? AvailabilityZoneId;
  if (zone === undefined) {
    return {
      zones: null,
      zoneNames: null,
      zoneRedundant: true,
      geoRedundant: null,
      setting: "Regional",
    };
  }
  return {
    zones: 1,
    zoneNames: [zone],
    zoneRedundant: false,
    geoRedundant: null,
    setting: "One Zone",
  };
}

/** What an NFS client may do; who may do none of it cannot mount. */
const CLIENT_ACTIONS = [
  "elasticfilesystem:ClientMount",
  "elasticfilesystem:ClientWrite",
  "elasticfilesystem:ClientRootAccess",
];

/**
 * What a file system's policy says of encryption in transit: without a statement that denies every client everything
 * on the one condition that `aws:SecureTransport` is false, clear-text NFS is let in.
 * https://docs.aws.amazon.com/efs/latest/ug/enforce-in-transit-encryption.html
 * @throws when it is no policy document
 */
export function toTransport(
  raw: Pick<DescribeFileSystemPolicyCommandOutput, "Policy"> | Absent,
  arn: string,
): Transport {
  const none = { minimumTls: null, minimumTlsIsDefault: false, platformFloor: null };
  if (isAbsent(raw)) {
    const detail = "no file system policy, so clients may mount it without TLS";
    return { ...none, secureOnly: false, detail };
  }
  if (raw.Policy === undefined) throw new TypeError("no Policy in the answer");
  const statements = parsePolicy(raw.Policy, arn);
  const denial = statements.find((statement) => deniesClearText(statement, arn));
  return {
    ...none,
    secureOnly: denial !== undefined,
    detail:
      denial === undefined
        ? "the file system policy does not deny every client on aws:SecureTransport=false"
        : `the file system policy denies aws:SecureTransport=false (${plain(nameOf(denial, statements))})`,
  };
}

function deniesClearText(statement: Statement, arn: string): boolean {
  const { effect, who, actions, resources, conditions } = statement;
  const [only, second] = conditions;
  return (
    effect === "Deny" &&
    who === "everyone" &&
    actions !== null &&
    coverAll(actions, CLIENT_ACTIONS) &&
    resources !== null &&
    coverAll(resources, [arn]) &&
    only !== undefined &&
    second === undefined &&
    only.qualifier === null &&
    only.operator === "bool" &&
    only.key === "aws:securetransport" &&
    only.values.length > 0 &&
    only.values.every((value) => value.toLowerCase() === "false")
  );
}

/** What a replication's status means; whatever is not here is not known. */
const STATES: ReadonlyMap<string, ReplicationDestination["status"]> = new Map([
  ["ENABLED", "active"],
  ["ENABLING", "degraded"],
  ["DELETING", "disabled"],
  ["ERROR", "degraded"],
  ["PAUSED", "degraded"],
  ["PAUSING", "degraded"],
]);

/**
 * The other file systems that hold the same: the copies of a source, and the source of a copy.
 * @throws when a replication does not say from where to where it goes
 */
export function toReplication(
  replications: readonly ReplicationConfigurationDescription[],
  { FileSystemId: own }: FileSystemDescription,
  account: Account,
): Replication {
  const destinations = replications.flatMap((replication) => {
    const { SourceFileSystemId, SourceFileSystemRegion, SourceFileSystemArn } = replication;
    const { Destinations } = replication;
    if (SourceFileSystemId === undefined || Destinations === undefined) {
      throw new TypeError("a replication without source or destinations");
    }
    const arnOf = ({ Region, FileSystemId, OwnerId }: Destination) =>
      `arn:${account.partition}:elasticfilesystem:${Region}:${OwnerId ?? account.id}:file-system/${FileSystemId}`;
    const toCopy = (copy: Destination, region: string | undefined, subject: string | null) => {
      if (region === undefined) throw new TypeError("a replication without region");
      return {
        region,
        subject,
        status: STATES.get(copy.Status ?? "") ?? "unknown",
        whole: true,
        lastSync: copy.LastReplicatedTimestamp?.toISOString() ?? null,
      } as const;
    };
    if (SourceFileSystemId === own) {
      return Destinations.map((copy) => toCopy(copy, copy.Region, arnOf(copy)));
    }
    return Destinations.filter(({ FileSystemId }) => FileSystemId === own).map((copy) =>
      toCopy(copy, SourceFileSystemRegion, SourceFileSystemArn ?? null),
    );
  });
  const source = replications.find(
    ({ SourceFileSystemId, Destinations }) =>
      SourceFileSystemId !== own && Destinations?.some(({ FileSystemId }) => FileSystemId === own),
  );
  return {
    destinations,
    ...(source === undefined
      ? {}
      : { copyOf: source.SourceFileSystemArn ?? source.SourceFileSystemId ?? "" }),
  };
}
