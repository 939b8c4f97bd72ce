import { describe, expect, test } from "vitest";
import { backup, server, storage, uuid } from "#fixtures/estate/upcloud/resources.ts";
import type { Fields } from "#probes/common/json.ts";
import backups from "#probes/upcloud/storage-backups.ts";
import { toBackups, toEncryption, toRecoveryPoint } from "#probes/upcloud/storage-facets.ts";
import storages from "#probes/upcloud/storages.ts";
import { facetOf } from "../../support/probe-context.ts";
import { fakeUpcloud, told } from "./upcloud.ts";

const [WEB, DISK, OLD] = [uuid("00", 1), uuid("01", 1), uuid("01", 2)];

describe("encryption of a storage", () => {
  test.each<[string, Fields, boolean | null]>([
    ["yes", { encrypted: "yes" }, true],
    ["no", { encrypted: "no" }, false],
    ["absent is unknown, never no", {}, null],
    ["a word that nobody knows", { encrypted: "partly" }, null],
    ["empty", { encrypted: "" }, null],
  ])("%s", (_, raw, enabled) => {
    expect(toEncryption(raw)).toMatchObject({ enabled, algorithm: null });
  });
});

describe("what backs a storage up", () => {
  const attached = { servers: { server: [WEB] } };
  const of = (rule: unknown, simple: unknown, more: object = attached) =>
    toBackups(
      storage(DISK, { backup_rule: rule, ...more }),
      new Map([[WEB, server(WEB, { simple_backup: simple })]]),
    );

  test.each<[string, unknown, unknown, readonly object[], readonly string[]]>([
    ["nothing: an empty rule, no simple backup", {}, "no", [], []],
    [
      "its own rule, daily",
      { interval: "daily", time: "0430", retention: "30" },
      "no",
      [
        {
          name: "backup_rule daily at 04:30 UTC",
          longestInterval: 86_400,
          places: [{ retention: "P30D", region: null }],
        },
      ],
      [],
    ],
    [
      "its own rule, weekly",
      { interval: "sun", time: "0430", retention: 8 },
      "no",
      [{ longestInterval: 604_800, places: [{ retention: "P8D" }] }],
      [],
    ],
    [
      "an interval that nobody knows",
      { interval: "hourly", time: "0430", retention: "1" },
      "no",
      [{ longestInterval: null }],
      [],
    ],
    [
      "the simple backup of its server",
      {},
      "0100,dailies",
      [
        {
          name: `simple_backup dailies at 01:00 UTC of ${WEB}`,
          longestInterval: 86_400,
          places: [],
        },
      ],
      [WEB],
    ],
    [
      "a plan of which no page says how often it runs",
      {},
      "0100,weeklies",
      [{ longestInterval: null }],
      [WEB],
    ],
  ])("%s", (_, rule, simple, rules, partOf) => {
    const found = of(rule, simple);
    expect(found).toMatchObject({ rules, partOf });
    expect(found.rules).toHaveLength(rules.length);
  });

  test("what is attached to nothing has its own rule only", () => {
    expect(of({}, "0100,dailies", { servers: { server: [] } })).toEqual({ rules: [], partOf: [] });
  });

  test.each<[string, unknown, unknown, object]>([
    ["no word of a rule", undefined, "no", attached],
    ["a rule without retention", { interval: "daily", time: "0430" }, "no", attached],
    ["a rule without interval", { time: "0430", retention: "30" }, "no", attached],
    ["a server that says nothing of its simple backup", {}, undefined, attached],
    ["a simple backup of another form", {}, "whenever", attached],
    ["a server that was not listed", {}, "no", { servers: { server: [uuid("00", 9)] } }],
    ["no word of servers", {}, "no", { servers: {} }],
  ])("is not guessed for %s", (_, rule, simple, more) => {
    expect(() => of(rule, simple, more)).toThrow(TypeError);
  });
});

describe("a backup", () => {
  test.each<[string, string, boolean]>([
    ["online", "online", true],
    ["being cloned, it is whole", "cloning", true],
    ["being made", "maintenance", false],
    ["broken", "error", false],
  ])("%s", (_, state, usable) => {
    const raw = backup(OLD, DISK, "2026-06-01T04:30:10Z", { state });
    expect(toRecoveryPoint(raw)).toMatchObject({
      of: DISK,
      at: "2026-06-01T04:30:10.000Z",
      usable,
      state,
    });
  });

  test.each<[string, object]>([
    ["an unknown state", { state: "resting" }],
    ["no state", { state: undefined }],
    ["no origin: it would be missing from its storage", { origin: undefined }],
    ["no time", { created: undefined }],
    ["a time that is none", { created: 1_666_609_570 }],
  ])("is not guessed for %s", (_, change) => {
    expect(() =>
      toRecoveryPoint({ ...backup(OLD, DISK, "2026-06-01T04:30:10Z"), ...change }),
    ).toThrow(TypeError);
  });
});

describe("the probes", async () => {
  const upcloud = await fakeUpcloud();
  const account = {
    servers: [server(WEB, { simple_backup: "0100,dailies" })],
    storages: [
      storage(DISK, { backup_rule: {}, servers: { server: [WEB] }, encrypted: undefined }),
      storage(uuid("01", 5), { type: "template" }),
      storage(uuid("01", 6), { type: "tape" }),
      backup(OLD, DISK, "2026-06-01T01:00:00Z"),
    ],
  };

  test("disks, templates and what is of no known type; backups have a probe of their own", async () => {
    const found = await upcloud.gather(storages, account);
    expect(told(found)).toEqual([]);
    expect(found.observations[0]?.value).toMatchObject({
      complete: true,
      items: [
        { kind: "upcloud/storage", id: DISK },
        { kind: "upcloud/storage-template" },
        { kind: "upcloud/storage" },
      ],
    });
    expect(facetOf(found, DISK, "backups")).toMatchObject({ partOf: [WEB] });
    expect(facetOf(found, DISK, "encryption")).toMatchObject({ enabled: null });
    expect(facetOf(found, uuid("01", 5), "backups")).toBeUndefined();
  });

  test("a backup rests in its own zone, not in that of its origin", async () => {
    const found = await upcloud.gather(backups, account);
    expect(told(found)).toEqual([]);
    expect(facetOf(found, OLD, "location")).toEqual({ regions: ["fi-hel2"], zones: null });
    expect(facetOf(found, OLD, "encryption")).toMatchObject({ enabled: null });
    expect(facetOf(found, OLD, "recoveryPoint")).toMatchObject({ of: DISK, usable: true });
  });

  test("without the servers nobody knows what backs it up", async () => {
    upcloud.api.setFaults({ path: /server$/, fault: { kind: "status", status: 403 } });
    const found = await upcloud.gather(storages, account);
    expect(told(found)).toHaveLength(2);
    for (const line of told(found)) expect(line).toMatch(/^backups denied server:\*: /);
    expect(facetOf(found, DISK, "encryption")).toBeDefined();
  });

  test("without its own answer nothing is known of it", async () => {
    upcloud.api.setFaults({
      path: new RegExp(`storage/${DISK}`),
      fault: { kind: "status", status: 500 },
    });
    const found = await upcloud.gather(storages, account);
    expect(found.problems.map(({ facets, reason }) => `${facets.join()} ${reason}`).sort()).toEqual(
      ["backups unreachable", "encryption unreachable"],
    );
  });
});
