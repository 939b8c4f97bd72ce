/** Whom a storage account's firewall lets in; pure. Throws when the answer cannot be understood. */
import { parseRange } from "#model/address-ranges.ts";
import type { Ingress, IngressRule } from "#model/security-facets.ts";
import { fields, flag, text, type Fields, list } from "#probes/common/json.ts";

const EVERYONE = { ranges: ["0.0.0.0/0", "::/0"], others: [], unresolved: [] } as const;
/** Kinds without a file service, which answers SMB; https://learn.microsoft.com/azure/storage/common/storage-account-overview */
const NO_FILES: ReadonlySet<string> = new Set(["blobstorage", "blockblobstorage"]);

type Sources = Required<Pick<IngressRule, "ranges" | "others" | "unresolved">>;

/**
 * The rules of `networkAcls`, at the ports that the account answers at. What no answer says may be open, so it is told as
 * open with nobody knowing whether it can be reached.
 * https://learn.microsoft.com/azure/storage/common/storage-network-security
 * @throws TypeError when a rule has not the documented shape
 */
export function storageIngress(account: unknown): Ingress {
  const raw = fields(account);
  const properties = fields(raw["properties"]);
  const acls = fields(properties["networkAcls"]);
  const access = text(properties["publicNetworkAccess"])?.toLowerCase();
  const action = text(acls["defaultAction"])?.toLowerCase();
  const doors = doorsOf(raw, properties);
  const said = (sources: Sources, words: string, reachable: boolean | null): Ingress => ({
    allowed: doors.map(({ name, port }) => ({
      protocol: "tcp",
      ports: [port, port],
      ranges: sources.ranges,
      others: sources.others,
      ...(sources.unresolved.length === 0 ? {} : { unresolved: sources.unresolved }),
      rule: `${words}: ${name} (${port})`,
    })),
    reachable,
    detail: `publicNetworkAccess ${access ?? "is not stated"}; ${words}`,
    firewall: reachable === null ? null : true,
  });
  if (access === "disabled") {
    const detail = "publicNetworkAccess Disabled";
    return { allowed: [], reachable: false, detail, firewall: true };
  }
  if (access !== undefined && access !== "enabled") {
    const words = `what publicNetworkAccess ${access.slice(0, 60)} lets in is not read`;
    return said(EVERYONE, words, null);
  }
  if (action === "allow") return said(EVERYONE, "networkAcls.defaultAction Allow", true);
  if (action !== "deny") {
    return said(EVERYONE, "what networkAcls.defaultAction is is not stated", null);
  }
  return said(sourcesOf(acls), "networkAcls", true);
}

function sourcesOf(acls: Fields): Sources {
  const addresses = list(acls["ipRules"])
    .filter(({ action }) => text(action)?.toLowerCase() !== "deny")
    .map(({ value }) => required(value, "an address rule without address"));
  const networks = list(acls["virtualNetworkRules"])
    .filter(({ action }) => text(action)?.toLowerCase() !== "deny")
    .map(({ id }) => required(id, "a network rule without network"));
  const resources = list(acls["resourceAccessRules"]).map(({ resourceId }) =>
    required(resourceId, "a resource rule without resource"),
  );
  const bypass = text(acls["bypass"]);
  return {
    ranges: addresses.filter((address) => parseRange(address) !== null),
    unresolved: addresses.filter((address) => parseRange(address) === null),
    others: [
      ...networks.map((id) => `subnet ${lastOf(id)}`),
      ...resources.map((id) => `resource ${lastOf(id)}`),
      ...(bypass === null || bypass.toLowerCase() === "none"
        ? []
        : [`bypass ${bypass.slice(0, 100)}`]),
    ],
  };
}

/** Where an account answers: HTTPS, HTTP unless it is refused, SMB where it has files, SSH where SFTP is switched on. */
function doorsOf(
  { kind }: Fields,
  properties: Fields,
): readonly { readonly name: string; readonly port: number }[] {
  const { supportsHttpsTrafficOnly, isSftpEnabled } = properties;
  return [
    ...(flag(supportsHttpsTrafficOnly) === true ? [] : [{ name: "HTTP", port: 80 }]),
    { name: "HTTPS", port: 443 },
    ...(NO_FILES.has(text(kind)?.toLowerCase() ?? "") ? [] : [{ name: "SMB", port: 445 }]),
    ...(flag(isSftpEnabled) === true ? [{ name: "SFTP", port: 22 }] : []),
  ];
}

function required(value: unknown, otherwise: string): string {
  const found = text(value);
  if (found === null) throw new TypeError(otherwise);
  return found.slice(0, 300);
}

function lastOf(id: string): string {
  return (id.split("/").at(-1) ?? "").slice(0, 100);
}
