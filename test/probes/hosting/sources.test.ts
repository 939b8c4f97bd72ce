/** The documents here have the documented shapes, and addresses of documentation: no real range is in this project. */
import { describe, expect, test } from "vitest";
import { HOSTS } from "#facts/hosting.ts";
import { hostsOf } from "#probes/hosting/hosted.ts";
import { ownGroups, ownTable, SOURCES } from "#probes/hosting/sources.ts";
import type { StoredRanges } from "#probes/hosting/store.ts";

const DOCUMENTS: Readonly<Record<string, readonly object[]>> = {
  aws: [
    {
      syncToken: "1",
      createDate: "2026-05-30-00-00-00",
      prefixes: [
        { ip_prefix: "192.0.2.0/24", region: "eu-west-3", service: "AMAZON" },
        { ip_prefix: "192.0.2.0/24", region: "eu-west-3", service: "EC2" },
        { ip_prefix: "192.0.2.64/26", region: "GLOBAL", service: "AMAZON" },
        { ip_prefix: "192.0.2.64/26", region: "GLOBAL", service: "CLOUDFRONT" },
        { ip_prefix: "192.0.2.128/26", region: "GLOBAL", service: "GLOBALACCELERATOR" },
      ],
      ipv6_prefixes: [{ ipv6_prefix: "2001:db8:a::/48", region: "eu-west-3", service: "S3" }],
    },
  ],
  azure: [
    {
      changeNumber: 300,
      cloud: "Public",
      values: [
        tag("ActionGroup", ["198.51.100.0/24"]),
        tag("AzureCloud", ["198.51.100.0/25", "198.51.100.128/25", "2001:db8:b::/48"]),
        tag("AzureCloud.centralfrance", ["198.51.100.0/25", "2001:db8:b::/48"]),
        tag("AzureCloud.westeurope", ["198.51.100.128/26"]),
        tag("AzureFrontDoor.Frontend", ["198.51.100.192/26"]),
        tag("AzureFrontDoor.Backend", ["198.51.100.0/26"]),
      ],
    },
  ],
  gcp: [
    {
      syncToken: "1",
      creationTime: "2026-05-30T00:00:00",
      prefixes: [
        { ipv4Prefix: "203.0.113.0/25", service: "Google Cloud", scope: "europe-north1" },
        { ipv4Prefix: "203.0.113.128/26", service: "Google Cloud", scope: "global" },
        { ipv6Prefix: "2001:db8:c::/48", service: "Google Cloud", scope: "europe-north1" },
      ],
    },
    {
      syncToken: "1",
      creationTime: "2026-05-30T00:00:00",
      prefixes: [{ ipv4Prefix: "203.0.113.0/24" }, { ipv6Prefix: "2001:db8:c::/48" }],
    },
  ],
  ovh: [
    announced("16276", ["192.0.2.0/27", "2001:db8:d::/48"]),
    announced("35540", ["192.0.2.32/27"]),
  ],
  scaleway: [announced("12876", ["192.0.2.0/27"])],
  upcloud: [announced("202053", ["192.0.2.0/27"]), announced("25697", ["192.0.2.32/27"])],
  akamai: [announced("20940", ["192.0.2.0/27"]), announced("16625", ["192.0.2.32/27"])],
  cloudflare: [
    {
      success: true,
      errors: [],
      result: { ipv4_cidrs: ["192.0.2.0/24"], ipv6_cidrs: ["2001:db8::/32"], etag: "x" },
    },
  ],
  fastly: [{ addresses: ["192.0.2.0/24"], ipv6_addresses: ["2001:db8::/32"] }],
};

function tag(name: string, addressPrefixes: readonly string[]) {
  return { name, id: name, properties: { region: "", platform: "Azure", addressPrefixes } };
}

function announced(resource: string, prefixes: readonly string[]) {
  const data = {
    resource,
    query_endtime: "2026-05-30T00:00:00",
    prefixes: prefixes.map((prefix) => ({ prefix, timelines: [] })),
  };
  return { status: "ok", status_code: 200, data };
}

