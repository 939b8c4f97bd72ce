import { describe, expect, test } from "vitest";
import { fileStorage, objectStorage, REGIONS, uuid } from "#fixtures/estate/upcloud/resources.ts";
import type { Fields } from "#probes/common/json.ts";
import fileStorages, { toEncryption } from "#probes/upcloud/file-storages.ts";
import {
  toEncryption as ofObjects,
  toExposure,
  toLocation,
} from "#probes/upcloud/object-storage-facets.ts";
import objectStorages from "#probes/upcloud/object-storage.ts";
import { facetOf } from "../../support/probe-context.ts";
import { fakeUpcloud, told } from "./upcloud.ts";

const STORE = uuid("12", 1);

describe("object storage", async () => {
  test("rests in the primary zone of its region, which is no zone by its name", () => {
    expect(toLocation({ region: "europe-1" }, REGIONS)).toEqual({
      regions: ["fi-hel2"],
      zones: null,
    });
    expect(toLocation({ region: "europe-2" }, REGIONS).regions).toEqual(["de-fra1"]);
  });

  test.each<[string, Fields, readonly unknown[]]>([
    ["a region that is not in the list", { region: "europe-9" }, REGIONS],
    ["a region without a primary zone", { region: "europe-1" }, [{ name: "europe-1" }]],
    ["no region", {}, REGIONS],
  ])("its place is not guessed for %s", (_, raw, regions) => {
    expect(() => toLocation(raw, regions)).toThrow(TypeError);
  });

  test("its encryption is a published design, and is said to be one", () => {
    expect(ofObjects()).toMatchObject({ enabled: true, algorithm: null });
    expect(ofObjects().caveat).toContain("published design (https://developers.upcloud.com/");
  });

  test.each<[string, Fields, boolean]>([
    ["a private network", objectStorage(STORE), false],
    ["no network", objectStorage(STORE, { networks: [] }), false],
    ["a public network", objectStorage(STORE, { networks: [{ type: "public" }] }), true],
  ])("%s", (_, raw, openNetwork) => {
    expect(toExposure(raw)).toMatchObject({ openNetwork, anonymousAccess: null });
  });

  test.each<[string, object]>([
    ["no word of networks", { networks: undefined }],
    ["a network of an unknown type", { networks: [{ type: "shared" }] }],
  ])("its door is not guessed for %s", (_, change) => {
    expect(() => toExposure(objectStorage(STORE, { ...change }))).toThrow(TypeError);
  });

  const upcloud = await fakeUpcloud();
  const account = { objectStorages: [objectStorage(STORE)], objectStorageRegions: REGIONS };

  test("is read", async () => {
    const found = await upcloud.gather(objectStorages, account);
    expect(told(found)).toEqual([]);
    expect(facetOf(found, STORE, "location")?.regions).toEqual(["fi-hel2"]);
  });

  test("without the regions its place is unknown, and the rest is there", async () => {
    upcloud.api.setFaults({ path: /regions/, fault: { kind: "status", status: 403 } });
    const found = await upcloud.gather(objectStorages, account);
    expect(told(found)).toEqual([
      "location denied managed_object_storage:*: UpCloud refused (status 403: SERVICE_ERROR: the fake was told to fail)",
    ]);
    expect(facetOf(found, STORE, "encryption")).toBeDefined();
  });
});

describe("file storage", async () => {
  test.each<[string, Fields, boolean | null]>([
    ["encrypted", { encrypted: true }, true],
    ["not encrypted", { encrypted: false }, false],
    ["older answers do not say", {}, null],
  ])("%s", (_, raw, enabled) => {
    expect(toEncryption(raw)).toMatchObject({
      enabled,
      algorithm: enabled === true ? "AES-256-GCM" : null,
    });
  });

  const upcloud = await fakeUpcloud();
  test("is listed with its zone", async () => {
    const found = await upcloud.gather(fileStorages, { fileStorages: [fileStorage(STORE)] });
    expect(told(found)).toEqual([]);
    expect(found.observations[0]?.value).toMatchObject({
      complete: true,
      items: [{ region: "fi-hel1" }],
    });
    expect(facetOf(found, STORE, "encryption")?.enabled).toBe(true);
  });
});
