import { describe, expect, test } from "vitest";
import {
  toBackups,
  toEncryption,
  toImageEncryption,
  toPointEncryption,
  toRedundancy,
  toRestorePoint,
  toSnapshotPoint,
} from "#probes/azure/disk-facets.ts";
import disks from "#probes/azure/disks.ts";
import {
  machineKeys,
  scaleSetKeys,
  storedKey,
  toRedundancy as scaleSetRedundancy,
} from "#probes/azure/machine-facets.ts";
import restorePoints from "#probes/azure/restore-points.ts";
import machines from "#probes/azure/virtual-machines.ts";
import { facetOf } from "../../support/probe-context.ts";
import { fakeSubscription, resource } from "./azure.ts";
import { FIRST } from "./fake.ts";

const MACHINE = `/subscriptions/${FIRST}/resourceGroups/production/providers/Microsoft.Compute/virtualMachines/web`;
const ED25519 =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f ops";

describe("a disk", () => {
  test.each<[type: unknown, keyManagement: string | null]>([
    ["EncryptionAtRestWithPlatformKey", "provider"],
    ["EncryptionAtRestWithCustomerKey", "customer"],
    ["EncryptionAtRestWithPlatformAndCustomerKeys", "customer"],
    // The encryption is by design; whose key it is, is not told.
    [undefined, null],
  ])("encryption %s", (type, keyManagement) => {
    expect(toEncryption({ properties: { encryption: { type } } })).toMatchObject({
      enabled: true,
      algorithm: "AES-256",
      algorithmSource: "published-design",
      keyManagement,
    });
  });

  test("an encryption that nobody knows, or a disk without properties, is not told", () => {
    const properties = { encryption: { type: "EncryptionAtRestWithNothing" } };
    expect(() => toEncryption({ properties })).toThrow("not known");
    expect(() => toEncryption({})).toThrow("no properties");
  });

  test.each<[name: string | undefined, zones: number | null]>([
    ["Premium_LRS", 1],
    ["UltraSSD_LRS", 1],
    ["StandardSSD_ZRS", 3],
    ["Premium_XRS", null],
    [undefined, null],
  ])("%s: %s zones", (name, zones) => {
    expect(toRedundancy({ sku: { name } })).toMatchObject({
      zones,
      zoneRedundant: zones === null ? null : zones > 1,
      geoRedundant: false,
    });
  });

  test.each<[raw: Readonly<Record<string, unknown>>, partOf: readonly string[]]>([
    [{ managedBy: MACHINE }, [MACHINE]],
    [{ managedBy: MACHINE.slice(1) }, [MACHINE]],
    [{ managedBy: MACHINE, managedByExtended: [MACHINE, `${MACHINE}2`] }, [MACHINE, `${MACHINE}2`]],
    // A machine of a scale set is none that can be backed up.
    [
      {
        managedBy: `${MACHINE.replace("virtualMachines", "virtualMachineScaleSets")}/virtualMachines/0`,
      },
      [],
    ],
    [{ managedBy: 7 }, []],
    [{}, []],
  ])("%j is part of %j", (raw, partOf) => {
    expect(toBackups(raw)).toEqual({ rules: [], partOf });
  });
});

describe("a snapshot", () => {
  const made = { timeCreated: "2026-05-31T02:00:00Z", provisioningState: "Succeeded" };
  test.each<[fields: object, expected: object]>([
    [
      { creationData: { sourceResourceId: "subscriptions/s/disk" } },
      { of: "/subscriptions/s/disk", usable: true },
    ],
    [{ creationData: { createOption: "Import" } }, { of: null, usable: true }],
    [{ completionPercent: 40 }, { usable: false }],
    [{ completionPercent: 100 }, { usable: true }],
    [{ provisioningState: "Creating" }, { usable: false }],
    [{ provisioningState: "Failed" }, { usable: false }],
  ])("%j", (fields, expected) => {
    expect(toSnapshotPoint({ properties: { ...made, ...fields } })).toMatchObject(expected);
  });

  test.each([
    {},
    { timeCreated: made.timeCreated },
    { ...made, timeCreated: "1601-01-01T00:00:00Z" },
  ])("%j is not told", (properties) => {
    expect(() => toSnapshotPoint({ properties })).toThrow(TypeError);
  });

  test("a restore point is of its collection's machine", () => {
    expect(toRestorePoint({ properties: made }, "vm")).toMatchObject({ of: "vm", usable: true });
    const failed = { ...made, provisioningState: "Failed" };
    expect(toRestorePoint({ properties: failed }, "vm").usable).toBe(false);
    expect(() => toRestorePoint({ properties: {} }, "vm")).toThrow(TypeError);
  });

  test.each<[types: readonly (string | undefined)[], keyManagement: string | null]>([
    [["EncryptionAtRestWithCustomerKey", "EncryptionAtRestWithCustomerKey"], "customer"],
    [["EncryptionAtRestWithCustomerKey", "EncryptionAtRestWithPlatformKey"], "provider"],
    [[undefined, undefined], null],
  ])("a restore point of disks with %j: %s", ([os, data], keyManagement) => {
    const disk = (type: string | undefined) => ({ diskRestorePoint: { encryption: { type } } });
    const storageProfile = { osDisk: disk(os), dataDisks: [disk(data)] };
    const raw = { properties: { sourceMetadata: { storageProfile } } };
    expect(toPointEncryption(raw)).toMatchObject({ enabled: true, keyManagement });
  });
});

