/** Machines and scale sets in ARM's JSON as facets; pure. Each throws when the answer cannot be understood. */
import type { Redundancy } from "#model/facets.ts";
import type { SshKeys } from "#model/security-facets.ts";
import { parseSshPublicKey } from "#probes/common/ssh-public-key.ts";
import { fields, text, type Fields, list } from "#probes/common/json.ts";
import { propertiesOf, zonesOf } from "./facets.ts";

/** The keys that a machine was made with; none where it is of Windows or was given none. */
export function machineKeys(raw: Fields): SshKeys {
  const { osProfile, storageProfile } = propertiesOf(raw);
  return keysOf(osProfile, storageProfile);
}

/** The keys that the machines of a scale set are made with. */
export function scaleSetKeys(raw: Fields): SshKeys {
  const profile = fields(propertiesOf(raw)["virtualMachineProfile"]);
  return keysOf(profile["osProfile"], profile["storageProfile"]);
}

/** @throws where nothing tells with what keys it was made: of a disk that was attached whole, say */
function keysOf(osProfile: unknown, storageProfile: unknown): SshKeys {
  const { linuxConfiguration, windowsConfiguration } = fields(osProfile);
  const system = text(fields(fields(storageProfile)["osDisk"])["osType"])?.toLowerCase();
  if (windowsConfiguration !== undefined || system === "windows") return { keys: [] };
  if (linuxConfiguration === undefined || linuxConfiguration === null) {
    throw new TypeError("the machine does not tell its SSH keys");
  }
  const { publicKeys } = fields(fields(linuxConfiguration)["ssh"]);
  return {
    keys: list(publicKeys).map(({ path, keyData }, at) => ({
      name: (text(path) ?? `key ${at + 1}`).slice(0, 100),
      ...parseSshPublicKey(text(keyData) ?? ""),
    })),
  };
}

/** A key that is kept for machines to be made with. */
export function storedKey(raw: Fields): SshKeys {
  const key = parseSshPublicKey(text(propertiesOf(raw)["publicKey"]) ?? "");
  return { keys: [{ name: (text(raw["name"]) ?? "key").slice(0, 100), ...key }] };
}

/**
 * A scale set that names no zones is spread over none of them: its machines may all be in one.
 * https://learn.microsoft.com/azure/reliability/reliability-virtual-machine-scale-sets
 */
export function toRedundancy(raw: Fields): Redundancy {
  const zones = zonesOf(raw);
  return {
    zones: zones?.length ?? null,
    zoneNames: zones,
    zoneRedundant: zones !== null && zones.length > 1,
    geoRedundant: false,
    setting: text(fields(raw["sku"])["name"])?.slice(0, 60) ?? "scale set",
  };
}
