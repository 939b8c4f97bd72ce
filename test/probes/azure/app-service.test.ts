import { describe, expect, test } from "vitest";
import accessRestriction from "#controls/exposure/access-restriction.ts";
import appService from "#probes/azure/app-service.ts";
import { toIngress, toRedundancy, toTransport } from "#probes/azure/app-service-facets.ts";
import { facetOf } from "../../support/probe-context.ts";
import { fakeSubscription, resource } from "./azure.ts";

const SITES = "Microsoft.Web/sites";
const SLOTS = "Microsoft.Web/sites/slots";
const EVERY = ["0.0.0.0/0", "::/0"];

describe("transport", () => {
  const strict = { minTlsVersion: "1.2", scmMinTlsVersion: "1.2", ftpsState: "Disabled" };
  const names = { hostNames: ["shop.example", "shop.azurewebsites.net"] };
  test.each([
    ["all strict", { httpsOnly: true }, strict, true, "TLSv1.2"],
    ["FTPS only", { httpsOnly: true }, { ...strict, ftpsState: "FtpsOnly" }, true, "TLSv1.2"],
    [
      "FTP in clear text",
      { httpsOnly: true },
      { ...strict, ftpsState: "AllAllowed" },
      false,
      "TLSv1.2",
    ],
    [
      "a state of FTP that nobody knows",
      { httpsOnly: true },
      { ...strict, ftpsState: "Sftp" },
      null,
      "TLSv1.2",
    ],
    ["no state of FTP", { httpsOnly: true }, { ...strict, ftpsState: null }, null, "TLSv1.2"],
    ["HTTP", { httpsOnly: false }, strict, false, "TLSv1.2"],
    [
      "HTTP, of FTP nothing said",
      { httpsOnly: false },
      { ...strict, ftpsState: null },
      false,
      "TLSv1.2",
    ],
    ["httpsOnly absent", {}, strict, null, "TLSv1.2"],
    ["httpsOnly as text", { httpsOnly: "true" }, strict, null, "TLSv1.2"],
    ["TLS 1.0", { httpsOnly: true }, { ...strict, minTlsVersion: "1.0" }, true, "TLSv1.0"],
    [
      "the management site weaker",
      { httpsOnly: true },
      { ...strict, scmMinTlsVersion: "1.0" },
      true,
      "TLSv1.0",
    ],
    ["TLS 1.3", { httpsOnly: true }, { ...strict, minTlsVersion: "1.3" }, true, "TLSv1.2"],
    ["no minimum", { httpsOnly: true }, { ftpsState: "Disabled" }, true, null],
    [
      "a minimum of another name",
      { httpsOnly: true },
      { ...strict, minTlsVersion: "1.7", scmMinTlsVersion: null },
      true,
      null,
    ],
  ])("%s", (_, site, web, secureOnly, minimumTls) => {
    const facet = toTransport({ properties: { ...names, ...site } }, { properties: web });
    expect(facet).toMatchObject({ secureOnly, minimumTls, minimumTlsIsDefault: false });
  });

  test("a minimum that is not stated stays open beside one that is", () => {
    const site = { properties: { ...names, httpsOnly: true } };
    const facet = toTransport(site, { properties: { ...strict, minTlsVersion: null } });
    expect(facet.unseen).toEqual(["the app's own minTlsVersion is not stated"]);
    expect(facet.hostNames).toBeUndefined();
  });

  test.each([
    ["the same for all doors", strict, names.hostNames],
    ["FTP is weaker than the names", { ...strict, ftpsState: "AllAllowed" }, undefined],
    [
      "the management site is weaker than the names",
      { ...strict, scmMinTlsVersion: "1.1" },
      undefined,
    ],
    ["the names are the weakest", { ...strict, minTlsVersion: "1.1" }, names.hostNames],
  ])("the names are held against the wire only where it is so of them: %s", (_, web, expected) => {
    const site = { properties: { ...names, httpsOnly: true } };
    expect(toTransport(site, { properties: web }).hostNames).toEqual(expected);
  });

  test.each([{}, { properties: null }])("%j tells nothing", (raw) => {
    expect(() => toTransport(raw, { properties: {} })).toThrow("no properties");
    expect(() => toTransport({ properties: {} }, raw)).toThrow("no properties");
  });
});

