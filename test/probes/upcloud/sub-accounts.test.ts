/** What a sub-account is not shown: its lists say nothing of it, and so nothing may be made of them. */
import { describe, expect, test } from "vitest";
import { COMPLETE } from "#fixtures/estate/upcloud/complete.ts";
import type { Report } from "#model/report.ts";
import { ENTRIES } from "./probes.ts";
import { promised, scannedAccount } from "./scanned.ts";

const TYPES = [
  ...new Set(
    ENTRIES.flatMap(({ provides }) => Object.values(provides).flatMap((one) => one.permissions)),
  ),
].sort();

/** Claims that rest on what is of another type. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  "server:*": ["upcloud-storage.backups", "upcloud-storage.recoverypoints"],
};
const KINDS: Readonly<Record<string, readonly string[]>> = {
  "storage:*": ["upcloud/storage", "upcloud/storage-template", "upcloud/storage-backup"],
  "server:*": ["upcloud/server", "upcloud/ip-address"],
  "managed_database:*": ["upcloud/database"],
  "managed_object_storage:*": ["upcloud/object-storage"],
  "file_storage:*": ["upcloud/file-storage"],
  "network_gateway:*": ["upcloud/gateway"],
  "network:*": ["upcloud/network"],
  "router:*": ["upcloud/router"],
  "managed_kubernetes:*": ["upcloud/kubernetes"],
  "managed_loadbalancer:*": ["upcloud/load-balancer"],
};

describe("an account", async () => {
  const { api, scan } = await scannedAccount();
  const unmet = ({ claims }: Report) =>
    Object.fromEntries(
      claims.flatMap(({ id, verdict, reason }) => (verdict === "upheld" ? [] : [[id, reason]])),
    );
  const given = TYPES.map((name) => name.replace(":*", ""));

  test("a main account is shown everything, and every claim is upheld", async () => {
    const report = await scan({ ...COMPLETE, type: "main" });
    expect(unmet(report)).toEqual({});
    expect(report.problems).toEqual([]);
    expect(promised.length).toBeGreaterThan(15);
  });

  test("so is a sub-account that was given everything", async () => {
    const report = await scan({ ...COMPLETE, type: "sub", given });
    expect(unmet(report)).toEqual({});
    expect(report.problems).toEqual([]);
  });

  test.each(TYPES)("without %s what rests on it is unverified, and nothing else", async (name) => {
    const left = given.filter((type) => `${type}:*` !== name);
    const report = await scan({ ...COMPLETE, type: "sub", given: left });
    const rests = promised
      .filter(({ id, kind }) => KINDS[name]?.includes(kind) || ALSO[name]?.includes(id))
      .map(({ id }) => id);
    const verdicts = report.claims.filter(({ verdict }) => verdict !== "upheld");
    expect(verdicts.map(({ id }) => id).sort()).toEqual(rests.sort());
    for (const { verdict } of verdicts) expect(verdict).toBe("unverified");
    expect(report.problems.length).toBeGreaterThan(0);
    for (const one of report.problems)
      expect([one.reason, one.permission]).toEqual(["denied", name]);
    expect(Object.keys(KINDS).sort()).toEqual(TYPES);
  });

  test("of one that may not use the API nothing is upheld, and what to allow it is said", async () => {
    api.setFaults({ path: /account$/, fault: { kind: "status", status: 403 } });
    const report = await scan({ ...COMPLETE, type: "sub", given });
    expect(new Set(report.claims.map(({ verdict }) => verdict))).toEqual(new Set(["unverified"]));
    expect(report.problems.length).toBeGreaterThan(0);
    for (const { reason, permission, message } of report.problems) {
      // No permission of a resource allows it, so that none can be granted.
      expect([reason, permission]).toEqual(["denied", null]);
      expect(message).toContain("allow_api");
    }
  });

  test("of one that may not say what it was given nothing is upheld", async () => {
    api.setFaults({ path: /permission$/, fault: { kind: "status", status: 500 } });
    const report = await scan({ ...COMPLETE, type: "sub", given });
    expect(new Set(report.claims.map(({ verdict }) => verdict))).toEqual(new Set(["unverified"]));
  });

  test.each<[string, RegExp, string]>([
    ["no name of its own", /account$/, '{"account":{}}'],
    ["a list of accounts that is none", /account\/list/, '{"accounts":{"account":7}}'],
  ])("nothing is upheld for %s", async (_, path, body) => {
    api.setFaults({ path, fault: { kind: "body", body } });
    const report = await scan({ ...COMPLETE, type: "main" });
    expect(new Set(report.claims.map(({ verdict }) => verdict))).toEqual(new Set(["unverified"]));
    expect(new Set(report.problems.map(({ reason }) => reason))).toEqual(new Set(["malformed"]));
  });

  test("who is asked is asked once in a scan", async () => {
    const before = api.calls.length;
    await scan({ ...COMPLETE, type: "sub", given });
    const paths = api.calls.slice(before).map(({ path }) => path);
    for (const path of ["/1.3/account", "/1.3/account/list", "/1.3/permission", "/1.3/server"]) {
      expect(paths.filter((one) => one === path)).toHaveLength(1);
    }
  });
});
