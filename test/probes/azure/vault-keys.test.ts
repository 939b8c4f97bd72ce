import { describe, expect, test } from "vitest";
import { toKeyRotation } from "#probes/azure/key-rotation.ts";
import keys from "#probes/azure/vault-keys.ts";
import { facetOf, type Gathered } from "../../support/probe-context.ts";
import { fakeSubscription, resource } from "./azure.ts";

const VAULT = "Microsoft.KeyVault/vaults";
const KEY = `${VAULT}/keys`;
const PERMISSION = `${KEY}/read`;

const rotates = (trigger: object, expiryTime?: string) => ({
  lifetimeActions: [
    { action: { type: "notify" }, trigger: { timeBeforeExpiry: "P30D" } },
    { action: { type: "Rotate" }, trigger },
  ],
  ...(expiryTime === undefined ? {} : { attributes: { expiryTime } }),
});
const key = (more: object = {}) => ({
  properties: { attributes: { enabled: true }, kty: "RSA", ...more },
});

describe("the rotation of a key", () => {
  test.each([
    [key({ rotationPolicy: rotates({ timeAfterCreate: "P90D" }) }), true, 90],
    [key({ rotationPolicy: rotates({ timeAfterCreate: "P1Y" }) }), true, 366],
    [key({ rotationPolicy: rotates({ timeBeforeExpiry: "P30D" }, "P90D") }), true, 60],
    // Nobody says how long the key lives.
    [key({ rotationPolicy: rotates({ timeBeforeExpiry: "P30D" }) }), true, null],
    [key(), false, null],
    [key({ rotationPolicy: {} }), false, null],
    [
      key({
        rotationPolicy: {
          lifetimeActions: [{ action: { type: "Notify" }, trigger: { timeBeforeExpiry: "P30D" } }],
        },
      }),
      false,
      null,
    ],
    [key({ attributes: { enabled: false } }), null, null],
  ])("%j", (raw, enabled, periodDays) => {
    expect(toKeyRotation(raw)).toMatchObject({ enabled, periodDays });
  });

  test.each([
    [{}, "no properties"],
    [{ properties: { kty: "RSA" } }, "whether it is enabled"],
    // An entry of a listing, which has no policy whatever is set.
    [{ properties: { attributes: { enabled: true } } }, "of what type"],
    [key({ rotationPolicy: { lifetimeActions: "all" } }), "a list was expected"],
    [key({ rotationPolicy: rotates({}) }), "no trigger"],
    [key({ rotationPolicy: rotates({ timeAfterCreate: "monthly" }) }), "no duration"],
  ])("%j tells nothing", (raw, why) => {
    expect(() => toKeyRotation(raw)).toThrow(why);
  });
});

describe("from the wire", async () => {
  const inVault = (vault: string, name: string) => ({
    id: `${resource(VAULT, vault).id}/keys/${name}`,
    name,
    type: KEY,
    location: "westeurope",
    properties: { attributes: { enabled: true } },
  });
  const vault = (name: string, ...names: string[]) =>
    resource(VAULT, name, {
      properties: {},
      below: {
        keys: names.map((one) => inVault(name, one)),
        ...Object.fromEntries(
          names.map((one) => [
            `keys/${one}`,
            {
              ...inVault(name, one),
              ...key({ rotationPolicy: rotates({ timeAfterCreate: "P90D" }) }),
            },
          ]),
        ),
      },
    });
  const inventoryOf = ({ observations }: Gathered) =>
    observations.flatMap((one) => (one.facet === "inventory" ? [one.value] : []));
  const resources = [vault("prod", "disks", "backups"), vault("empty")];
  const { scan, azure } = await fakeSubscription({ resources });

  test("every key of every vault is listed and read", async () => {
    const found = await scan().gather(keys);
    expect(found.problems).toEqual([]);
    expect(inventoryOf(found)).toMatchObject([
      { kinds: [KEY], complete: true, items: [{ name: "disks" }, { name: "backups" }] },
    ]);
    expect(facetOf(found, "disks", "keyRotation")).toMatchObject({ enabled: true, periodDays: 90 });
    expect(azure.calls.some(({ path }) => path.includes("/secrets"))).toBe(false);
  });

  test("without vaults the list is empty and complete", async () => {
    const none = await fakeSubscription({ resources: [] });
    expect(inventoryOf(await none.scan().gather(keys))).toMatchObject([
      { complete: true, items: [] },
    ]);
  });

  test("a vault that does not list its keys makes the list incomplete, and names the permission", async () => {
    const denied = await fakeSubscription({ resources, denied: [PERMISSION] });
    const found = await denied.scan().gather(keys);
    expect(inventoryOf(found)).toMatchObject([{ complete: false, items: [] }]);
    expect(found.problems).toMatchObject([
      { facets: ["inventory"], kinds: [KEY], reason: "denied", permission: PERMISSION },
    ]);
  });

  test("an entry that lies in another vault is none of this one", async () => {
    const odd = await fakeSubscription({
      resources: [
        resource(VAULT, "odd", { properties: {}, below: { keys: [inVault("prod", "disks")] } }),
      ],
    });
    const found = await odd.scan().gather(keys);
    expect(inventoryOf(found)).toMatchObject([{ complete: false, items: [] }]);
    expect(found.problems).toMatchObject([{ facets: ["inventory"], reason: "malformed" }]);
  });
});
