import type { AutomatedSnapshotPauseOptions, DomainStatus } from "@aws-sdk/client-opensearch";
import type { Backups } from "#model/backup-facets.ts";
import type { Encryption, Exposure, Redundancy, Transport } from "#model/facets.ts";
import { plain } from "#model/text.ts";
import type { TlsVersion } from "#model/tls.ts";
import { wholeEncryption } from "./encryption.ts";
import type { KeyManager } from "./key-managers.ts";
import { parsePolicy } from "./policy-document.ts";
import { policyOpenness } from "./public-policy.ts";
import { exactVersions } from "./tls-setting.ts";

const DESIGN =
  "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/encryption-at-rest.html";

/**
 * Encryption of indexes, logs, swap files and automated snapshots; manual snapshots lie in a bucket of its owner's.
 * @throws when the answer does not say whether it is encrypted
 */
export function toEncryption(
  { EncryptionAtRestOptions: options }: Pick<DomainStatus, "EncryptionAtRestOptions">,
  manager: KeyManager,
): Encryption {
  if (options?.Enabled === undefined) throw new TypeError("no EncryptionAtRestOptions.Enabled");
  const named = options.KmsKeyId !== undefined;
  const unknown = { by: null, why: "the domain names no key" };
  return wholeEncryption(options.Enabled, named ? manager : unknown, DESIGN);
}

/**
 * What each policy lets in. https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_DomainEndpointOptions.html
 * Of the last AWS's words name TLS 1.3 alone and its name 1.2 as the minimum: the lower counts, and no list is given.
 */
const POLICIES: ReadonlyMap<string, readonly TlsVersion[]> = new Map([
  ["Policy-Min-TLS-1-0-2019-07", ["TLSv1.0", "TLSv1.1", "TLSv1.2"]],
  ["Policy-Min-TLS-1-2-2019-07", ["TLSv1.2"]],
  ["Policy-Min-TLS-1-2-PFS-2023-10", ["TLSv1.2", "TLSv1.3"]],
]);
const MINIMUM_ONLY: ReadonlyMap<string, TlsVersion> = new Map([
  ["Policy-Min-TLS-1-2-RFC9151-FIPS-2024-08", "TLSv1.2"],
]);

/**
 * How clients reach a domain. Whether its nodes encrypt what they tell each other is another setting, and is told.
 * @throws when the answer does not say whether HTTPS is enforced, or names a policy that AWS does not document
 */
export function toTransport({
  DomainEndpointOptions: endpoint,
  NodeToNodeEncryptionOptions: nodes,
}: Pick<DomainStatus, "DomainEndpointOptions" | "NodeToNodeEncryptionOptions">): Transport {
  const { EnforceHTTPS: secureOnly, TLSSecurityPolicy: policy } = endpoint ?? {};
  if (secureOnly === undefined || policy === undefined) {
    throw new TypeError("no EnforceHTTPS or TLSSecurityPolicy");
  }
  const between =
    nodes?.Enabled === undefined
      ? "whether its nodes encrypt between each other is not told"
      : `between its nodes ${nodes.Enabled ? "" : "not "}encrypted`;
  const detail = `EnforceHTTPS ${secureOnly}, TLSSecurityPolicy ${plain(policy, 60)}; ${between}`;
  const versions = POLICIES.get(policy);
  if (versions !== undefined) return exactVersions(versions, { secureOnly, detail });
  const minimumTls = MINIMUM_ONLY.get(policy);
  if (minimumTls === undefined) {
    throw new TypeError(`a TLSSecurityPolicy of another name (${plain(policy, 60)})`);
  }
  return { secureOnly, minimumTls, minimumTlsIsDefault: false, platformFloor: null, detail };
}

/**
 * A domain in a VPC has no address on the Internet. One with a public endpoint answers whom its access policy lets in;
 * fine-grained access control asks everyone for credentials, except while it is being migrated to.
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html
 * @throws when the access policy is none
 */
