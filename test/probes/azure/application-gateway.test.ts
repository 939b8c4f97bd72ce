import { describe, expect, test } from "vitest";
import gatewayProbe from "#probes/azure/application-gateway.ts";
import {
  toRedundancy,
  toTransport,
  toWebFirewall,
} from "#probes/azure/application-gateway-facets.ts";
import { tlsPolicy } from "#probes/azure/gateway-tls.ts";
import { facetOf } from "../../support/probe-context.ts";
import { fakeSubscription, resource } from "./azure.ts";

const KIND = "Microsoft.Network/applicationGateways";
const POLICIES = "Microsoft.Network/applicationGatewayWebApplicationFirewallPolicies";
const V2015 = ["TLSv1.0", "TLSv1.1", "TLSv1.2"];
const MODERN = ["TLSv1.2", "TLSv1.3"];

describe("a TLS policy", () => {
  const predefined = (policyName: string) => ({ policyType: "Predefined", policyName });
  const custom = (policyType: string, minProtocolVersion?: string) => ({
    policyType,
    minProtocolVersion,
  });
  test.each([
    [predefined("AppGwSslPolicy20150501"), null, V2015],
    [predefined("AppGwSslPolicy20170401"), null, ["TLSv1.1", "TLSv1.2"]],
    [predefined("AppGwSslPolicy20170401S"), null, ["TLSv1.2"]],
    [predefined("AppGwSslPolicy20220101"), null, MODERN],
    [predefined("AppGwSslPolicy20220101S"), null, MODERN],
    [{ policyName: "appgwsslpolicy20220101s" }, null, MODERN],
    [predefined("AppGwSslPolicy20990101"), null, null],
    [predefined("constructor"), null, null],
    [{ policyType: "Predefined" }, null, null],
    [custom("Custom", "TLSv1_0"), null, V2015],
    [custom("Custom", "TLSv1_2"), null, ["TLSv1.2"]],
    [custom("Custom", "TLSv1_3"), null, null],
    [custom("CustomV2", "TLSv1_2"), null, MODERN],
    [custom("CustomV2", "TLSv1_3"), null, ["TLSv1.3"]],
    [custom("CustomV2"), null, null],
    [custom("CustomV2", "TLSv2_0"), null, null],
    [custom("CustomV9", "TLSv1_2"), null, null],
    [{ disabledSslProtocols: ["TLSv1_0", "TLSv1_1"] }, null, ["TLSv1.2"]],
    [{ disabledSslProtocols: ["TLSv9_0"] }, null, null],
    [{}, null, null],
    ["AppGwSslPolicy20220101", null, null],
    // Made before 2023-02-01 or after: the answer does not tell, unless the default is named.
    [null, null, null],
    [undefined, undefined, null],
    [null, "AppGwSslPolicy20150501", V2015],
    [undefined, "AppGwSslPolicy20220101", MODERN],
    [null, "AppGwSslPolicy20990101", null],
  ])("%j, by default %j", (sslPolicy, byDefault, versions) => {
    expect(tlsPolicy(sslPolicy, byDefault).versions).toEqual(versions);
    if (typeof byDefault === "string") expect(tlsPolicy(sslPolicy, byDefault).isDefault).toBe(true);
  });
});

const id = (kind: string, name: string) => `/subscriptions/s/gateway/${kind}/${name}`;
const link = (kind: string, name: string) => ({ id: id(kind, name).toUpperCase() });
const listener = (name: string, protocol: string, fields: object = {}) => ({
  id: id("httpListeners", name),
  name,
  properties: {
    protocol,
    frontendIPConfiguration: link("frontendIPConfigurations", "public"),
    ...fields,
  },
});
const rule = (name: string, fields: object = {}) => ({
  properties: { ruleType: "Basic", httpListener: link("httpListeners", name), ...fields },
});
const redirect = (properties: object) => ({ id: id("redirectConfigurations", "r"), properties });
const REDIRECTED = { redirectConfiguration: link("redirectConfigurations", "r") };
const gateway = (fields: object) => ({
  properties: {
    sku: { name: "WAF_v2", tier: "WAF_v2" },
    sslPolicy: { policyType: "Predefined", policyName: "AppGwSslPolicy20220101S" },
    frontendIPConfigurations: [
      {
        id: id("frontendIPConfigurations", "public"),
        properties: { publicIPAddress: { id: "/ip" } },
      },
      {
        id: id("frontendIPConfigurations", "private"),
        properties: { privateIPAddress: "10.0.0.4" },
      },
    ],
    ...fields,
  },
});
const secure = listener("web", "Https", { hostName: "shop.example" });

