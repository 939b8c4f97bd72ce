/** Microsoft's own example answers of web and edge services, against facts that a person read off each file. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as apiManagement from "#probes/azure/api-management-facets.ts";
import * as appService from "#probes/azure/app-service-facets.ts";
import * as gateway from "#probes/azure/application-gateway-facets.ts";
import { toPolicy } from "#probes/azure/firewall-policy-facets.ts";
import * as frontDoor from "#probes/azure/front-door-facets.ts";
import { toDdosProtection } from "#probes/azure/public-addresses.ts";
import { has, sharedFolder } from "../../support/requirements.ts";
import { fields, type Fields } from "#probes/common/json.ts";

function entries(file: string): readonly Fields[] {
  const path = join(sharedFolder, "payloads/azure", `${file}.json`);
  const example: unknown = JSON.parse(readFileSync(path, "utf8"));
  const { body } = fields(fields(fields(example)["responses"])["200"]);
  const { value } = fields(body);
  return Array.isArray(value) ? value.map(fields) : [fields(body)];
}

function entry(file: string, name?: string): Fields {
  const found = entries(file).find((one) => name === undefined || one["name"] === name);
  if (found === undefined) throw new Error(`${file} has no ${name}`);
  return found;
}

const EVERY = ["0.0.0.0/0", "::/0"];
const FTP = "FTP, for which no access restriction is documented";

describe.skipIf(!has("shared"))("App Service", () => {
  /** HTTP and clear-text FTP are served; TLS 1.2 at both sites. */
  const EXAMPLE = { secureOnly: false, minimumTls: "TLSv1.2", minimumTlsIsDefault: false };
  test.each([
    ["GetWebApp", "sitef6141", "GetSiteConfig", EXAMPLE, ["sitef6141.azurewebsites.net"]],
    [
      "ListWebApps",
      "sitef6141",
      "ListWebAppConfigurations",
      EXAMPLE,
      ["sitef6141.azurewebsites.net"],
    ],
    ["ListWebApps", "sitef7252", "GetSiteConfig", EXAMPLE, ["sitef7252.azurewebsites.net"]],
    // Without a configuration of its own beside it, the list of an environment's apps has no minimum.
    [
      "AppServiceEnvironments_ListWebApps",
      "test-site",
      null,
      { secureOnly: false, minimumTls: null },
      undefined,
    ],
  ])("%s: %s with %s: transport", (file, name, config, expected, hostNames) => {
    const site = entry(`Microsoft.Web/${file}`, name);
    const web =
      config === null
        ? { properties: fields(site["properties"])["siteConfig"] }
        : entry(`Microsoft.Web/${config}`);
    const facet = appService.toTransport(site, web);
    expect(facet).toMatchObject(expected);
    expect(facet.hostNames).toEqual(hostNames);
  });

  test.each([
    ["GetWebApp", "sitef6141", 0, true],
    ["GetWebApp", "sitef6141", null, null],
    ["GetWebApp", "sitef6141", 2, false],
    ["AppServiceEnvironments_ListWebApps", "test-site", 0, null],
  ])("%s: %s with %s private endpoints: no rule is set", (file, name, endpoints, reachable) => {
    const facet = appService.toIngress(
      entry(`Microsoft.Web/${file}`, name),
      entry("Microsoft.Web/GetSiteConfig"),
      endpoints,
    );
    expect(facet.reachable).toBe(reachable);
    expect(
      facet.allowed.map(({ ports, ranges, unresolved = [] }) => [
        ports?.[0],
        ...ranges,
        ...unresolved,
      ]),
    ).toEqual(
      reachable === false
        ? []
        : [
            [80, ...EVERY],
            [443, ...EVERY],
            [443, ...EVERY],
            [21, FTP],
            [990, FTP],
          ],
    );
  });

  test.each([
    ["GetAppServicePlan", ["testsf6141"]],
    ["ListAppServicePlans", ["testsf6141", "testsf7252"]],
  ])("%s: nothing is said of zones", (file, names) => {
    const plans = entries(`Microsoft.Web/${file}`);
    expect(plans.map(({ name }) => name)).toEqual(names);
    for (const plan of plans) {
      expect(appService.toRedundancy(plan)).toEqual({
        zones: null,
        zoneRedundant: null,
        geoRedundant: false,
        setting: "P1, zoneRedundant is not stated, capacity 1",
      });
    }
  });

  test("an app's backup calls itself an app, and tells nothing of one", () => {
    const backup = entry("Microsoft.Web/ListWebAppBackups");
    expect(backup["type"]).toBe("Microsoft.Web/sites");
    const facet = appService.toTransport(backup, backup);
    expect(facet).toMatchObject({ secureOnly: null, minimumTls: null });
    expect(JSON.stringify(facet)).not.toContain("AccountKey");
  });
});

