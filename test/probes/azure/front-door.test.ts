import { describe, expect, test } from "vitest";
import httpsOnly from "#controls/transport/https-only.ts";
import tlsVersions from "#controls/transport/tls-protocol-versions.ts";
import firewallControl from "#controls/exposure/web-application-firewall.ts";
import * as cdn from "#probes/azure/cdn-facets.ts";
import { toPolicy } from "#probes/azure/firewall-policy-facets.ts";
import * as classic from "#probes/azure/front-door-classic-facets.ts";
import frontDoorProbe from "#probes/azure/front-door.ts";
import { toTransport } from "#probes/azure/front-door-facets.ts";
import { facetOf } from "../../support/probe-context.ts";
import type { Fields } from "#probes/common/json.ts";
import { fakeSubscription, resource } from "./azure.ts";

const PROFILE = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Cdn/profiles/edge";
const SHOP = `${PROFILE}/customDomains/shop`;
const domain = (name: string, tlsSettings: object | null): Fields => ({
  id: `${PROFILE}/customDomains/${name}`,
  name,
  properties: { hostName: `${name}.example`, tlsSettings },
});
const route = (fields: object = {}): Fields => ({
  properties: {
    enabledState: "Enabled",
    supportedProtocols: ["Http", "Https"],
    httpsRedirect: "Enabled",
    linkToDefaultDomain: "Disabled",
    customDomains: [{ id: SHOP.toLowerCase() }],
    ...fields,
  },
});
const endpoint = (...routes: readonly Fields[]) => ({
  raw: {
    id: `${PROFILE}/afdendpoints/web`,
    name: "web",
    properties: { hostName: "web-abc.z01.azurefd.net", enabledState: "Enabled" },
  },
  routes,
});
const TLS12 = { minimumTlsVersion: "TLS12", cipherSuiteSetType: "TLS12_2022" };
const judged = (control: typeof httpsOnly, expect: object, transport: object) =>
  control.evaluate({ expect, facets: { transport }, subject: {}, now: new Date(0) } as never)
    .outcome;

describe("Front Door's transport", () => {
  test.each([
    ["redirected, TLS 1.2", TLS12, route(), true, ["TLSv1.2", "TLSv1.3"]],
    [
      "TLS 1.0",
      { minimumTlsVersion: "TLS10" },
      route(),
      true,
      ["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"],
    ],
    [
      "suites of TLS 1.0 beside a minimum of 1.2",
      { ...TLS12, cipherSuiteSetType: "TLS10_2019" },
      route(),
      true,
      ["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"],
    ],
    ["TLS 1.3", { minimumTlsVersion: "TLS13" }, route(), true, ["TLSv1.3"]],
    ["a version that nobody knows", { minimumTlsVersion: "TLS20" }, route(), true, undefined],
    ["no TLS settings", null, route(), true, undefined],
    [
      "HTTP without redirect",
      TLS12,
      route({ httpsRedirect: "Disabled" }),
      false,
      ["TLSv1.2", "TLSv1.3"],
    ],
    [
      "HTTP, of a redirect nothing said",
      TLS12,
      route({ httpsRedirect: undefined }),
      null,
      ["TLSv1.2", "TLSv1.3"],
    ],
    [
      "HTTPS only",
      TLS12,
      route({ supportedProtocols: ["Https"], httpsRedirect: "Disabled" }),
      true,
      ["TLSv1.2", "TLSv1.3"],
    ],
    [
      "no protocols stated",
      TLS12,
      route({ supportedProtocols: undefined }),
      null,
      ["TLSv1.2", "TLSv1.3"],
    ],
    [
      "a protocol that nobody knows",
      TLS12,
      route({ supportedProtocols: ["Quic"] }),
      null,
      ["TLSv1.2", "TLSv1.3"],
    ],
    ["a route that is switched off", null, route({ enabledState: "Disabled" }), true, []],
  ])("%s", (_, tls, one, secureOnly, versions) => {
    const facet = toTransport({ domains: [domain("shop", tls)], endpoints: [endpoint(one)] });
    expect(facet.secureOnly).toBe(secureOnly);
    expect(facet.versions).toEqual(versions);
    expect(judged(httpsOnly, { hsts: "optional" }, facet)).toBe(
      secureOnly === null ? "unknown" : secureOnly ? "pass" : "fail",
    );
    const modern = { allowed: ["TLSv1.2", "TLSv1.3"], required: [] };
    expect(judged(tlsVersions as never, modern, facet)).toBe(
      versions === undefined
        ? "unknown"
        : versions.length === 0
          ? "not-applicable"
          : String(versions).includes("TLSv1.0")
            ? "fail"
            : "pass",
    );
  });

  test("the weakest domain counts, and only names as weak as that are held against the wire", () => {
    const links = [{ id: SHOP }, { id: `${PROFILE}/customDomains/old` }];
    const facet = toTransport({
      domains: [domain("shop", TLS12), domain("old", { minimumTlsVersion: "TLS10" })],
      endpoints: [endpoint(route({ customDomains: links, linkToDefaultDomain: "Enabled" }))],
    });
    expect(facet).toMatchObject({
      minimumTls: "TLSv1.0",
      hostNames: ["old.example"],
      platformFloor: { version: "TLSv1.2" },
    });
    expect(facet.detail).toContain(
      "web-abc.z01.azurefd.net: the endpoint's own name, TLS 1.2 by design",
    );
  });

  test("domains without a route serve nothing", () => {
    const facet = toTransport({
      domains: [domain("shop", TLS12), domain("old", { minimumTlsVersion: "TLS10" })],
      endpoints: [endpoint(route())],
    });
    expect(facet).toMatchObject({ minimumTls: "TLSv1.2", hostNames: ["shop.example"] });
  });

  test.each([
    ["a domain that is not listed", { domains: [], endpoints: [endpoint(route())] }],
    [
      "a domain without name",
      { domains: [{ id: SHOP, properties: {} }], endpoints: [endpoint(route())] },
    ],
    ["a route without properties", { domains: [], endpoints: [endpoint({})] }],
  ])("%s is no answer", (_, frontDoor) => {
    expect(() => toTransport(frontDoor)).toThrow(TypeError);
  });
});