describe("transport", () => {
  const clear = listener("plain", "Http");
  test.each([
    ["HTTPS only", { httpListeners: [secure], requestRoutingRules: [rule("web")] }, true, MODERN],
    [
      "HTTP beside it",
      { httpListeners: [secure, clear], requestRoutingRules: [rule("web"), rule("plain")] },
      false,
      MODERN,
    ],
    [
      "HTTP that leads nowhere",
      { httpListeners: [secure, clear], requestRoutingRules: [rule("web")] },
      true,
      MODERN,
    ],
    [
      "HTTP redirected to the listener of HTTPS",
      {
        httpListeners: [secure, clear],
        requestRoutingRules: [rule("web"), rule("plain", REDIRECTED)],
        redirectConfigurations: [redirect({ targetListener: link("httpListeners", "web") })],
      },
      true,
      MODERN,
    ],
    [
      "HTTP redirected to HTTPS by address",
      {
        httpListeners: [clear],
        requestRoutingRules: [rule("plain", REDIRECTED)],
        redirectConfigurations: [redirect({ targetUrl: "https://shop.example" })],
      },
      true,
      [],
    ],
    [
      "HTTP redirected to HTTP",
      {
        httpListeners: [clear],
        requestRoutingRules: [rule("plain", REDIRECTED)],
        redirectConfigurations: [redirect({ targetUrl: "http://shop.example" })],
      },
      false,
      [],
    ],
    [
      "HTTP redirected who knows where",
      {
        httpListeners: [clear],
        requestRoutingRules: [rule("plain", REDIRECTED)],
        redirectConfigurations: [],
      },
      null,
      [],
    ],
    [
      "HTTP redirected for one path only",
      {
        httpListeners: [clear],
        requestRoutingRules: [rule("plain", { urlPathMap: link("urlPathMaps", "m") })],
        urlPathMaps: [
          {
            id: id("urlPathMaps", "m"),
            properties: {
              defaultRedirectConfiguration: link("redirectConfigurations", "r"),
              pathRules: [{ properties: { paths: ["/api"] } }],
            },
          },
        ],
        redirectConfigurations: [redirect({ targetUrl: "https://shop.example" })],
      },
      false,
      [],
    ],
    [
      "no policy",
      { sslPolicy: null, httpListeners: [secure], requestRoutingRules: [rule("web")] },
      true,
      undefined,
    ],
    [
      "no policy, the default stated",
      {
        sslPolicy: null,
        defaultPredefinedSslPolicy: "AppGwSslPolicy20150501",
        httpListeners: [secure],
        requestRoutingRules: [rule("web")],
      },
      true,
      V2015,
    ],
    [
      "a listener's own policy",
      {
        httpListeners: [secure, listener("old", "Https", { sslProfile: link("sslProfiles", "p") })],
        requestRoutingRules: [rule("web"), rule("old")],
        sslProfiles: [
          {
            id: id("sslProfiles", "p"),
            properties: { sslPolicy: { policyType: "Custom", minProtocolVersion: "TLSv1_1" } },
          },
        ],
      },
      true,
      ["TLSv1.1", ...MODERN],
    ],
    [
      "TCP passed through",
      {
        httpListeners: [],
        listeners: [listener("tcp", "Tcp")],
        routingRules: [{ properties: { listener: link("httpListeners", "tcp") } }],
      },
      null,
      undefined,
    ],
    ["nothing", { httpListeners: [], requestRoutingRules: [] }, true, []],
  ])("%s", (_, fields, secureOnly, versions) => {
    const facet = toTransport(gateway(fields));
    expect(facet.secureOnly).toBe(secureOnly);
    expect(facet.versions).toEqual(versions);
  });

  test("the default is said to be one, and names go with what is so of them", () => {
    const rules = [rule("web"), rule("old")];
    const old = listener("old", "Https", {
      hostNames: ["old.example"],
      sslProfile: link("sslProfiles", "p"),
    });
    const sslProfiles = [
      {
        id: id("sslProfiles", "p"),
        properties: { sslPolicy: { policyType: "Custom", minProtocolVersion: "TLSv1_0" } },
      },
    ];
    const mixed = toTransport(
      gateway({ httpListeners: [secure, old], requestRoutingRules: rules, sslProfiles }),
    );
    expect(mixed).toMatchObject({ minimumTls: "TLSv1.0", minimumTlsIsDefault: false });
    expect(mixed.hostNames).toBeUndefined();
    const plain = toTransport(
      gateway({
        httpListeners: [secure],
        requestRoutingRules: rules,
        sslPolicy: null,
        defaultPredefinedSslPolicy: "AppGwSslPolicy20220101",
      }),
    );
    expect(plain).toMatchObject({ minimumTlsIsDefault: true, hostNames: ["shop.example"] });
  });

  test.each([
    ["a listener without protocol", { httpListeners: [{ id: "/l", name: "l", properties: {} }] }],
    ["listeners of another shape", { httpListeners: "none" }],
    [
      "a path map that is not there",
      {
        httpListeners: [clear],
        requestRoutingRules: [rule("plain", { urlPathMap: link("urlPathMaps", "m") })],
      },
    ],
    [
      "a TLS profile that is not there",
      {
        httpListeners: [listener("web", "Https", { sslProfile: link("sslProfiles", "p") })],
        requestRoutingRules: [rule("web")],
      },
    ],
  ])("%s is no answer", (_, fields) => {
    expect(() => toTransport(gateway(fields))).toThrow(TypeError);
  });
});