describe.skipIf(!has("shared"))("Front Door", () => {
  const domains = () => entries("Microsoft.Cdn/AFDCustomDomains_ListByProfile");
  const routes = () => entries("Microsoft.Cdn/Routes_ListByEndpoint");
  const endpoint = (id: string) => ({
    raw: {
      id: `${id}/afdEndpoints/endpoint1`,
      properties: { hostName: "endpoint1-x.z01.azurefd.net", enabledState: "Enabled" },
    },
    routes: routes(),
  });

  test("a route of domain1, whose id is spelled in two ways", () => {
    const profile =
      "/subscriptions/subid/resourcegroups/RG/providers/Microsoft.Cdn/profiles/profile1";
    const facet = frontDoor.toTransport({ domains: domains(), endpoints: [endpoint(profile)] });
    expect(facet).toMatchObject({
      secureOnly: true,
      minimumTls: "TLSv1.2",
      hostNames: ["endpoint1-x.z01.azurefd.net", "www.contoso.com"],
    });
    // The example's security policy is of two other domains: it protects neither of these.
    const security = entries("Microsoft.Cdn/SecurityPolicies_ListByProfile");
    expect(frontDoor.policyIds(security)).toEqual([
      "/subscriptions/subid/resourcegroups/RG/providers/Microsoft.Network/frontdoorwebapplicationfirewallpolicies/wafTest",
    ]);
    const firewall = frontDoor.toWebFirewall(
      { domains: domains(), endpoints: [endpoint(profile)] },
      security,
      new Map(),
    );
    expect(firewall).toMatchObject({ policy: null });
    expect(firewall.inapplicable).toBeUndefined();
  });

  test("both profiles are of Front Door's generation", () => {
    const skus = entries("Microsoft.Cdn/Profiles_List").map(({ name, sku }) => [
      name,
      fields(sku)["name"],
    ]);
    expect(skus).toEqual([
      ["profile1", "Premium_AzureFrontDoor"],
      ["profile2", "Premium_AzureFrontDoor"],
    ]);
  });
});

describe.skipIf(!has("shared"))("firewall policies", () => {
  const DRS = "DefaultRuleSet 1.0";
  const prevents = { name: "Policy1", enabled: true, mode: "prevention" };
  test.each([
    [
      "FrontDoor_WafPolicyGet",
      { ...prevents, managedRules: [DRS], countingRules: [`${DRS}: 942110`] },
    ],
    [
      "FrontDoor_WafListPoliciesUnderSubscription",
      { ...prevents, managedRules: [DRS], countingRules: [`${DRS}: 942110`] },
    ],
    [
      "AppGw_WafPolicyGet",
      {
        ...prevents,
        managedRules: [
          "OWASP 3.2",
          "Microsoft_BotManagerRuleSet 1.0",
          "Microsoft_HTTPDDoSRuleSet 1.0",
        ],
        countingRules: [
          "OWASP 3.2: 942130",
          "OWASP 3.2: 942110",
          "OWASP 3.2: 942140",
          "OWASP 3.2: 920100",
          "OWASP 3.2: 920120",
        ],
      },
    ],
    [
      "AppGw_WafListPolicies",
      { ...prevents, mode: "detection", managedRules: [], countingRules: ["OWASP 3.2"] },
    ],
    ["AppGw_WafListAllPolicies", { ...prevents, managedRules: ["OWASP 3.2"], countingRules: [] }],
  ])("%s", (file, expected) => {
    expect(entries(`Microsoft.Network/${file}`).map(toPolicy)).toEqual([expected]);
  });
});

describe.skipIf(!has("shared"))("the edge of a network", () => {
  test.each(["ApplicationGatewayGet", "ApplicationGatewayListAll"])("%s", (file) => {
    const [one, ...others] = entries(`Microsoft.Network/${file}`);
    expect(others).toEqual([]);
    // The listener of HTTPS has a profile of its own, TLS 1.1 and no suite of TLS 1.3; the other is HTTP.
    expect(gateway.toTransport(one ?? {})).toMatchObject({
      secureOnly: false,
      versions: ["TLSv1.1", "TLSv1.2"],
      minimumTlsIsDefault: false,
    });
    // Standard_Medium: the first generation, without zones and without firewall.
    expect(gateway.toRedundancy(one ?? {})).toMatchObject({ zones: null, zoneRedundant: false });
    expect(gateway.toWebFirewall(one ?? {}, new Map())).toMatchObject({
      policy: null,
      enabled: null,
    });
  });

  test("PublicIpAddressListAll: all inherit from their networks", () => {
    const addresses = entries("Microsoft.Network/PublicIpAddressListAll");
    expect(addresses.map(({ name }) => name)).toEqual(["testDNS-ip", "ip01", "ip02"]);
    for (const address of addresses) {
      expect(toDdosProtection(address, [true]).advanced).toBe(true);
      expect(toDdosProtection(address, [false]).advanced).toBe(false);
    }
  });

  test("ApiManagementServiceGetService: all that is old is off", () => {
    const service = entry("Microsoft.ApiManagement/ApiManagementServiceGetService");
    expect(apiManagement.toTransport(service, [])).toMatchObject({
      minimumTls: "TLSv1.2",
      minimumTlsIsDefault: false,
      hostNames: ["ogf-z3-06162021-premium.azure-api.net", "gateway.current.int-azure-api.net"],
    });
    expect(apiManagement.hasWorkspaces(service)).toBe(true);
  });
});