const source = (id: string) => {
  const found = SOURCES.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no source ${id}`);
  return found;
};
const texts = (id: string) => (DOCUMENTS[id] ?? []).map((document) => JSON.stringify(document));
const table = (id: string): StoredRanges => ({
  version: 1,
  id,
  covers: [id],
  origin: source(id).origin,
  fetchedAt: "2026-05-30T00:00:00.000Z",
  sha256: "0".repeat(64),
  label: null,
  from: [],
  ...source(id).read(texts(id)),
});
const whose = (id: string, address: string) => {
  const { provider, region, edge } = hostsOf([table(id)]).find(address);
  return [provider, region, edge];
};

test("every host has a source, and every source a document", () => {
  expect(SOURCES.map(({ id }) => id).toSorted()).toEqual([...HOSTS].sort());
  for (const { id, documents } of SOURCES) expect(documents).toHaveLength(texts(id).length);
  const files = SOURCES.flatMap(({ documents }) => documents.map(({ file }) => file));
  expect(new Set(files).size).toBe(files.length);
});

describe("what the documents say", () => {
  test.each<[string, string, readonly (string | null)[]]>([
    ["aws", "192.0.2.1", ["aws", "eu-west-3", null]],
    ["aws", "192.0.2.65", ["aws", "global", "Amazon CloudFront"]],
    ["aws", "192.0.2.129", ["aws", "global", "AWS Global Accelerator"]],
    ["aws", "2001:db8:a::1", ["aws", "eu-west-3", null]],
    ["aws", "198.51.100.1", [null, null, null]],
    ["azure", "198.51.100.1", ["azure", "francecentral", null]],
    ["azure", "198.51.100.129", ["azure", "westeurope", null]],
    ["azure", "198.51.100.193", ["azure", null, "Azure Front Door"]],
    ["azure", "2001:db8:b::1", ["azure", "francecentral", null]],
    ["gcp", "203.0.113.1", ["gcp", "europe-north1", null]],
    ["gcp", "203.0.113.129", ["gcp", "global", null]],
    ["gcp", "203.0.113.193", ["gcp", null, "Google front ends"]],
    ["gcp", "2001:db8:c::1", ["gcp", "europe-north1", null]],
    ["ovh", "192.0.2.33", ["ovh", null, null]],
    ["ovh", "2001:db8:d::1", ["ovh", null, null]],
    ["scaleway", "192.0.2.1", ["scaleway", null, null]],
    ["upcloud", "192.0.2.33", ["upcloud", null, null]],
    ["akamai", "192.0.2.1", ["akamai", null, "Akamai"]],
    ["cloudflare", "192.0.2.1", ["cloudflare", null, "Cloudflare"]],
    ["fastly", "2001:db8::1", ["fastly", null, "Fastly"]],
  ])("%s: %s", (id, address, expected) => {
    expect(whose(id, address)).toEqual(expected);
  });

  test("the provider's own list counts for more than routes of the same prefix", () => {
    const both = hostsOf([table("scaleway"), table("fastly"), table("ovh")]);
    expect(both.find("192.0.2.1").provider).toBe("scaleway");
    const listed = {
      ...table("aws"),
      groups: [{ provider: "aws", region: null, edge: null, prefixes: ["192.0.2.0/27"] }],
    };
    expect(hostsOf([table("scaleway"), listed]).find("192.0.2.1").provider).toBe("aws");
  });
});

describe("documents that are not what they should be", () => {
  const broken = (id: string, change: (text: string) => string) => () =>
    source(id).read(texts(id).map(change));
  test.each(SOURCES.map(({ id }) => id))("%s", (id) => {
    expect(broken(id, () => "")).toThrow();
    expect(broken(id, () => "<html>Sign in to this network</html>")).toThrow();
    expect(broken(id, () => "{}")).toThrow();
    expect(broken(id, () => "[]")).toThrow();
    expect(
      broken(id, (text) => text.replaceAll(/\d+\.\d+\.\d+\.\d+\/\d+/g, "999.0.0.1/24")),
    ).toThrow();
    // One range that would make all the world its.
    expect(broken(id, (text) => text.replaceAll(/\/2\d"/g, '/0"'))).toThrow();
    expect(broken(id, (text) => text.replaceAll(/\/2\d"/g, '/7"'))).toThrow();
  });

  test("the routes of another network", () => {
    const other = [announced("64496", ["192.0.2.0/27"])].map((one) => JSON.stringify(one));
    expect(() => source("scaleway").read(other)).toThrow("expected AS12876, got AS64496");
  });
});

describe("a table of one's own", () => {
  test("holds what it says", () => {
    const own = ownTable.parse({
      label: "made up",
      covers: ["ovh"],
      prefixes: [
        { prefix: "192.0.2.0/24", provider: "ovh", region: "rbx" },
        { prefix: "192.0.2.0/26", provider: "fastly", edge: "Fastly" },
      ],
    });
    expect(ownGroups(own)).toEqual([
      { provider: "ovh", region: "rbx", edge: null, prefixes: ["192.0.2.0/24"] },
      { provider: "fastly", region: null, edge: "Fastly", prefixes: ["192.0.2.0/26"] },
    ]);
  });

  test("has a label", () => {
    const prefixes = [{ prefix: "192.0.2.0/24", provider: "ovh" }];
    expect(ownTable.safeParse({ covers: ["ovh"], prefixes }).success).toBe(false);
  });
});