describe("the firewall", () => {
  const policy = (name: string, mode = "Prevention", state = "Enabled") => ({
    ok: true as const,
    operation: "",
    permission: "",
    observedAt: "",
    sha256: "",
    value: {
      name,
      properties: {
        policySettings: { state, mode },
        managedRules: { managedRuleSets: [{ ruleSetType: "OWASP", ruleSetVersion: "3.2" }] },
      },
    },
  });
  const policies = new Map([
    ["/strict", policy("strict")],
    ["/lax", policy("lax", "Detection")],
    ["/other/strict", policy("strict", "Detection")],
    ["/off", policy("off", "Prevention", "Disabled")],
  ]);
  const own = { httpListeners: [secure], requestRoutingRules: [rule("web")] };
  const legacy = {
    enabled: true,
    firewallMode: "Prevention",
    ruleSetType: "OWASP",
    ruleSetVersion: "3.1",
  };
  const paths = (fields: object) => ({
    requestRoutingRules: [rule("web", { urlPathMap: link("urlPathMaps", "m") })],
    urlPathMaps: [
      { id: id("urlPathMaps", "m"), properties: { pathRules: [{ properties: fields }] } },
    ],
  });
  test.each([
    ["none", {}, { policy: null }],
    [
      "the gateway's",
      { firewallPolicy: { id: "/Strict" } },
      { policy: "strict", enabled: true, mode: "prevention", managedRules: ["OWASP 3.2"] },
    ],
    [
      "switched off",
      { firewallPolicy: { id: "/off" } },
      { policy: "off", enabled: false, managedRules: [] },
    ],
    [
      "a weaker one at the listener",
      {
        firewallPolicy: { id: "/strict" },
        httpListeners: [listener("web", "Https", { firewallPolicy: { id: "/lax" } })],
      },
      { policy: "lax", mode: "detection", managedRules: [] },
    ],
    [
      "a weaker one at a path",
      { firewallPolicy: { id: "/strict" }, ...paths({ firewallPolicy: { id: "/lax" } }) },
      { policy: "strict, lax", mode: "detection" },
    ],
    [
      "a weaker one of the same name",
      { firewallPolicy: { id: "/strict" }, ...paths({ firewallPolicy: { id: "/other/strict" } }) },
      { policy: "strict, strict", mode: "detection" },
    ],
    [
      "at one path only",
      paths({ firewallPolicy: { id: "/strict" } }),
      { policy: "strict", unprotected: ["listener web"] },
    ],
    [
      "set at the gateway itself",
      { webApplicationFirewallConfiguration: legacy },
      { policy: "the gateway's own firewall", mode: "prevention", managedRules: ["OWASP 3.1"] },
    ],
    [
      "set there, off",
      { webApplicationFirewallConfiguration: { ...legacy, enabled: false } },
      { enabled: false, managedRules: [] },
    ],
    [
      "set there, groups disabled",
      {
        webApplicationFirewallConfiguration: {
          ...legacy,
          disabledRuleGroups: [
            { ruleGroupName: "SQLI" },
            { ruleGroupName: "XSS", rules: [941100] },
          ],
        },
      },
      { countingRules: ["OWASP 3.1: SQLI", "OWASP 3.1: 941100"] },
    ],
    [
      "a policy goes before it",
      { firewallPolicy: { id: "/lax" }, webApplicationFirewallConfiguration: legacy },
      { policy: "lax", mode: "detection" },
    ],
    [
      "private listeners only",
      {
        httpListeners: [
          listener("web", "Https", {
            frontendIPConfiguration: link("frontendIPConfigurations", "private"),
          }),
        ],
      },
      { policy: null, inapplicable: "no HTTP listener with a public address leads anywhere" },
    ],
    [
      "listeners that only redirect",
      { requestRoutingRules: [rule("web", REDIRECTED)] },
      { policy: null, inapplicable: expect.any(String) },
    ],
  ])("%s", (_, fields, expected) => {
    const facet = toWebFirewall(gateway({ ...own, ...fields }), policies);
    expect(facet).toMatchObject(expected);
    if (!("inapplicable" in expected)) expect(facet.inapplicable).toBeUndefined();
    if (!("unprotected" in expected)) expect(facet.unprotected).toBeUndefined();
  });
});

