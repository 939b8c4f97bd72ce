import { afterEach, describe, expect, test } from "vitest";
import { OVH_PROJECT } from "#fixtures/estate/kizeo/ovh.ts";
import type { Probe } from "#model/probe.ts";
import spaces from "#probes/ovh/backup-spaces.ts";
import blocks from "#probes/ovh/block-storage.ts";
import servers from "#probes/ovh/dedicated-servers.ts";
import ips from "#probes/ovh/ips.ts";
import buckets from "#probes/ovh/object-storage.ts";
import resources from "#probes/ovh/resources.ts";
import keys from "#probes/ovh/ssh-keys.ts";
import stores from "#probes/ovh/project-stores.ts";
import vrack from "#probes/ovh/vrack.ts";
import { facetOf, type Gathered } from "../../support/probe-context.ts";
import { fakeOvh } from "./fake.ts";

const { scan, api, routes, denied } = await fakeOvh();
const original = { ...routes };
afterEach(() => {
  for (const path of Object.keys(routes)) delete routes[path];
  Object.assign(routes, original);
  denied.length = 0;
});

const read = (probe: Probe) => scan().gather(probe);
function inventory({ observations }: Gathered, kind: string) {
  const found = observations.flatMap((one) =>
    one.facet === "inventory" && one.value.kinds.includes(kind) ? [one.value] : [],
  );
  return found.map(({ complete, items }) => ({ complete, names: items.map(({ name }) => name) }));
}
const PROJECT = `/v1/cloud/project/${OVH_PROJECT}`;
const FIRST = "ns3100001.ip-203-0-113.eu";
const SECOND = "ns3100002.ip-203-0-113.eu";

describe("lists of version 2", () => {
  test("are followed by their cursor to the end", async () => {
    const all = inventory(await read(resources), "*");
    expect(all[0]).toMatchObject({ complete: true });
    expect(all[0]?.names).toHaveLength(10);
    const pages = api.calls.filter(({ path }) => path === "/v2/iam/resource");
    expect(pages.map(({ headers }) => headers["x-pagination-cursor"])).toEqual([
      undefined,
      "2",
      "4",
      "6",
      "8",
    ]);
  });

  test("of which a page failed are not told at all", async () => {
    let page = 0;
    api.setFaults({
      path: /\/v2\/iam/,
      fault: { kind: "change", change: (body) => ((page += 1) === 3 ? { message: "?" } : body) },
    });
    const gathered = await read(resources);
    expect(gathered.observations).toEqual([]);
    expect(gathered.problems).toMatchObject([{ reason: "malformed", facets: ["inventory"] }]);
  });
});

describe("what the IAM knows beside a service's own list", () => {
  test("a server that the list leaves out is there, and its refusal is named", async () => {
    routes["/v1/dedicated/server"] = [FIRST];
    api.setFaults({
      path: new RegExp(`/v1/dedicated/server/${SECOND}$`),
      fault: { kind: "status", status: 403 },
    });
    const gathered = await read(servers);
    expect(inventory(gathered, "ovh/dedicated-server")).toEqual([
      { complete: true, names: [FIRST, SECOND] },
    ]);
    expect(gathered.problems).toMatchObject([
      { subject: { name: SECOND }, facets: ["location"], permission: "dedicatedServer:apiovh:get" },
    ]);
  });

  test("without the IAM the list is all there is", async () => {
    api.setFaults({ path: /\/v2\/iam/, fault: { kind: "status", status: 403 } });
    expect(inventory(await read(servers), "ovh/dedicated-server")).toEqual([
      { complete: true, names: [FIRST, SECOND] },
    ]);
  });

  test("where the list is refused the IAM's is not complete", async () => {
    api.setFaults({ path: /\/v1\/dedicated\/server$/, fault: { kind: "status", status: 403 } });
    const gathered = await read(servers);
    expect(inventory(gathered, "ovh/dedicated-server")).toEqual([
      { complete: false, names: [FIRST, SECOND] },
    ]);
    expect(gathered.problems).toMatchObject([{ facets: ["inventory"], reason: "denied" }]);
  });

  test("of a type that nobody knows stays what it is", async () => {
    routes["/v2/iam/resource"] = [{ type: "okms", name: "x", urn: "u" }];
    const gathered = await read(resources);
    expect(gathered.observations[0]?.value).toMatchObject({ items: [{ kind: "ovh/okms" }] });
  });

  test("without a type the list is not whole", async () => {
    routes["/v2/iam/resource"] = [{ type: "ip", name: "x" }, { name: "y" }];
    expect(inventory(await read(resources), "*")).toEqual([{ complete: false, names: ["x"] }]);
  });
});