describe("a firewall policy", () => {
  const set = {
    ruleSetType: "Microsoft_DefaultRuleSet",
    ruleSetVersion: "2.1",
    ruleSetAction: "Block",
  };
  const NAME = "Microsoft_DefaultRuleSet 2.1";
  const policy = (policySettings: unknown, managedRuleSets: unknown = [set]) =>
    toPolicy({ name: "p", properties: { policySettings, managedRules: { managedRuleSets } } });
  const PREVENTS = { enabledState: "Enabled", mode: "Prevention" };

  test.each([
    ["prevents", PREVENTS, [set], true, "prevention", [NAME], []],
    [
      "of a gateway",
      { state: "Enabled", mode: "Prevention" },
      [set],
      true,
      "prevention",
      [NAME],
      [],
    ],
    [
      "detects",
      { enabledState: "Enabled", mode: "Detection" },
      [set],
      true,
      "detection",
      [],
      [NAME],
    ],
    [
      "off",
      { enabledState: "Disabled", mode: "Prevention" },
      [set],
      false,
      "prevention",
      [],
      [NAME],
    ],
    ["no state", { mode: "Prevention" }, [set], null, "prevention", [NAME], []],
    ["no mode", { enabledState: "Enabled" }, [set], true, null, [], [NAME]],
    [
      "a mode that nobody knows",
      { enabledState: "Enabled", mode: "Learn" },
      [set],
      true,
      null,
      [],
      [NAME],
    ],
    ["no settings", undefined, [set], null, null, [], [NAME]],
    ["no managed rules", PREVENTS, null, true, "prevention", [], []],
    [
      "a set that only logs",
      PREVENTS,
      [{ ...set, ruleSetAction: "Log" }],
      true,
      "prevention",
      [],
      [NAME],
    ],
    [
      "rules disarmed",
      PREVENTS,
      [
        {
          ...set,
          ruleGroupOverrides: [
            {
              ruleGroupName: "SQLI",
              rules: [
                { ruleId: "1", enabledState: "Disabled" },
                { ruleId: "2", enabledState: "Enabled", action: "Log" },
                { ruleId: "3", enabledState: "Enabled", action: "AnomalyScoring" },
                { ruleId: "4" },
              ],
            },
          ],
        },
      ],
      true,
      "prevention",
      [NAME],
      [`${NAME}: 1`, `${NAME}: 2`, `${NAME}: 4`],
    ],
  ])("%s", (_, settings, sets, enabled, mode, managedRules, countingRules) => {
    expect(policy(settings, sets)).toEqual({
      name: "p",
      enabled,
      mode,
      managedRules,
      countingRules,
    });
  });

  test.each([
    [{}],
    [{ name: "p" }],
    [{ properties: {} }],
    [{ name: "p", properties: { managedRules: { managedRuleSets: [{}] } } }],
  ])("%j is none", (raw) => {
    expect(() => toPolicy(raw)).toThrow(TypeError);
  });
});