describe("zones", () => {
  test.each([
    [["1", "2", "3"], "WAF_v2", 3, true],
    [["1"], "WAF_v2", 1, false],
    [undefined, "WAF_v2", null, null],
    [undefined, "Standard", null, false],
    [undefined, undefined, null, null],
  ])("%j of %s", (zones, tier, count, zoneRedundant) => {
    expect(toRedundancy({ zones, properties: { sku: { tier } } })).toMatchObject({
      zones: count,
      zoneRedundant,
    });
  });
});

describe("from the wire", async () => {
  const strict = resource(POLICIES, "strict", {
    properties: {
      policySettings: { state: "Enabled", mode: "Prevention" },
      managedRules: { managedRuleSets: [{ ruleSetType: "OWASP", ruleSetVersion: "3.2" }] },
    },
  });
  const { properties } = gateway({
    httpListeners: [secure],
    requestRoutingRules: [rule("web")],
    firewallPolicy: { id: strict.id },
  });
  const elsewhere = {
    ...properties,
    firewallPolicy: {
      id: "/subscriptions/x/resourceGroups/y/providers/Microsoft.Storage/storageAccounts/z",
    },
  };
  const resources = [
    strict,
    resource(KIND, "front", { properties }),
    resource(KIND, "astray", { properties: elsewhere }),
  ];
  const { scan } = await fakeSubscription({ resources });

  test("the policy is read by its id, and nothing that is no policy is asked for", async () => {
    const found = await scan().gather(gatewayProbe);
    expect(facetOf(found, "front", "webFirewall")).toMatchObject({
      policy: "strict",
      mode: "prevention",
    });
    expect(found.problems).toMatchObject([
      {
        subject: { name: "astray" },
        facets: ["webFirewall"],
        reason: "malformed",
        message: expect.stringContaining("is no firewall policy"),
      },
    ]);
  });

  test("its denial costs the firewall alone", async () => {
    const denied = await fakeSubscription({
      resources: resources.slice(0, 2),
      denied: [`${POLICIES}/read`],
    });
    const found = await denied.scan().gather(gatewayProbe);
    expect(found.problems).toMatchObject([
      { facets: ["webFirewall"], reason: "denied", permission: `${POLICIES}/read` },
    ]);
    expect(found.observations.map(({ facet }) => facet).sort()).toEqual([
      "redundancy",
      "transport",
    ]);
  });
});