test.each<[storageProfile: object, keyManagement: string]>([
  [{ osDisk: { diskEncryptionSet: { id: "/des" } } }, "customer"],
  [{ osDisk: { diskEncryptionSet: { id: "/des" } }, dataDisks: [{}] }, "provider"],
  [{ osDisk: {} }, "provider"],
])("an image of %j: key of the %s", (storageProfile, keyManagement) => {
  expect(toImageEncryption({ properties: { storageProfile } })).toMatchObject({ keyManagement });
});

describe("SSH keys", () => {
  const linux = (publicKeys: unknown) => ({
    osProfile: { linuxConfiguration: { ssh: { publicKeys } } },
  });
  const path = "/home/ops/.ssh/authorized_keys";
  const keys = [{ name: path, algorithm: "ed25519", bits: 256 }];

  test("of a machine, of a scale set, and kept for later", () => {
    const properties = linux([{ path, keyData: ED25519 }]);
    expect(machineKeys({ properties })).toEqual({ keys });
    expect(scaleSetKeys({ properties: { virtualMachineProfile: properties } })).toEqual({ keys });
    expect(storedKey({ name: "ops", properties: { publicKey: ED25519 } })).toEqual({
      keys: [{ name: "ops", algorithm: "ed25519", bits: 256 }],
    });
  });

  test.each<[why: string, properties: object]>([
    ["Windows", { osProfile: { windowsConfiguration: {} } }],
    ["Windows by its disk", { storageProfile: { osDisk: { osType: "Windows" } } }],
    ["passwords only", { osProfile: { linuxConfiguration: {} } }],
  ])("%s: none", (_why, properties) => {
    expect(machineKeys({ properties })).toEqual({ keys: [] });
  });

  test.each<[why: string, properties: object]>([
    ["a disk that was attached whole", { storageProfile: { osDisk: { osType: "Linux" } } }],
    ["a broken key", linux([{ path, keyData: "ssh-rsa AAAA" }])],
    ["no key in it", linux([{ path }])],
    ["no list", linux("key")],
  ])("%s: not told", (_why, properties) => {
    expect(() => machineKeys({ properties })).toThrow(TypeError);
  });
});

test.each<[zones: readonly string[] | undefined, zoneRedundant: boolean]>([
  [["1", "2", "3"], true],
  [["1"], false],
  // Spread over no zones: all of it may be in one.
  [undefined, false],
])("a scale set in %j: %s", (zones, zoneRedundant) => {
  expect(scaleSetRedundancy({ zones, sku: { name: "Standard_D2s_v5" } })).toMatchObject({
    zones: zones?.length ?? null,
    zoneRedundant,
    geoRedundant: false,
  });
});

describe("from the wire", () => {
  const collection = resource("Microsoft.Compute/restorePointCollections", "web-points");
  const point = {
    id: `${collection.id}/restorePoints/one`,
    name: "one",
    properties: { timeCreated: "2026-05-31T02:00:00Z", provisioningState: "Succeeded" },
  };
  const held = {
    resources: [
      resource("Microsoft.Compute/disks", "data", {
        sku: { name: "Premium_ZRS" },
        properties: { encryption: { type: "EncryptionAtRestWithPlatformKey" } },
      }),
      resource("Microsoft.Compute/virtualMachineScaleSets", "set", {
        zones: ["1", "2"],
        properties: {
          virtualMachineProfile: { osProfile: { windowsConfiguration: {} } },
        },
      }),
      { ...collection, properties: { source: { id: MACHINE }, restorePoints: [point] } },
    ],
  };

  test("disks, sets and restore points", async () => {
    const { scan } = await fakeSubscription(held);
    const found = await scan().gather(disks);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, "data", "location")?.regions).toEqual(["westeurope"]);
    expect(facetOf(found, "data", "redundancy")?.zones).toBe(3);
    expect(facetOf(await scan().gather(machines), "set", "sshKeys")).toEqual({ keys: [] });
    const points = await scan().gather(restorePoints);
    expect(facetOf(points, "one", "recoveryPoint")).toMatchObject({ of: MACHINE, usable: true });
    expect(points.observations.find(({ facet }) => facet === "inventory")?.value).toMatchObject({
      complete: true,
    });
  });

  test.each(["Microsoft.Compute/disks/read", "Microsoft.Compute/restorePointCollections/read"])(
    "without %s",
    async (action) => {
      const { scan } = await fakeSubscription({ ...held, denied: [action] });
      const [all, points] = [await scan().gather(disks), await scan().gather(restorePoints)];
      const problems = [...all.problems, ...points.problems];
      expect(new Set(problems.map(({ permission }) => permission))).toEqual(new Set([action]));
      const listed = points.observations.find(({ facet }) => facet === "inventory")?.value;
      expect(listed).toMatchObject({ complete: !action.includes("restorePoint") });
    },
  );

  test("a restore point of another collection is none of this one's", async () => {
    const stray = { ...point, id: `${collection.id}2/restorePoints/one` };
    const properties = { source: { id: MACHINE }, restorePoints: [stray] };
    const { scan } = await fakeSubscription({ resources: [{ ...collection, properties }] });
    const found = await scan().gather(restorePoints);
    expect(facetOf(found, "one", "recoveryPoint")).toBeUndefined();
    expect(found.problems).toMatchObject([{ reason: "malformed", facets: ["inventory"] }]);
  });
});