describe("classic CDN", () => {
  const one = (fields: object = {}, domains: readonly Fields[] = []) => ({
    raw: {
      id: "/e",
      properties: {
        hostName: "edge.azureedge.net",
        resourceState: "Running",
        isHttpAllowed: false,
        isHttpsAllowed: true,
        ...fields,
      },
    },
    domains,
  });
  const named = (properties: object): Fields => ({
    properties: { hostName: "shop.example", ...properties },
  });
  const https = (minimumTlsVersion: string) => ({
    customHttpsProvisioningState: "Enabled",
    customHttpsParameters: { minimumTlsVersion },
  });
  const redirect = (conditions: readonly object[], destinationProtocol = "Https") => ({
    rules: [
      { conditions, actions: [{ name: "UrlRedirect", parameters: { destinationProtocol } }] },
    ],
  });
  const scheme = {
    name: "RequestScheme",
    parameters: { matchValues: ["HTTP"], operator: "Equal" },
  };
  const path = { name: "UrlPath", parameters: { matchValues: ["old"] } };

  test.each([
    ["HTTPS only", one(), "Standard_Microsoft", true, "TLSv1.2"],
    ["HTTP", one({ isHttpAllowed: true }), "Standard_Microsoft", false, "TLSv1.2"],
    [
      "HTTP redirected",
      one({ isHttpAllowed: true, deliveryPolicy: redirect([scheme]) }),
      "Standard_Microsoft",
      true,
      "TLSv1.2",
    ],
    [
      "HTTP redirected for some paths",
      one({ isHttpAllowed: true, deliveryPolicy: redirect([scheme, path]) }),
      "Standard_Microsoft",
      null,
      "TLSv1.2",
    ],
    [
      "HTTP redirected to HTTP",
      one({ isHttpAllowed: true, deliveryPolicy: redirect([scheme], "Http") }),
      "Standard_Microsoft",
      false,
      "TLSv1.2",
    ],
    ["not stated", one({ isHttpAllowed: undefined }), "Standard_Microsoft", null, "TLSv1.2"],
    ["another network", one(), "Premium_Verizon", true, null],
    [
      "a domain of TLS 1.0",
      one({}, [named(https("TLS10"))]),
      "Standard_Microsoft",
      true,
      "TLSv1.0",
    ],
    [
      "a domain without HTTPS",
      one({ isHttpAllowed: true }, [named({ customHttpsProvisioningState: "Disabled" })]),
      "Standard_Microsoft",
      false,
      "TLSv1.2",
    ],
    [
      "stopped",
      one({ resourceState: "Stopped", isHttpAllowed: true }),
      "Standard_Microsoft",
      true,
      null,
    ],
  ])("%s", (_, which, sku, secureOnly, minimumTls) => {
    expect(cdn.toTransport([which], sku)).toMatchObject({ secureOnly, minimumTls });
  });

  test.each([[named(https("None"))], [named({})]])(
    "a minimum that is not stated stays open: %j",
    (raw) => {
      expect(cdn.toTransport([one({}, [raw])], "Standard_Microsoft").unseen).toHaveLength(1);
    },
  );
});