export function toExposure(status: DomainStatus): Exposure {
  const { VPCOptions: vpc, AccessPolicies: policy, AdvancedSecurityOptions: fineGrained } = status;
  if (vpc?.VPCId !== undefined && vpc.VPCId !== "") {
    const closedBy = [`endpoint in ${plain(vpc.VPCId, 40)}`];
    return { anonymousAccess: false, openNetwork: false, through: [], closedBy };
  }
  const isNone = policy === undefined || policy === "";
  const { open, through } = isNone
    ? ({ open: "no", through: [] } as const)
    : policyOpenness(policy, { name: "access policy", actions: "es:*" });
  // Addresses in the policy close what the endpoint leaves open, for those whom the statement is about.
  const byAddress =
    !isNone &&
    parsePolicy(policy).some(({ conditions }) =>
      conditions.some(({ key }) => key === "aws:sourceip"),
    );
  const network = { openNetwork: byAddress ? null : true };
  const endpoint = "public endpoint";
  if (open === "no") {
    const closedBy = [isNone ? "no access policy" : "access policy"];
    return { anonymousAccess: false, ...network, through: [endpoint], closedBy };
  }
  if (fineGrained?.Enabled === true && fineGrained.AnonymousAuthEnabled === false) {
    const closedBy = ["fine-grained access control"];
    return { anonymousAccess: false, ...network, through: [endpoint], closedBy };
  }
  const told = fineGrained?.Enabled === false || fineGrained?.AnonymousAuthEnabled === true;
  return {
    // Without a word on fine-grained access control, an open policy opens nothing for certain.
    anonymousAccess: open === "yes" && told ? true : null,
    ...network,
    through: [endpoint, ...through],
    closedBy: [],
  };
}

/**
 * Zones in which a domain has nodes; whether an index has a copy in each is a setting of the index.
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-multiaz.html
 * @throws when the answer does not say whether it is zone aware
 */
export function toRedundancy({
  ClusterConfig: cluster,
  VPCOptions: vpc,
}: Pick<DomainStatus, "ClusterConfig" | "VPCOptions">): Redundancy {
  if (cluster?.ZoneAwarenessEnabled === undefined) throw new TypeError("no ZoneAwarenessEnabled");
  const aware = cluster.ZoneAwarenessEnabled;
  const names = vpc?.AvailabilityZones ?? [];
  // Two are used where the number is left out.
  const zones = aware ? (cluster.ZoneAwarenessConfig?.AvailabilityZoneCount ?? 2) : 1;
  const standby = cluster.MultiAZWithStandbyEnabled === true ? ", one of them standby" : "";
  return {
    zones,
    zoneNames: names.length === zones ? names : null,
    zoneRedundant: aware,
    geoRedundant: null,
    setting: aware ? `zone awareness over ${zones} zones${standby}` : "no zone awareness",
  };
}

const HOUR = 3600;

/**
 * The snapshots that the service takes of every domain by its published design: hourly, of Elasticsearch 5.1 and
 * earlier daily. https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-snapshots.html
 * @throws when the answer does not name the engine's version
 */
export function toBackups(
  {
    EngineVersion: version,
    AutomatedSnapshotPauseOptions: pause,
  }: Pick<DomainStatus, "EngineVersion" | "AutomatedSnapshotPauseOptions">,
  region: string,
): Backups {
  const [, engine, major, minor] =
    /^(OpenSearch|Elasticsearch)_(\d{1,3})\.(\d{1,3})$/.exec(version ?? "") ?? [];
  if (engine === undefined) throw new TypeError("no EngineVersion of a documented form");
  const number = Number(major) * 1000 + Number(minor);
  const hourly = engine === "OpenSearch" || number >= 5003;
  const paused = isPaused(pause);
  const rule = {
    name: `automated snapshots (by published design)${paused ? ", which are paused or to be" : ""}`,
    longestInterval: paused ? null : hourly ? HOUR : 24 * HOUR,
    // The daily ones are taken within the hour that is set.
    window: hourly ? 0 : HOUR,
    places: [{ region, vault: null, retention: "P14D" }],
  };
  return { rules: [rule], partOf: [] };
}

/** While snapshots are paused, or are to be, nothing tells the longest time between two. */
function isPaused(pause: AutomatedSnapshotPauseOptions | undefined): boolean {
  if (pause === undefined) return false;
  return pause.Enabled !== false && pause.State !== "Completed" && pause.State !== "Disabled";
}
