import { made, type Place } from "#fixtures/estate/azure/kept/place.ts";
import {
  apiManagement,
  app,
  classicDoor,
  containerApp,
  containerEnvironment,
  DOOR_POLICY,
  firewallPolicy,
  frontDoor,
  gateway,
  GATEWAY_POLICY,
  OFFICE,
  plan,
  slot,
  webConfig,
} from "#fixtures/estate/azure/kept/web.ts";
import { many, passes, seeded, type AzureSeed } from "./seed.ts";

const APP = passes(
  "https-only",
  "tls-protocol-versions",
  "access-restriction",
  "internet-exposure",
);
const EDGE = passes("https-only", "tls-protocol-versions", "web-application-firewall");
const GATEWAY = { ...EDGE, ...passes("zone-redundancy") };

/** Apps, gateways and Front Door. */
export function edge(place: Place): readonly AzureSeed[] {
  return [...apps(place), ...gateways(place), ...doors(place)];
}

function apps(place: Place): readonly AzureSeed[] {
  const config = (properties: Readonly<Record<string, unknown>>) => ({
    below: webConfig(properties),
  });
  const office = { name: "office", ipAddress: OFFICE, action: "Allow", priority: 200 };
  const everyone = { name: "all", ipAddress: "Any", action: "Allow", priority: 300 };
  const nobody = { name: "none", ipAddress: "Any", action: "Deny", priority: 250 };
  return [
    ...many(6, (name) => seeded(app(place, name), APP), "app-good"),
    seeded(slot(place, "app-good1/stage"), APP),
    seeded(
      slot(place, "app-good1/forgotten", config({ minTlsVersion: "1.0" })),
      { ...APP, "tls-protocol-versions": "fail" },
      { violates: "a slot that accepts TLS 1.0", trap: "the app itself does not" },
    ),
    seeded(
      app(place, "app-clear", { properties: { httpsOnly: false } }),
      { ...APP, "https-only": "fail" },
      { violates: "an app that serves clear text" },
    ),
    seeded(
      app(place, "app-ftp", config({ ftpsState: "AllAllowed" })),
      { ...APP, "https-only": "fail", "access-restriction": "unknown" },
      { violates: "an app with FTP in clear text" },
    ),
    seeded(
      app(place, "app-old", config({ minTlsVersion: "1.1" })),
      { ...APP, "tls-protocol-versions": "fail" },
      { violates: "an app that accepts TLS 1.1" },
    ),
    seeded(
      app(place, "app-scm", config({ scmMinTlsVersion: "1.0" })),
      { ...APP, "tls-protocol-versions": "fail" },
      { trap: "a management site with a minimum of its own" },
    ),
    seeded(
      app(place, "app-open", config({ ipSecurityRestrictions: [office, everyone] })),
      { ...APP, "access-restriction": "fail" },
      { violates: "an app that everyone may reach" },
    ),
    seeded(
      app(place, "app-denied", config({ ipSecurityRestrictions: [everyone, nobody, office] })),
      APP,
      { trap: "a denial of all before a rule that lets everyone in" },
    ),
    seeded(
      app(
        place,
        "app-stranger",
        config({
          ipSecurityRestrictions: [{ ...office, ipAddress: "203.0.113.0/24" }],
        }),
      ),
      { ...APP, "access-restriction": "fail" },
      { violates: "an app that a stranger's addresses may reach" },
    ),
    ...many(2, (name) => seeded(plan(place, name), passes("zone-redundancy")), "plan-good"),
    seeded(
      plan(place, "plan-lone", { properties: { zoneRedundant: false } }),
      { "zone-redundancy": "fail" },
      { violates: "a plan in one zone" },
    ),
    seeded(
      plan(place, "plan-single", { sku: { name: "P1v3", capacity: 1 } }),
      { "zone-redundancy": "fail" },
      { trap: "one machine that is said to be in several zones" },
    ),
    seeded(containerEnvironment(place), {}),
    seeded(containerApp(place, "container-good"), APP),
    seeded(
      containerApp(place, "container-clear", { allowInsecure: true }),
      { ...APP, "https-only": "fail" },
      { violates: "a container app that serves clear text" },
    ),
    seeded(apiManagement(place, "apim-good"), passes("https-only", "tls-protocol-versions")),
    seeded(
      apiManagement(place, "apim-clear", ["http", "https"]),
      { "https-only": "fail", "tls-protocol-versions": "pass" },
      { violates: "an interface that is offered in clear text" },
    ),
  ];
}

