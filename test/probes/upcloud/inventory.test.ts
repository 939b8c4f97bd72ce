import { expect, test } from "vitest";
import { COMPLETE } from "#fixtures/estate/upcloud/complete.ts";
import { uuid } from "#fixtures/estate/upcloud/resources.ts";
import networks from "#probes/upcloud/networks.ts";
import platforms from "#probes/upcloud/platforms.ts";
import type { Gathered } from "../../support/probe-context.ts";
import { fakeUpcloud, told } from "./upcloud.ts";

const upcloud = await fakeUpcloud();

/** `kind name`, and whether each list is whole. */
function listed({ observations }: Gathered): readonly string[] {
  return observations.flatMap(({ facet, value }) =>
    facet === "inventory"
      ? [
          `${value.kinds.join()} ${value.complete ? "whole" : "in part"}`,
          ...value.items.map(({ id }) => id),
        ]
      : [],
  );
}

test("networks, routers and addresses of the account; UpCloud's own are none of it", async () => {
  const shared = (type: string) => ({ uuid: uuid("03", 7), type, name: type, zone: "fi-hel1" });
  const found = await upcloud.gather(networks, {
    networks: [...(COMPLETE.networks ?? []), shared("public"), shared("utility")],
    routers: [...(COMPLETE.routers ?? []), { uuid: uuid("04", 7), type: "service" }],
    addresses: [
      ...(COMPLETE.addresses ?? []),
      { address: "10.6.6.10", access: "utility", zone: "fi-hel1" },
    ],
  });
  expect(told(found)).toEqual([]);
  expect(listed(found)).toEqual([
    "upcloud/network whole",
    uuid("03", 1),
    "upcloud/router whole",
    uuid("04", 1),
    "upcloud/ip-address whole",
    "94.237.10.20",
  ]);
});

test("a network of a type that is new is one of the account's", async () => {
  const one = { uuid: uuid("03", 8), type: "mesh", name: "mesh", zone: "fi-hel1" };
  expect(listed(await upcloud.gather(networks, { networks: [one] }))).toContain(one.uuid);
});

test("clusters and load balancers", async () => {
  const found = await upcloud.gather(platforms, COMPLETE);
  expect(told(found)).toEqual([]);
  expect(listed(found)).toEqual([
    "upcloud/kubernetes whole",
    uuid("0d", 1),
    "upcloud/load-balancer whole",
    uuid("0a", 1),
  ]);
});

test("one list that is refused costs the others nothing", async () => {
  upcloud.api.setFaults({ path: /router/, fault: { kind: "status", status: 403 } });
  const found = await upcloud.gather(networks, COMPLETE);
  expect(told(found)).toEqual([
    "inventory denied router:*: UpCloud refused (status 403: SERVICE_ERROR: the fake was told to fail)",
  ]);
  expect(found.problems[0]?.kinds).toEqual(["upcloud/router"]);
  expect(listed(found).filter((line) => line.endsWith("whole"))).toHaveLength(2);
});
