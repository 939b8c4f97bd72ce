/** Whatever is taken out of an answer of UpCloud's: nothing passes that did not, and nothing fails that did not. */
import { describe, expect, test } from "vitest";
import { COMPLETE } from "#fixtures/estate/upcloud/complete.ts";
import {
  connection,
  database,
  rule,
  server,
  storage,
  tcp,
  tunnel,
  uuid,
} from "#fixtures/estate/upcloud/resources.ts";
import type { UpcloudAccount } from "#fixtures/estate/upcloud/server.ts";
import { expectNoBetter } from "../../support/no-better.ts";
import { ENTRIES } from "./probes.ts";
import { scannedAccount } from "./scanned.ts";

const [WEB, DISK, LINK] = [uuid("00", 1), uuid("01", 1), uuid("10", 9)];
/** Every promise broken that can be. */
const BROKEN: UpcloudAccount = {
  ...COMPLETE,
  type: "main",
  servers: [server(WEB)],
  firewalls: { [WEB]: [rule(1, "drop", tcp(443)), rule(2, "accept", tcp(22)), rule(3, "drop")] },
  storages: [storage(DISK, { backup_rule: {}, encrypted: "no", zone: "de-fra1" })],
  databases: [
    database(uuid("09", 1), { properties: { public_access: true, ip_filter: ["0.0.0.0/0"] } }),
  ],
  connections: { [LINK]: [connection("google", tunnel("first", "idle"))] },
};

/** The answers that tell most of an account, each with the probe that reads it. */
const ANSWERS: readonly (readonly [RegExp, probe: string])[] = [
  [/server\/[^/]+$/, "upcloud-servers"],
  [/firewall_rule/, "upcloud-servers"],
  [/storage\/0/, "upcloud-storages"],
  [/database\?/, "upcloud-databases"],
  [/connections/, "upcloud-gateways"],
];

/** The names of all fields in a JSON value. */
function names(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(names);
  return Object.entries(value).flatMap(([name, item]) => [name, ...names(item)]);
}

/** The value without a field, wherever it stands. */
function without(value: unknown, field: string): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => without(item, field));
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) =>
      name === field ? [] : [[name, without(item, field)]],
    ),
  );
}

describe("an account that breaks what it can", async () => {
  const { api, scan } = await scannedAccount();

  test.each(ANSWERS)("%s without any of its fields", async (path, probe) => {
    const some = ENTRIES.filter(({ id }) => id === probe);
    const before = await scan(BROKEN, some);
    const seen = new Set<string>();
    const look = (body: unknown) => {
      for (const name of names(body)) seen.add(name);
      return body;
    };
    api.setFaults({ path, fault: { kind: "change", change: look } });
    expectNoBetter(before, await scan(BROKEN, some));
    expect(seen.size).toBeGreaterThan(0);
    for (const field of seen) {
      const change = (body: unknown) => without(body, field);
      api.setFaults({ path, fault: { kind: "change", change } });
      expectNoBetter(before, await scan(BROKEN, some));
    }
  });
});