function gateways(place: Place): readonly AzureSeed[] {
  const waf = (name: string, settings = {}) =>
    seeded(firewallPolicy(place, GATEWAY_POLICY, name, settings), {});
  return [
    waf("waf-good"),
    waf("waf-watching", { mode: "Detection" }),
    waf("waf-off", { state: "Disabled" }),
    { ...waf("waf-loose"), trap: "a firewall policy that is attached to nothing" },
    ...many(2, (name) => seeded(gateway(place, name, "waf-good"), GATEWAY), "gw-good"),
    seeded(
      gateway(place, "gw-watching", "waf-watching"),
      { ...GATEWAY, "web-application-firewall": "fail" },
      { violates: "a firewall that only watches" },
    ),
    seeded(
      gateway(place, "gw-off", "waf-off"),
      { ...GATEWAY, "web-application-firewall": "fail" },
      { violates: "a firewall that is switched off" },
    ),
    seeded(
      gateway(place, "gw-bare", "waf-good", { properties: { firewallPolicy: undefined } }),
      { ...GATEWAY, "web-application-firewall": "fail" },
      { violates: "a gateway without a firewall" },
    ),
    seeded(
      gateway(place, "gw-old", "waf-good", {
        properties: {
          sslPolicy: { policyType: "Predefined", policyName: "AppGwSslPolicy20150501" },
        },
      }),
      { ...GATEWAY, "tls-protocol-versions": "fail" },
      { violates: "a gateway that accepts TLS 1.0" },
    ),
    seeded(
      gateway(place, "gw-null", "waf-good", {
        properties: { sslPolicy: null, defaultPredefinedSslPolicy: "AppGwSslPolicy20150501" },
      }),
      { ...GATEWAY, "tls-protocol-versions": "fail" },
      { trap: "a TLS policy that is null, where the default of the gateway is old" },
    ),
    seeded(
      gateway(place, "gw-unsaid", "waf-good", { properties: { sslPolicy: null } }),
      { ...GATEWAY, "tls-protocol-versions": "unknown" },
      { trap: "a TLS policy that is null, and no default is told" },
    ),
    seeded(
      gateway(place, "gw-lone", "waf-good", { zones: ["2"] }),
      { ...GATEWAY, "zone-redundancy": "fail" },
      { violates: "a gateway in one zone" },
    ),
  ];
}

function doors(place: Place): readonly AzureSeed[] {
  const door = (name: string, settings = {}) =>
    frontDoor(place, name, { policy: "doorgood", ...settings });
  return [
    seeded(firewallPolicy(place, DOOR_POLICY, "doorgood"), {}),
    seeded(firewallPolicy(place, DOOR_POLICY, "doorwatching", { mode: "Detection" }), {}),
    seeded(door("door-good"), EDGE),
    seeded(
      door("door-old", { tls: { minimumTlsVersion: "TLS10" } }),
      { ...EDGE, "tls-protocol-versions": "fail" },
      { violates: "a domain that is set to accept TLS 1.0" },
    ),
    seeded(
      door("door-suites", {
        tls: { minimumTlsVersion: "TLS12", cipherSuiteSetType: "TLS12_2023" },
      }),
      EDGE,
    ),
    seeded(
      door("door-clear", { route: { httpsRedirect: "Disabled" } }),
      { ...EDGE, "https-only": "fail" },
      { violates: "a route that serves clear text" },
    ),
    seeded(
      door("door-part", { association: { patternsToMatch: ["/api/*"] } }),
      { ...EDGE, "web-application-firewall": "fail" },
      {
        violates: "a domain that is protected in part",
        trap: "a firewall that is attached for some paths only",
      },
    ),
    seeded(
      door("door-watching", { policy: "doorwatching" }),
      { ...EDGE, "web-application-firewall": "fail" },
      { violates: "a Front Door whose firewall only watches" },
    ),
    seeded(
      door("door-off", { route: { enabledState: "Disabled" }, association: { domains: [] } }),
      { "web-application-firewall": "not-applicable" },
      { trap: "a route that is switched off" },
    ),
    seeded(classicDoor(place, "classic-good", "doorgood"), EDGE),
    seeded(
      classicDoor(place, "classic-clear", "doorgood", {
        rule: { acceptedProtocols: ["Http", "Https"] },
      }),
      { ...EDGE, "https-only": "fail" },
      { violates: "a classic Front Door that serves clear text" },
    ),
    seeded(
      made(place, "Microsoft.Network/dnszones", "example.com", { location: "global" }),
      {},
      { trap: "a location that is global" },
    ),
  ];
}
