/** The promises that Azure's web and edge services answer, judged as the published policy makes them. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { controls } from "#controls/index.ts";
import { evaluate } from "#evaluate/evaluate.ts";
import type { ArmResource } from "#fixtures/estate/azure/estate.ts";
import { expectationOf } from "#model/expectation.ts";
import { policySchema } from "#model/policy.ts";
import appService from "#probes/azure/app-service.ts";
import gateways from "#probes/azure/application-gateway.ts";
import frontDoor from "#probes/azure/front-door.ts";
import resourcesOfAllKinds from "#probes/azure/resources.ts";
import { estate, evidence, policy } from "../../support/evidence.ts";
import { fakeSubscription, resource } from "./azure.ts";
import { FIRST, TENANT } from "./fake.ts";

const NOW = new Date("2026-06-01T12:00:00Z");

interface Settings {
  readonly httpsOnly: boolean;
  readonly minTlsVersion: string;
  readonly source: string;
  readonly zoneRedundant: boolean;
  readonly mode: string;
  readonly attached: boolean;
  readonly sslPolicy: string | null;
}
const KEPT: Settings = {
  httpsOnly: true,
  minTlsVersion: "1.2",
  source: "192.0.2.0/24",
  zoneRedundant: true,
  mode: "Prevention",
  attached: true,
  sslPolicy: "AppGwSslPolicy20220101S",
};

function held(fields: Partial<Settings>): readonly ArmResource[] {
  const set = { ...KEPT, ...fields };
  const waf = resource(
    "Microsoft.Network/applicationGatewayWebApplicationFirewallPolicies",
    "waf",
    {
      properties: {
        policySettings: { state: "Enabled", mode: set.mode },
        managedRules: { managedRuleSets: [{ ruleSetType: "OWASP", ruleSetVersion: "3.2" }] },
      },
    },
  );
  return [
    waf,
    resource("Microsoft.Web/sites", "shop", {
      properties: { httpsOnly: set.httpsOnly, publicNetworkAccess: "Enabled" },
      below: {
        "config/web": {
          properties: {
            minTlsVersion: set.minTlsVersion,
            scmMinTlsVersion: "1.2",
            ftpsState: "Disabled",
            scmIpSecurityRestrictionsUseMain: true,
            ipSecurityRestrictions: [{ ipAddress: set.source, action: "Allow", priority: 100 }],
          },
        },
      },
    }),
    resource("Microsoft.Web/serverfarms", "plan", {
      sku: { name: "P1v3", capacity: 3 },
      properties: { zoneRedundant: set.zoneRedundant },
    }),
    resource("Microsoft.Network/applicationGateways", "edge", {
      zones: ["1", "2"],
      properties: {
        sku: { tier: "WAF_v2" },
        sslPolicy:
          set.sslPolicy === null ? null : { policyType: "Predefined", policyName: set.sslPolicy },
        ...(set.attached ? { firewallPolicy: { id: waf.id } } : {}),
        frontendIPConfigurations: [{ id: "/f", properties: { publicIPAddress: { id: "/ip" } } }],
        httpListeners: [
          {
            id: "/l",
            name: "web",
            properties: { protocol: "Https", frontendIPConfiguration: { id: "/f" } },
          },
        ],
        requestRoutingRules: [{ properties: { httpListener: { id: "/l" } } }],
      },
    }),
  ];
}

/** The verdict by the checks of a claim that are about Azure. */
async function judged(claim: string, fields: Partial<Settings>, denied: readonly string[] = []) {
  const file = fileURLToPath(new URL("../../../config/policies/pingflow.yaml", import.meta.url));
  const published = policySchema.parse(parse(readFileSync(file, "utf8")));
  const checks = (published.claims.find(({ id }) => id === claim)?.checks ?? []).filter(
    ({ scope }) => scope?.providers?.includes("azure") === true,
  );
  const { scan } = await fakeSubscription({ resources: held(fields), denied });
  const run = scan();
  const found = await Promise.all(
    [resourcesOfAllKinds, appService, gateways, frontDoor].map((probe) => run.gather(probe)),
  );
  const all = found.flatMap(({ observations }) => observations);
  const id = all[0]?.subject.target ?? "";
  const report = evaluate({
    policies: [
      policy([
        {
          checks: checks.map((check) => {
            const control = controls.get(check.control ?? "");
            if (control === undefined) throw new Error(`${claim} has a check that is pending`);
            return { ...check, expect: expectationOf(control).parse(check.expect) };
          }),
        },
      ]),
    ],
    estate: estate({
      targets: [
        {
          id,
          provider: "azure",
          tenant: TENANT,
          subscriptions: [FIRST],
          labels: ["production", "restricted"],
        },
      ],
      ranges: [{ name: "office", ranges: ["192.0.2.0/24"] }],
    }),
    attestations: [],
    waivers: [],
    evidence: {
      ...evidence(
        all,
        found.flatMap(({ problems }) => problems),
      ),
      finishedAt: NOW.toISOString(),
    },
    controls,
    readable: () => true,
    now: NOW,
    tool: { name: "probity", version: "test" },
    full: true,
  });
  return report.claims[0]?.verdict;
}

const CONFIG = "Microsoft.Web/sites/config/read";
const WAF = "Microsoft.Network/applicationGatewayWebApplicationFirewallPolicies/read";

describe.each([
  [
    "pf-transit-tls",
    [{ minTlsVersion: "1.0" }, { sslPolicy: "AppGwSslPolicy20150501" }],
    [{ sslPolicy: null }],
    CONFIG,
  ],
  ["pf-transit-https-only", [{ httpsOnly: false }], [], CONFIG],
  ["pf-waf", [{ attached: false }, { mode: "Detection" }], [{ mode: "Learn" }], WAF],
  [
    "pf-ip-restriction",
    [{ source: "Any" }, { source: "198.51.100.0/24" }],
    [{ source: "the office" }],
    CONFIG,
  ],
  ["pf-redundancy", [{ zoneRedundant: false }], [], "Microsoft.Web/serverfarms/read"],
] as const)("%s", (claim, broken, unclear, permission) => {
  test("is upheld as it is kept", async () => {
    expect(await judged(claim, {})).toBe("upheld");
  });

  test("is violated by what breaks it", async () => {
    for (const fields of broken) expect(await judged(claim, fields)).toBe("violated");
  });

  test("is unverified where it cannot be told, or may not be read", async () => {
    for (const fields of unclear) expect(await judged(claim, fields)).toBe("unverified");
    expect(await judged(claim, {}, [permission])).toBe("unverified");
  });
});
