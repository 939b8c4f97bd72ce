/** Disks, their snapshots and images in ARM's JSON as facets; pure. Each throws when the answer cannot be understood. */
import type { Backups, RecoveryPoint } from "#model/backup-facets.ts";
import type { Encryption, Redundancy } from "#model/facets.ts";
import { fields, text, type Fields, list, moment } from "#probes/common/json.ts";
import { byDesign, propertiesOf } from "./facets.ts";

/** Managed disks, snapshots and images are encrypted at rest by AES of 256 bits, and nobody can turn it off. */
const DESIGN = "https://learn.microsoft.com/azure/virtual-machines/disk-encryption";

const KEYS: Readonly<Record<string, Encryption["keyManagement"]>> = {
  encryptionatrestwithplatformkey: "provider",
  encryptionatrestwithcustomerkey: "customer",
  encryptionatrestwithplatformandcustomerkeys: "customer",
};

/** Of a disk or a snapshot. @throws where the type is none that Azure documents */
export function toEncryption(raw: Fields): Encryption {
  return encryptionOf(fields(propertiesOf(raw)["encryption"])["type"]);
}

function encryptionOf(type: unknown): Encryption {
  const named = text(type);
  const key = KEYS[named?.toLowerCase() ?? ""];
  if (named !== null && key === undefined) {
    throw new TypeError(`an encryption of a type that is not known: ${named.slice(0, 60)}`);
  }
  return byDesign(DESIGN, key ?? null);
}

/** An image is by the platform's key, but for disks that name an encryption set. */
export function toImageEncryption(raw: Fields): Encryption {
  const { osDisk, dataDisks } = fields(propertiesOf(raw)["storageProfile"]);
  const disks = [...(osDisk === undefined ? [] : [fields(osDisk)]), ...list(dataDisks)];
  if (disks.length === 0) throw new TypeError("an image without disks");
  const customer = disks.filter(({ diskEncryptionSet }) => text(fields(diskEncryptionSet)["id"]));
  return byDesign(DESIGN, customer.length === disks.length ? "customer" : "provider");
}

/** A restore point tells the encryption of each of its disks. */
export function toPointEncryption(raw: Fields): Encryption {
  const { storageProfile } = fields(propertiesOf(raw)["sourceMetadata"]);
  const { osDisk, dataDisks } = fields(storageProfile);
  const managers = [fields(osDisk), ...list(dataDisks)]
    .map(({ diskRestorePoint }) => fields(fields(diskRestorePoint)["encryption"])["type"])
    .filter((type) => type !== undefined)
    .map((type) => encryptionOf(type).keyManagement);
  const [first = null] = managers;
  return byDesign(DESIGN, managers.includes("provider") ? "provider" : first);
}

/** https://learn.microsoft.com/azure/virtual-machines/disks-redundancy: no disk has a copy in another region. */
export function toRedundancy({ sku }: Fields): Redundancy {
  const name = text(fields(sku)["name"]);
  const [, copies] = /_(LRS|ZRS)$/.exec(name ?? "") ?? [];
  const zones = copies === "ZRS" ? 3 : copies === "LRS" ? 1 : null;
  return {
    zones,
    zoneRedundant: zones === null ? null : zones > 1,
    geoRedundant: false,
    setting: name?.slice(0, 60) ?? "no SKU stated",
  };
}

const MACHINE =
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Compute\/virtualMachines\/[^/]+$/i;

/** Disks have no rules of their own; what backs up a machine backs up the disks that are attached to it. */
export function toBackups({ managedBy, managedByExtended }: Fields): Backups {
  const owners = [managedBy, ...(Array.isArray(managedByExtended) ? managedByExtended : [])];
  const machines = owners.flatMap((owner: unknown) => text(owner) ?? []).map(rooted);
  // The machines of a scale set are none that Azure Backup knows.
  return { rules: [], partOf: [...new Set(machines.filter((id) => MACHINE.test(id)))] };
}

/** Some ids lack the slash that they begin with. */
function rooted(id: string): string {
  return id.startsWith("/") ? id : `/${id}`;
}

/** @throws when a snapshot does not say when it was made, or its state */
export function toSnapshotPoint(raw: Fields): RecoveryPoint {
  const { timeCreated, provisioningState, completionPercent, creationData } = propertiesOf(raw);
  const source = text(fields(creationData)["sourceResourceId"]);
  const at = moment(timeCreated);
  const state = text(provisioningState);
  if (at === null || state === null) throw new TypeError("a snapshot without state or time");
  const copying = typeof completionPercent === "number" && completionPercent < 100;
  return {
    of: source === null ? null : rooted(source),
    at,
    usable: state === "Succeeded" && !copying,
    deletedAt: null,
    state: copying ? `${state.slice(0, 60)}, ${completionPercent} % copied` : state.slice(0, 60),
  };
}

/** @param of the machine whose restore points the collection holds; null where it does not say */
export function toRestorePoint(raw: Fields, of: string | null): RecoveryPoint {
  const { timeCreated, provisioningState } = propertiesOf(raw);
  const at = moment(timeCreated);
  const state = text(provisioningState);
  if (at === null || state === null) throw new TypeError("a restore point without state or time");
  const usable = state === "Succeeded";
  return { of, at, usable, deletedAt: null, state: state.slice(0, 60) };
}
