/** Where Scaleway keeps data, judged as the published policy of Pingflow declares it. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { controls } from "#controls/index.ts";
import { evaluate } from "#evaluate/evaluate.ts";
import { backup, database, volume } from "#fixtures/estate/scaleway/entries.ts";
import type { ScalewayEstate } from "#fixtures/estate/scaleway/server.ts";
import { expectationOf } from "#model/expectation.ts";
import { policySchema } from "#model/policy.ts";
import { BACKUP_SET_KIND } from "#model/subject.ts";
import databases from "#probes/scaleway/databases.ts";
import redis from "#probes/scaleway/redis.ts";
import stores from "#probes/scaleway/stores.ts";
import volumes from "#probes/scaleway/volumes.ts";
import { kindsOf } from "#facts/kinds.ts";
import { estate, evidence, inventory, policy } from "../../support/evidence.ts";
import { fakeScaleway } from "./support.ts";

const NOW = new Date("2026-06-01T12:00:00Z");
const PROBES = [databases, redis, stores, volumes];
const published = policySchema.parse(
  parse(
    readFileSync(
      fileURLToPath(new URL("../../../config/policies/pingflow.yaml", import.meta.url)),
      "utf8",
    ),
  ),
);
const checks = (published.claims.find(({ id }) => id === "pf-hosting")?.checks ?? []).flatMap(
  (check) => {
    const control = controls.get(check.control ?? "");
    if (control === undefined || check.scope?.providers?.includes("scaleway") !== true) return [];
    return [{ ...check, expect: expectationOf(control).parse(check.expect) }];
  },
);

const KEPT: ScalewayEstate["lists"] = {
  "/rdb/v1/regions/fr-par/instances": [database(10, "catalogue")],
  "/rdb/v1/regions/fr-par/backups": [backup(20, 10, NOW)],
  "/block/v1/zones/fr-par-1/volumes": [volume(62, "web")],
};
const backups = (fields: object) => ({
  "/rdb/v1/regions/fr-par/backups": [backup(20, 10, NOW, { ...fields })],
});

describe("pf-hosting, of what is at Scaleway", async () => {
  const scaleway = await fakeScaleway(KEPT);
  async function verdict(lists: ScalewayEstate["lists"], lacks: readonly string[] = []) {
    const scan = scaleway.scan({ lists: { ...KEPT, ...lists }, lacks: new Set(lacks) });
    const found = await Promise.all(PROBES.map((probe) => scan.gather(probe)));
    const listed = new Set(PROBES.flatMap(({ kinds }) => kinds));
    // Object storage and the rest are listed by other probes.
    const others = kindsOf("scaleway").flatMap(({ kind }) =>
      listed.has(kind) || kind === BACKUP_SET_KIND ? [] : [kind],
    );
    const report = evaluate({
      policies: [policy([{ checks }])],
      estate: estate({ targets: [{ id: "vendor", provider: "scaleway" }] }),
      attestations: [],
      waivers: [],
      evidence: {
        ...evidence(
          [
            inventory([], { kinds: others, target: "vendor", provider: "scaleway" }),
            ...found.flatMap(({ observations }) => observations),
          ],
          found.flatMap(({ problems }) => problems),
        ),
        finishedAt: NOW.toISOString(),
      },
      controls,
      readable: () => true,
      now: NOW,
      tool: { name: "probity", version: "test" },
      full: true,
    });
    return report.claims[0]?.verdict;
  }

  test("is upheld where all is in Paris", async () => {
    expect(checks).toHaveLength(1);
    expect(await verdict({})).toBe("upheld");
  });

  test.each([
    [
      "a database",
      { "/rdb/v1/regions/nl-ams/instances": [database(11, "far", { region: "nl-ams" })] },
    ],
    [
      "a read replica",
      {
        "/rdb/v1/regions/fr-par/instances": [
          database(10, "catalogue", { read_replicas: [{ region: "pl-waw", same_zone: false }] }),
        ],
      },
    ],
    [
      "a backup, by its link",
      backups({
        same_region: false,
        download_url: "https://s3.nl-ams.scw.cloud/a?X-Amz-Signature=b",
      }),
    ],
    ["a volume", { "/block/v1/zones/pl-waw-2/volumes": [volume(63, "far", { zone: "pl-waw-2" })] }],
  ])("is violated by %s elsewhere", async (_, lists) => {
    expect(await verdict(lists)).toBe("violated");
  });

  test.each([
    ["a backup is elsewhere, and nothing says where", backups({ same_region: false }), []],
    ["a backup does not say", backups({ same_region: undefined }), []],
    ["databases may not be listed", {}, ["RelationalDatabasesReadOnly"]],
    ["volumes may not be listed", {}, ["BlockStorageReadOnly"]],
    ["secrets may not be listed", {}, ["SecretManagerReadOnly"]],
  ] as const)("is unverified where %s", async (_, lists, lacks) => {
    expect(await verdict(lists, lacks)).toBe("unverified");
  });
});