describe("lists of ids", () => {
  test.each<[string, unknown]>([
    ["no list", { message: "x" }],
    ["an entry that is no id", [FIRST, { name: "x" }]],
    ["an empty id", [""]],
  ])("%s is no empty one", async (_, body) => {
    routes["/v2/iam/resource"] = [];
    routes["/v1/dedicated/server"] = body;
    const gathered = await read(servers);
    expect(gathered.observations).toEqual([]);
    expect(gathered.problems).toMatchObject([{ reason: "malformed", facets: ["inventory"] }]);
  });

  test("an empty one is none", async () => {
    routes["/v2/iam/resource"] = [];
    routes["/v1/dedicated/server"] = [];
    expect(inventory(await read(servers), "ovh/dedicated-server")).toEqual([
      { complete: true, names: [] },
    ]);
  });

  test("an id cannot lead to another path", async () => {
    routes["/v2/iam/resource"] = [];
    routes["/v1/dedicated/server"] = ["../../me", "a/b?c=d"];
    const gathered = await read(servers);
    const asked = api.calls.map(({ path }) => path);
    expect(asked).not.toContain("/v1/me");
    expect(asked).toContain("/v1/dedicated/server/a%2Fb%3Fc%3Dd");
    expect(gathered.problems.length).toBeGreaterThanOrEqual(2);
  });

  test("each is asked for by itself, ten at once at most", async () => {
    const many = Array.from({ length: 40 }, (_, at) => `ns${at}`);
    routes["/v2/iam/resource"] = [];
    routes["/v1/dedicated/server"] = many;
    for (const name of many) routes[`/v1/dedicated/server/${name}`] = { datacenter: "rbx8" };
    const gathered = await read(servers);
    expect(gathered.problems).toEqual([]);
    expect(inventory(gathered, "ovh/dedicated-server")[0]?.names).toHaveLength(40);
  });
});

describe("backup storage of a server", () => {
  const at = `/v1/dedicated/server/${FIRST}/features/backupFTP`;

  test("404 of the object itself: it has none", async () => {
    delete routes[at];
    expect(inventory(await read(spaces), "ovh/backup-ftp")).toEqual([
      { complete: true, names: [] },
    ]);
  });

  test("404 of the service is not that", async () => {
    delete routes[at];
    api.setFaults({
      path: /backupFTP$/,
      fault: { kind: "status", status: 404 },
    });
    const gathered = await read(spaces);
    expect(gathered.observations).toEqual([]);
    expect(gathered.problems).toMatchObject([{ reason: "partial" }, { reason: "partial" }]);
  });

  test("an empty name: it is only being set up", async () => {
    routes[at] = { ftpBackupName: "", type: "included" };
    expect(inventory(await read(spaces), "ovh/backup-ftp")).toEqual([
      { complete: true, names: [] },
    ]);
  });

  test("proves no backup", async () => {
    const { observations } = await read(spaces);
    expect(observations.map(({ facet }) => facet)).toEqual(["inventory", "location"]);
  });

  test("is not whole where the servers are not", async () => {
    api.setFaults({ path: /\/v1\/dedicated\/server$/, fault: { kind: "status", status: 500 } });
    const gathered = await read(spaces);
    expect(inventory(gathered, "ovh/backup-ftp")).toMatchObject([{ complete: false }]);
  });
});