describe("classic Front Door", () => {
  const frontend = (name: string, properties: object = {}) => ({
    id: `/fd/frontendEndpoints/${name}`,
    properties: {
      hostName: name,
      customHttpsProvisioningState: "Enabled",
      customHttpsConfiguration: { minimumTlsVersion: "1.2" },
      ...properties,
    },
  });
  const rule = (name: string, fields: object = {}) => ({
    properties: {
      enabledState: "Enabled",
      acceptedProtocols: ["Https"],
      frontendEndpoints: [{ id: `/FD/frontendendpoints/${name}` }],
      routeConfiguration: {
        "@odata.type": "#Microsoft.Azure.FrontDoor.Models.FrontdoorForwardingConfiguration",
      },
      ...fields,
    },
  });
  const to = (redirectProtocol?: string) => ({
    acceptedProtocols: ["Http"],
    routeConfiguration: {
      "@odata.type": "#Microsoft.Azure.FrontDoor.Models.FrontdoorRedirectConfiguration",
      redirectProtocol,
    },
  });
  const door = (
    frontendEndpoints: readonly object[],
    routingRules: readonly object[],
    fields: object = {},
  ): Fields => ({
    properties: { enabledState: "Enabled", frontendEndpoints, routingRules, ...fields },
  });

  test.each([
    ["HTTPS only", [rule("a")], {}, true, "TLSv1.2"],
    ["HTTP redirected", [rule("a"), rule("a", to("HttpsOnly"))], {}, true, "TLSv1.2"],
    ["HTTP redirected as it came", [rule("a", to("MatchRequest"))], {}, false, "TLSv1.2"],
    ["HTTP redirected who knows where", [rule("a", to())], {}, null, "TLSv1.2"],
    ["HTTP forwarded", [rule("a", { acceptedProtocols: ["Http", "Https"] })], {}, false, "TLSv1.2"],
    [
      "HTTP forwarded by a rule that is off",
      [rule("a"), rule("a", { acceptedProtocols: ["Http"], enabledState: "Disabled" })],
      {},
      true,
      "TLSv1.2",
    ],
    ["no protocols", [rule("a", { acceptedProtocols: [] })], {}, null, "TLSv1.2"],
    [
      "TLS 1.0",
      [rule("a")],
      { customHttpsConfiguration: { minimumTlsVersion: "1.0" } },
      true,
      "TLSv1.0",
    ],
    ["nothing said", [rule("a")], { customHttpsConfiguration: null }, true, null],
    [
      "its own name",
      [rule("a")],
      { hostName: "a.azurefd.net", customHttpsConfiguration: null },
      true,
      "TLSv1.2",
    ],
    [
      "without HTTPS",
      [rule("a", { acceptedProtocols: ["Http"] })],
      { customHttpsProvisioningState: "Disabled" },
      false,
      null,
    ],
  ])("%s", (_, rules, fields, secureOnly, minimumTls) => {
    expect(classic.toTransport(door([frontend("a", fields)], rules))).toMatchObject({
      secureOnly,
      minimumTls,
    });
  });

  test("what is switched off serves nothing", () => {
    const off = door([frontend("a")], [rule("a", { acceptedProtocols: ["Http"] })], {
      enabledState: "Disabled",
    });
    expect(classic.toTransport(off)).toMatchObject({ secureOnly: true, versions: [] });
    expect(classic.toWebFirewall(off, new Map())).toMatchObject({
      inapplicable: "no frontend leads anywhere",
    });
  });

  test("a frontend without policy beside one with", () => {
    const link = { webApplicationFirewallPolicyLink: { id: "/P" } };
    const raw = {
      name: "p",
      properties: { policySettings: { enabledState: "Enabled", mode: "Prevention" } },
    };
    const known = {
      ok: true,
      operation: "",
      permission: "",
      observedAt: "",
      sha256: "",
      value: raw,
    } as const;
    const both = [frontend("a", link), frontend("b")];
    const read = (rules: readonly object[]) =>
      classic.toWebFirewall(door(both, rules), new Map([["/p", known]]));
    expect(read([rule("a"), rule("b")])).toMatchObject({ policy: "p", unprotected: ["b"] });
    expect(read([rule("a"), rule("b", to("HttpsOnly"))]).unprotected).toBeUndefined();
    expect(read([rule("a"), rule("b", link)]).unprotected).toBeUndefined();
    expect(read([rule("b")])).toMatchObject({ policy: null });
  });
});