describe("ingress", () => {
  const site = { properties: { publicNetworkAccess: "Enabled" } };
  const office = { ipAddress: "203.0.113.0/24", action: "Allow", priority: 100, name: "office" };
  const rest = { ipAddress: "Any", action: "Deny", priority: 2147483647, name: "Deny all" };
  const read = (web: object, app: object = {}, endpoints: number | null = null) =>
    toIngress(
      { properties: { ...site.properties, ...app } },
      { properties: { ftpsState: "Disabled", scmIpSecurityRestrictionsUseMain: true, ...web } },
      endpoints,
    );
  /** What the app's own door at 443 lets in. */
  const own = (ipSecurityRestrictions: unknown, more: object = {}) =>
    read({ ipSecurityRestrictions, ...more })
      .allowed.filter(({ ports, rule }) => ports?.[0] === 443 && !rule.startsWith("management"))
      .map(({ ranges, others, unresolved = [] }) => [...ranges, ...others, ...unresolved]);

  test.each([
    ["one range", [office, rest], [["203.0.113.0/24"]]],
    [
      "one address with a mask",
      [{ ...office, ipAddress: "203.0.113.9", subnetMask: "255.255.255.255" }],
      [["203.0.113.9/32"]],
    ],
    [
      "several ranges in one rule",
      [{ ...office, ipAddress: "203.0.113.0/24, 2001:db8::/32" }],
      [["203.0.113.0/24", "2001:db8::/32"]],
    ],
    ["the list's end denies nobody by itself", [{ ...rest, action: "Allow" }], [EVERY]],
    [
      "everybody, later denied",
      [
        { ...rest, action: "Allow", priority: 5 },
        { ...rest, priority: 9 },
      ],
      [EVERY],
    ],
    ["everybody before some", [{ ...rest, action: "Allow", priority: 1 }, office], [EVERY]],
    ["everybody denied before", [rest, { ...office, priority: 2147483647 }], []],
    [
      "priority decides, not the place in the list",
      [
        { ...office, priority: 200 },
        { ...office, action: "Deny", priority: 100 },
      ],
      [],
    ],
    [
      "a part denied before",
      [
        { ...office, priority: 2 },
        { ...office, ipAddress: "203.0.113.0/25", action: "Deny", priority: 1 },
      ],
      [["203.0.113.128/25"]],
    ],
    [
      "a part denied too late",
      [
        { ...office, priority: 1 },
        { ...office, action: "Deny", priority: 2 },
      ],
      [["203.0.113.0/24"]],
    ],
    [
      "a denial of some requests only",
      [
        { ...office, action: "Deny", priority: 1, headers: { "x-forwarded-host": ["a"] } },
        { ...office, priority: 2 },
      ],
      [["203.0.113.0/24"]],
    ],
    [
      "a subnet",
      [{ vnetSubnetResourceId: "/subscriptions/s/subnets/web", action: "Allow", priority: 1 }],
      [["subnet /subscriptions/s/subnets/web"]],
    ],
    [
      "a service tag",
      [{ ...office, ipAddress: "AzureCloud", tag: "ServiceTag" }],
      [["service tag AzureCloud"]],
    ],
    ["the tag of everybody", [{ ...office, ipAddress: "Internet", tag: "ServiceTag" }], [EVERY]],
    ["0.0.0.0/0", [{ ...office, ipAddress: "0.0.0.0/0" }], [["0.0.0.0/0"]]],
    ["no rules at all", [], [EVERY]],
    ["absent", undefined, [EVERY]],
    ["a source that is none", [{ ...office, ipAddress: "the office" }], [["the office"]]],
    ["a header", [{ ...office, tag: "XffProxy" }], [["X-Forwarded-For"]]],
    [
      "a header denied",
      [{ ...office, tag: "XffProxy", action: "Deny", priority: 1 }, office],
      [["203.0.113.0/24"]],
    ],
    ["a rule without source", [{ action: "Allow", priority: 1 }], [["a rule without source"]]],
  ])("%s", (_, rules, expected) => {
    expect(own(rules)).toEqual(expected);
  });

  test("service tags may be anything, but for one's own Front Door", () => {
    const tag = {
      ipAddress: "AzureFrontDoor.Backend",
      tag: "ServiceTag",
      action: "Allow",
      priority: 1,
    };
    const headers = { "x-azure-fdid": ["3b4682da"] };
    const [anyone] = read({ ipSecurityRestrictions: [tag] }).allowed;
    expect(anyone).toMatchObject({
      others: [],
      unresolved: ["service tag AzureFrontDoor.Backend"],
    });
    const [mine] = read({ ipSecurityRestrictions: [{ ...tag, headers }] }).allowed;
    expect(mine).toMatchObject({
      others: ["service tag AzureFrontDoor.Backend with the header X-Azure-FDID"],
    });
    expect(mine?.unresolved).toBeUndefined();
  });

  test.each([
    ["Allow", [office], [["203.0.113.0/24"], EVERY]],
    ["Deny", [office], [["203.0.113.0/24"]]],
    ["Deny", [], []],
    ["Allow", [{ ...office, action: "Deny" }], [["0.0.0.0-but-office"]]],
  ])("default action %s", (ipSecurityRestrictionsDefaultAction, rules, expected) => {
    const found = own(rules, { ipSecurityRestrictionsDefaultAction });
    if (expected[0]?.[0] === "0.0.0.0-but-office") {
      expect(found[0]).not.toContain("0.0.0.0/0");
      expect(found[0]?.length).toBeGreaterThan(20);
    } else expect(found).toEqual(expected);
  });

  test("the management site has rules of its own", () => {
    const { allowed } = read({
      ipSecurityRestrictions: [office],
      scmIpSecurityRestrictionsUseMain: false,
    });
    expect(allowed.map(({ ports, ranges, rule }) => [ports?.[0], ranges, rule])).toEqual([
      [80, ["203.0.113.0/24"], "office (203.0.113.0/24)"],
      [443, ["203.0.113.0/24"], "office (203.0.113.0/24)"],
      [443, EVERY, "management site (SCM): no rule is set"],
    ]);
  });

  test.each([
    ["Enabled", {}, null, true, 2],
    ["Disabled", {}, null, false, 0],
    ["Disabled for the site, Enabled in the configuration", { access: "Enabled" }, null, false, 0],
    [null, {}, 0, true, 2],
    [null, {}, 1, false, 0],
    [null, {}, null, null, 2],
    ["Enabled", { hostingEnvironmentProfile: { id: "/e" } }, null, null, 2],
  ] as const)(
    "publicNetworkAccess %s %j, private endpoints %s",
    (access, more, endpoints, reachable, doors) => {
      const app = { publicNetworkAccess: access?.split(" ")[0], ...more };
      const web = {
        ipSecurityRestrictions: [office],
        scmIpSecurityRestrictionsUseMain: false,
        scmIpSecurityRestrictionsDefaultAction: "Deny",
        ...("access" in more ? { publicNetworkAccess: more.access } : {}),
      };
      const facet = read(web, app, endpoints);
      expect(facet).toMatchObject({ reachable, firewall: true });
      expect(facet.allowed).toHaveLength(doors);
    },
  );

  test("FTP is a door that no rule is known to close", () => {
    const { allowed } = read({
      ftpsState: "FtpsOnly",
      ipSecurityRestrictionsDefaultAction: "Deny",
    });
    expect(allowed.map(({ ports, unresolved }) => [ports?.[0], unresolved])).toEqual([
      [21, ["FTP, for which no access restriction is documented"]],
      [990, ["FTP, for which no access restriction is documented"]],
    ]);
  });

  test("what would be cut into too many pieces is no answer", () => {
    const denial = (at: number) => ({ ...office, ipAddress: `2001:db8::${at}`, action: "Deny" });
    const denials = Array.from({ length: 1001 }, (_, at) => denial(at));
    expect(() => own(denials)).toThrow("too many denied ranges");
  });

  test.each([
    [{ ipSecurityRestrictions: "none" }],
    [{ ipSecurityRestrictions: [{ ...office, action: "Log" }] }],
    [{ ipSecurityRestrictions: [{ ...office, action: undefined }] }],
    [{ ipSecurityRestrictionsDefaultAction: "Ask" }],
    [{ publicNetworkAccess: "SecuredByPerimeter" }],
  ])("%j cannot be understood", (web) => {
    expect(() => read(web, { publicNetworkAccess: undefined })).toThrow(TypeError);
  });

  test("judged: the declared range passes, everybody and an open FTP do not", () => {
    const judge = (web: object) =>
      accessRestriction.evaluate({
        expect: { rules: "declared-ranges-only", ports: "all", ranges: ["203.0.113.0/24"] },
        facets: { ingress: read(web) },
        subject: null as never,
        now: new Date(0),
        declaredRanges: [],
      } as never);
    expect(judge({ ipSecurityRestrictions: [office, rest] })).toMatchObject({ outcome: "pass" });
    expect(judge({})).toMatchObject({ outcome: "fail" });
    expect(judge({ ipSecurityRestrictions: [office], ftpsState: "FtpsOnly" })).toMatchObject({
      outcome: "unknown",
    });
  });
});

