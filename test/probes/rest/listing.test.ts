import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { targetSchema } from "#model/estate.ts";
import { text } from "#probes/common/json.ts";
import { listed, observeInventory, type Part } from "#probes/rest/listing.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { testScan } from "../../support/probe-context.ts";

const target = targetSchema.parse({
  id: "scaleway",
  provider: "scaleway",
  projects: ["11111111-1111-4111-8111-111111111111"],
  credentials: { env: { secretKey: "SECRET" } },
});
const operation = "GET /servers";
const part = (
  place: string,
  sha256: string,
  observedAt: string,
  names: readonly string[],
): Part => ({
  place,
  known: {
    ok: true,
    operation,
    permission: "Read",
    value: names.map((id) => ({ id })),
    observedAt,
    sha256,
  },
});
const inventoryOf = (parts: readonly Part[]) => {
  const context = testScan(target).context({ id: "probe", kinds: ["K"], classify: classifyRest });
  const list = listed(target, ["K"], parts, ({ id }) => ({
    kind: "K",
    id: text(id) ?? "",
    name: text(id) ?? "",
    region: null,
    tags: null,
  }));
  return [...observeInventory(list, target, context)];
};

test("an inventory cites every answer that it is made of, the earliest first to be seen", () => {
  const parts = [
    part("a", "aa", "2026-01-02T00:00:00.000Z", ["one"]),
    part("b", "bb", "2026-01-01T00:00:00.000Z", []),
  ];
  expect(inventoryOf(parts)).toMatchObject([
    {
      observedAt: "2026-01-01T00:00:00.000Z",
      source: { operation, sha256: createHash("sha256").update("aa\nbb").digest("hex") },
      value: { complete: true, items: [{ id: "one" }] },
    },
  ]);
});

test("that nothing is there rests on an answer too", () => {
  expect(inventoryOf([part("a", "aa", "2026-01-01T00:00:00.000Z", [])])).toMatchObject([
    { source: { sha256: "aa" }, value: { complete: true, items: [] } },
  ]);
});