describe("from the wire", async () => {
  const POLICIES = "Microsoft.Network/frontDoorWebApplicationFirewallPolicies";
  const policy = (name: string, mode: string) =>
    resource(POLICIES, name, {
      properties: {
        policySettings: { enabledState: "Enabled", mode },
        managedRules: {
          managedRuleSets: [
            {
              ruleSetType: "Microsoft_DefaultRuleSet",
              ruleSetVersion: "2.1",
              ruleSetAction: "Block",
            },
          ],
        },
      },
    });
  const strict = policy("strict", "Prevention");
  const lax = policy("lax", "Detection");
  const profile = (name: string, security: (id: string) => readonly object[]) => {
    const made = resource("Microsoft.Cdn/profiles", name, {
      location: "global",
      sku: { name: "Premium_AzureFrontDoor" },
      properties: {},
    });
    const child = (kind: string, one: string) => `${made.id}/${kind}/${one}`;
    return {
      ...made,
      below: {
        customDomains: ["a", "b"].map((one) => ({
          ...domain(one, TLS12),
          id: child("customdomains", one),
        })),
        afdEndpoints: [{ ...endpoint().raw, id: child("afdendpoints", "web") }],
        "afdEndpoints/web/routes": [
          route({ customDomains: ["a", "b"].map((one) => ({ id: child("customDomains", one) })) }),
        ],
        securityPolicies: security(made.id),
      },
    };
  };
  const attach = (
    id: string,
    policyId: string,
    domains: readonly string[],
    patternsToMatch = ["/*"],
  ) => ({
    properties: {
      parameters: {
        type: "WebApplicationFirewall",
        wafPolicy: { id: policyId.replace("frontDoorWeb", "frontdoorweb") },
        associations: [
          {
            domains: domains.map((one) => ({ id: `${id}/customDomains/${one}` })),
            patternsToMatch,
          },
        ],
      },
    },
  });
  const resources = [
    strict,
    lax,
    profile("guarded", (id) => [attach(id, strict.id, ["a", "b"])]),
    profile("half", (id) => [attach(id, strict.id, ["a"])]),
    profile("paths", (id) => [
      attach(id, strict.id, ["a"]),
      attach(id, strict.id, ["b"], ["/api/*"]),
    ]),
    profile("mixed", (id) => [attach(id, strict.id, ["a"]), attach(id, lax.id, ["b"])]),
    profile("bare", () => []),
    resource("Microsoft.Cdn/profiles", "old", {
      sku: { name: "Standard_Microsoft" },
      properties: {},
      below: {
        endpoints: [
          {
            name: "e",
            properties: { hostName: "e.azureedge.net", isHttpAllowed: true, isHttpsAllowed: true },
          },
        ],
        "endpoints/e/customDomains": [],
      },
    }),
  ];
  const { scan } = await fakeSubscription({ resources });
  const expected = {
    enabled: true,
    attached: true,
    mode: "prevention",
    managedRuleSet: "required",
  };
  const outcome = (webFirewall: unknown) =>
    firewallControl.evaluate({ expect: expected, facets: { webFirewall } } as never).outcome;

  test.each([
    ["guarded", "pass", { policy: "strict", managedRules: ["Microsoft_DefaultRuleSet 2.1"] }],
    ["half", "fail", { policy: "strict", unprotected: ["b.example"] }],
    ["paths", "fail", { policy: "strict", unprotected: ["b.example beyond /api/*"] }],
    ["mixed", "fail", { policy: "strict, lax", mode: "detection", managedRules: [] }],
    ["bare", "fail", { policy: null }],
    ["old", "fail", { policy: null }],
  ])("an unattached policy protects nothing: %s", async (name, wanted, facet) => {
    const found = await scan().gather(frontDoorProbe);
    expect(found.problems).toEqual([]);
    const read = facetOf(found, name, "webFirewall");
    expect(read).toMatchObject(facet);
    expect(outcome(read)).toBe(wanted);
  });

  test("transport of both generations", async () => {
    const found = await scan().gather(frontDoorProbe, ["transport"]);
    expect(facetOf(found, "guarded", "transport")).toMatchObject({
      secureOnly: true,
      minimumTls: "TLSv1.2",
      hostNames: ["a.example", "b.example"],
    });
    expect(facetOf(found, "old", "transport")).toMatchObject({ secureOnly: false });
  });

  const afd = ["guarded", "half", "paths", "mixed", "bare"];
  const both = (names: readonly string[]) =>
    names.flatMap((name) => [`${name} transport`, `${name} webFirewall`]);
  const firewallOf = (names: readonly string[]) => names.map((name) => `${name} webFirewall`);
  test.each([
    ["Microsoft.Cdn/profiles/customDomains/read", both(afd)],
    ["Microsoft.Cdn/profiles/afdEndpoints/read", both(afd)],
    ["Microsoft.Cdn/profiles/afdEndpoints/routes/read", both(afd)],
    ["Microsoft.Cdn/profiles/securityPolicies/read", firewallOf(afd)],
    [`${POLICIES}/read`, firewallOf(["guarded", "half", "paths", "mixed"])],
    ["Microsoft.Cdn/profiles/endpoints/read", both(["old"])],
    ["Microsoft.Cdn/profiles/endpoints/customDomains/read", ["old transport"]],
  ])("%s denied: what needs it is named, the rest is read", async (permission, names) => {
    const denied = await fakeSubscription({ resources, denied: [permission] });
    const found = await denied.scan().gather(frontDoorProbe);
    expect(
      found.problems.map(({ subject, facets, permission: named }) => [
        `${subject?.name} ${facets[0]}`,
        named,
      ]),
    ).toEqual(expect.arrayContaining(names.map((name) => [name, permission])));
    expect(found.problems).toHaveLength(names.length);
    expect(found.observations).toHaveLength(12 - names.length);
  });
});