describe("buckets", () => {
  test("where there is no version 2 all that version 1 lists is all there is", async () => {
    delete routes[`/v2/publicCloud/project/${OVH_PROJECT}/storage/object/bucket`];
    const gathered = await read(buckets);
    expect(inventory(gathered, "ovh/bucket")).toEqual([
      { complete: true, names: ["kizeo-exports", "kizeo-cold"] },
    ]);
    expect(facetOf(gathered, "kizeo-cold", "encryption")).toMatchObject({ enabled: true });
    // Version 1 says nothing of it.
    expect(facetOf(gathered, "kizeo-exports", "encryption")).toMatchObject({ enabled: null });
  });

  test("where version 2 is refused there may be more", async () => {
    denied.push("publicCloudProject:apiovh:storage/object/bucket/get");
    expect(inventory(await read(buckets), "ovh/bucket")).toEqual([
      { complete: false, names: ["kizeo-exports", "kizeo-cold"] },
    ]);
  });

  test("one that is still being made: what is to be counts for nothing", async () => {
    const at = `/v2/publicCloud/project/${OVH_PROJECT}/storage/object/bucket`;
    const targetSpec = {
      name: "making",
      location: { region: "SBG" },
      encryption: { algorithm: "AES256" },
    };
    const making = { id: "SBG_making", resourceStatus: "CREATING", targetSpec, currentState: null };
    routes[at] = [making];
    routes[`${at}/SBG_making`] = making;
    routes[`${PROJECT}/region/SBG/storage/making`] = { name: "making", region: "SBG" };
    const gathered = await read(buckets);
    expect(facetOf(gathered, "making", "encryption")).toMatchObject({ enabled: null });
  });

  test("where version 1 refuses, version 2 tells what it knows", async () => {
    api.setFaults({ path: /\/storage\/kizeo-exports/, fault: { kind: "status", status: 403 } });
    const gathered = await read(buckets);
    expect(facetOf(gathered, "kizeo-exports", "encryption")).toMatchObject({ enabled: true });
    // Neither says whether its objects are locked, and the one that was refused might have.
    expect(gathered.problems.map(({ facets }) => facets.join())).toEqual([
      "immutability",
      "replication",
      "accessPolicy",
    ]);
  });

  test.each([
    ["the regions", /\/region$/],
    ["one region", /\/region\/SBG$/],
    ["the list of one region", /\/region\/SBG\/storage$/],
  ])("%s cannot be asked: the list is not whole", async (_, path) => {
    api.setFaults({ path, fault: { kind: "status", status: 403 } });
    const gathered = await read(buckets);
    expect(inventory(gathered, "ovh/bucket").every(({ complete }) => !complete)).toBe(true);
    expect(gathered.problems.some(({ facets }) => facets.includes("inventory"))).toBe(true);
  });

  test.each([undefined, [{ status: "UP" }], [null]])(
    "a region with the services %j",
    async (services) => {
      routes[`${PROJECT}/region/SBG`] = { name: "SBG", status: "UP", services };
      expect(inventory(await read(buckets), "ovh/bucket")[0]).toMatchObject({ complete: false });
    },
  );

  test("a region without the service is not asked", async () => {
    const before = api.calls.length;
    await read(buckets);
    const asked = api.calls.slice(before).map(({ path }) => path);
    expect(asked.some((path) => path.includes("/region/SBG5/storage"))).toBe(false);
  });
});