describe("redundancy of a plan", () => {
  test.each([
    [{ zoneRedundant: true }, { name: "P1v3", capacity: 3 }, null, true],
    [{ zoneRedundant: true }, { name: "P1v3", capacity: 1 }, 1, false],
    [{ zoneRedundant: false }, { name: "P1v3", capacity: 3 }, null, false],
    [{}, { name: "P1", capacity: 1 }, null, null],
    [{ zoneRedundant: "true" }, undefined, null, null],
  ])("%j %j", (properties, sku, zones, zoneRedundant) => {
    expect(toRedundancy({ properties, sku })).toMatchObject({
      zones,
      zoneRedundant,
      geoRedundant: false,
    });
  });
});

describe("from the wire", async () => {
  const properties = {
    httpsOnly: true,
    hostNames: ["shop.example"],
    siteConfig: { minTlsVersion: null },
  };
  const web = (fields: object) => ({
    "config/web": {
      properties: {
        minTlsVersion: "1.2",
        scmMinTlsVersion: "1.2",
        ftpsState: "Disabled",
        ...fields,
      },
    },
  });
  const shop = resource(SITES, "shop", {
    kind: "app,linux",
    properties: { ...properties, publicNetworkAccess: "Enabled" },
    below: web({}),
  });
  const held = [
    shop,
    {
      ...resource(SLOTS, "staging", {
        properties,
        below: { ...web({ minTlsVersion: "1.0" }), privateEndpointConnections: [] },
      }),
      id: `${shop.id}/slots/staging`,
      name: "shop/staging",
    },
    resource(SITES, "hook", {
      kind: "functionapp",
      properties: { ...properties, publicNetworkAccess: "Disabled" },
      below: web({}),
      inGraph: false,
    }),
    resource(SITES, "bare", { properties }),
  ];
  const { scan } = await fakeSubscription({ resources: held });

  test("apps, slots and function apps, each by its own configuration", async () => {
    const found = await scan().gather(appService);
    expect(facetOf(found, "shop", "transport")).toMatchObject({
      minimumTls: "TLSv1.2",
      hostNames: ["shop.example"],
    });
    expect(facetOf(found, "shop/staging", "transport")).toMatchObject({ minimumTls: "TLSv1.0" });
    expect(facetOf(found, "shop/staging", "ingress")).toMatchObject({ reachable: true });
    expect(facetOf(found, "hook", "ingress")).toMatchObject({ reachable: false, allowed: [] });
    expect(found.problems).toMatchObject([
      { subject: { name: "bare" }, facets: ["transport"], reason: "partial" },
      { subject: { name: "bare" }, facets: ["ingress"], reason: "partial" },
    ]);
  });

  test.each([
    [
      "Microsoft.Web/sites/config/read",
      [
        "shop transport",
        "shop ingress",
        "hook transport",
        "hook ingress",
        "bare transport",
        "bare ingress",
      ],
    ],
    ["Microsoft.Web/sites/slots/config/read", ["shop/staging transport", "shop/staging ingress"]],
    ["Microsoft.Web/sites/slots/privateEndpointConnections/read", ["shop/staging ingress"]],
  ])("%s denied: what needs it is named, the rest is read", async (permission, expected) => {
    const denied = await fakeSubscription({ resources: held, denied: [permission] });
    const found = await denied.scan().gather(appService);
    const missing = found.problems.filter((problem) => problem.permission === permission);
    expect(missing.map(({ subject, facets }) => `${subject?.name} ${facets[0]}`)).toEqual(expected);
    expect(facetOf(found, "shop/staging", "transport") === undefined).toBe(
      permission.includes("slots/config"),
    );
    if (permission.endsWith("Connections/read")) {
      expect(facetOf(found, "shop/staging", "ingress")).toMatchObject({ reachable: null });
    }
  });
});
