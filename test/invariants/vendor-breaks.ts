/** Ways in which a vendor's answer breaks; each says what it is. */
import type { RestFault } from "#fixtures/estate/rest/server.ts";

export interface VendorBreak {
  readonly name: string;
  /** Made anew for each scan: some remember what they have seen. */
  readonly fault: () => RestFault;
}

/** The value with all that `made` gives something else for; undefined leaves a member out. */
function changed(made: (value: unknown, key: string) => unknown): (body: unknown) => unknown {
  const walk = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(walk);
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, own]) => {
        const other = made(own, key);
        return other === undefined ? [] : [[key, other === own ? walk(own) : other]];
      }),
    );
  };
  return walk;
}

/** Another word for one of these is another thing, not another state of it. */
const NAMES = /^(?:.*id|.*name|.*link|key|bucket|vrack|ip|zone|network|disk|type|project|region)$/i;

const CHANGES: Readonly<Record<string, (body: unknown) => unknown>> = {
  "texts for lists": changed((value) => (Array.isArray(value) ? "abc" : value)),
  "lists of nothing": changed((value) => (Array.isArray(value) ? [null] : value)),
  "texts for objects": changed((value) => (isObject(value) ? "abc" : value)),
  "objects for texts": changed((value) => (typeof value === "string" ? { a: 1 } : value)),
  "texts for booleans": changed((value) => (typeof value === "boolean" ? "perhaps" : value)),
  "texts for numbers": changed((value) => (typeof value === "number" ? "many" : value)),
  "words of tomorrow": changed((value, key) =>
    typeof value === "string" && /^[A-Za-z_-]{2,}$/.test(value) && !NAMES.test(key)
      ? "SOMETHING_NEW"
      : value,
  ),
};

/** All ways for answers that have these members. */
export function breaksOf(members: ReadonlySet<string>): readonly VendorBreak[] {
  return [
    ...[403, 404, 429, 500].map((status) => ({
      name: `status ${status}`,
      fault: (): RestFault => ({ kind: "status", status }),
    })),
    { name: "cut short", fault: (): RestFault => ({ kind: "cut" }) },
    { name: "{}", fault: (): RestFault => ({ kind: "body", body: "{}" }) },
    { name: "nothing after the first page", fault: afterTheFirst },
    ...Object.entries(CHANGES).map(([name, change]) => ({
      name,
      fault: (): RestFault => ({ kind: "change", change }),
    })),
    ...[...members].sort().map((member) => ({
      name: `without ${member}`,
      fault: (): RestFault => ({
        kind: "change",
        change: changed((value, key) => (key === member ? undefined : value)),
      }),
    })),
  ];
}

function afterTheFirst(): RestFault {
  let before = 0;
  return { kind: "change", change: (body) => ((before += 1) === 1 ? body : null) };
}

/** The names of all members at any depth. */
export function membersOf(body: unknown): readonly string[] {
  if (Array.isArray(body)) return body.flatMap(membersOf);
  if (!isObject(body)) return [];
  return Object.entries(body).flatMap(([key, value]) => [key, ...membersOf(value)]);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What each vendor leaves out where it is empty, off or its default: an answer without it is another true answer. */
const LEFT_OUT: Readonly<Record<string, RegExp>> = {
  // Objects may be locked one by one, without a rule for all.
  ovh: /^without rule$/,
  // A rule of a security group without ports is one of all.
  scaleway: /^without dest_port_(?:from|to)$/,
  gcp: /^without (?:items|results|firewalls|firewallPolicys|accessConfigs|authorizedNetworks|\w*Policies|alertPolicies|uptimeCheckConfigs|locations|keyRings|cryptoKeys|backupPlanAssociations|nextPageToken|diskEncryptionConfiguration|encryption|kmsKeyName|defaultKmsKeyName|diskEncryptionKey|disabled|versioning|retentionPolicy|isLocked|lifecycle|rule|bindings|acl|labels|userLabels|rotationPeriod|users|tags|sourceRanges|sslPolicy|sslCertificates|snapshotSchedulePolicy|location|storageLocations|backupRetentionSettings|maxRetentionDays|retainedBackups|pointInTimeRecoveryEnabled|notificationChannels|condition|ports|serviceAccounts|expirationTime|global|\w+\/.*|vpnTunnels|disks|instances|targetHttpsProxies|forwardingRules|\w*Certificates|replicaZones|secondaryGceZone|subjectAlternativeNames)$/,
};
/** Services of Google that say `{}` where there is nothing; a network without any rule says it too. */
const EMPTY =
  /keyRings|cryptoKeys|\/locations$|alertPolicies|uptimeCheckConfigs|backupPlan|searchAll|Firewalls/;

/** Whether what looks broken is what the vendor would say of another account. */
export function isTruth(vendor: string, path: string, name: string): boolean {
  if (name === "{}") return vendor === "gcp" && EMPTY.test(path);
  return LEFT_OUT[vendor]?.test(name) === true;
}