describe("other lists", () => {
  test("an entry without its id is not told by its name", async () => {
    const withoutId = (body: unknown) =>
      Array.isArray(body) ? body.map((one: object) => ({ ...one, id: undefined })) : body;
    api.setFaults({ path: /volumeBackup$/, fault: { kind: "change", change: withoutId } });
    const gathered = await read(blocks);
    expect(inventory(gathered, "ovh/volume-backup")).toEqual([]);
    expect(gathered.problems[0]).toMatchObject({ facets: ["inventory"], reason: "malformed" });
  });

  test("one store that is refused costs its own kind alone", async () => {
    denied.push("publicCloudProject:apiovh:containerRegistry/get");
    const gathered = await read(stores);
    expect(inventory(gathered, "ovh/container-registry")).toEqual([]);
    expect(inventory(gathered, "ovh/secret")).toMatchObject([{ complete: true }]);
    expect(gathered.problems).toMatchObject([
      {
        kinds: ["ovh/container-registry"],
        permission: "publicCloudProject:apiovh:containerRegistry/get",
        message: expect.stringContaining("grant publicCloudProject:apiovh:containerRegistry/get"),
      },
    ]);
  });

  test("a snapshot whose volumes were not listed is not told to be plain", async () => {
    api.setFaults({ path: /\/volume$/, fault: { kind: "status", status: 403 } });
    const gathered = await read(blocks);
    expect(facetOf(gathered, "forms-data before update", "encryption")).toBeUndefined();
    expect(gathered.problems.map(({ permission }) => permission)).toEqual(
      Array.from({ length: 3 }, () => "publicCloudProject:apiovh:volume/get"),
    );
  });

  test("keys: one that cannot be read is a problem of its own", async () => {
    routes[`${PROJECT}/sshkey`] = [
      { id: "a", name: "broken", publicKey: "ssh-rsa AAAAB3Nza example-key" },
      { id: "b", name: "empty" },
    ];
    const gathered = await read(keys);
    expect(gathered.problems.map(({ subject, reason }) => `${subject?.name} ${reason}`)).toEqual([
      "broken malformed",
      "empty malformed",
    ]);
    expect(facetOf(gathered, "leads", "sshKeys")).toBeDefined();
  });

  test("a rule that was refused leaves the firewall unknown", async () => {
    denied.push("ip:apiovh:firewall/rule/get");
    const { problems, observations } = await read(ips);
    expect(problems.map(({ subject, permission }) => `${subject?.name} ${permission}`)).toEqual([
      "203.0.113.10/32 ip:apiovh:firewall/rule/get",
      "203.0.113.11/32 ip:apiovh:firewall/rule/get",
    ]);
    const told = observations.filter(({ facet }) => facet === "ingress");
    expect(told.map(({ subject }) => subject.name)).toEqual(["2001:db8:1d:302::/64"]);
  });

  test("membership of a vRack that was refused is no member that is down", async () => {
    denied.push("dedicatedServer:apiovh:virtualNetworkInterface/get");
    const gathered = await read(vrack);
    expect(facetOf(gathered, "kizeo-sites", "link")?.tunnels.map(({ up }) => up)).toEqual([
      null,
      null,
      true,
    ]);
    expect(gathered.problems[0]).toMatchObject({
      facets: ["link"],
      permission: "dedicatedServer:apiovh:virtualNetworkInterface/get",
    });
  });

  test("where projects are declared the account is not asked for them", async () => {
    const gathered = await read(stores);
    expect(gathered.problems).toEqual([]);
    expect(api.calls.some(({ path }) => path === "/v1/cloud/project")).toBe(false);
  });
});

describe("copies of volumes", () => {
  test("are its recovery points", async () => {
    const gathered = await read(blocks);
    expect(facetOf(gathered, "forms-data", "recoveryPoints")?.points).toHaveLength(2);
  });

  test.each([
    ["its snapshots", /\/volume\/snapshot/],
    ["the backups of one region", /\/region\/SBG5\/volumeBackup/],
  ])("%s are refused: which there are is not told", async (_, path) => {
    api.setFaults({ path, fault: { kind: "status", status: 403 } });
    const gathered = await read(blocks);
    expect(facetOf(gathered, "forms-data", "recoveryPoints")).toBeUndefined();
    expect(gathered.problems).toContainEqual(
      expect.objectContaining({ facets: ["recoveryPoints"], reason: "denied" }),
    );
  });

  test("404 of a list is no empty one", async () => {
    delete routes[`${PROJECT}/volume/snapshot`];
    const gathered = await read(blocks);
    expect(facetOf(gathered, "forms-data", "recoveryPoints")).toBeUndefined();
    expect(inventory(gathered, "ovh/volume-snapshot")).toEqual([]);
  });
});
