import { describe, expect, test } from "vitest";
import apiManagement from "#probes/azure/api-management.ts";
import { toTransport } from "#probes/azure/api-management-facets.ts";
import { facetOf } from "../../support/probe-context.ts";
import { fakeSubscription, resource } from "./azure.ts";

const KIND = "Microsoft.ApiManagement/service";
const flags = (fields: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      `Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Protocols.${name}`,
      value,
    ]),
  );
const OFF = { Tls10: "False", Tls11: "false", Ssl30: "False" };
const api = (...protocols: readonly string[]) => ({ name: "orders", properties: { protocols } });
const AFTER = "2021-06-16T09:40:00.9453556Z";
const BEFORE = "2017-06-16T09:40:00Z";

describe("the gateway", () => {
  test.each([
    ["all switched off", OFF, AFTER, "TLSv1.2", false],
    ["TLS 1.0 on", { ...OFF, Tls10: "True" }, AFTER, "TLSv1.0", false],
    ["TLS 1.1 on", { ...OFF, Tls11: "True" }, AFTER, "TLSv1.1", false],
    ["SSL 3.0 on", { ...OFF, Ssl30: "true" }, AFTER, "SSLv3", false],
    ["nothing set, made since 2018-04", {}, AFTER, "TLSv1.2", true],
    ["nothing set, made before", {}, BEFORE, "SSLv3", true],
    ["nothing set, nobody knows when made", {}, undefined, null, true],
    ["all switched off, made before", OFF, BEFORE, "TLSv1.2", false],
    ["a state that is none", { ...OFF, Tls10: "maybe" }, AFTER, null, false],
  ])("%s", (_, set, createdAtUtc, minimumTls, minimumTlsIsDefault) => {
    const raw = { properties: { customProperties: flags(set), createdAtUtc } };
    expect(toTransport(raw, [api("https")])).toMatchObject({ minimumTls, minimumTlsIsDefault });
  });

  test("one that is known to be on, beside one of which nothing is known", () => {
    const raw = { properties: { customProperties: flags({ Tls11: "True" }) } };
    expect(toTransport(raw, [])).toMatchObject({
      minimumTls: "TLSv1.1",
      unseen: ["whether Ssl30, Tls10 is on is not stated"],
    });
  });

  test.each([
    [[api("https")], true],
    [[api("https", "wss")], true],
    [[api("https"), api("http", "https")], false],
    [[api("ws")], false],
    [[api("https"), api()], null],
    [[{ properties: {} }, api("http")], false],
    [[api("soap")], null],
    [[], true],
  ])("interfaces %j: HTTPS only %s", (apis, secureOnly) => {
    const gatewayUrl = "https://Shop.azure-api.net";
    const hostnameConfigurations = [
      { type: "Proxy", hostName: "api.shop.example" },
      { type: "DeveloperPortal", hostName: "dev.shop.example" },
    ];
    const raw = {
      properties: { customProperties: flags(OFF), gatewayUrl, hostnameConfigurations },
    };
    const facet = toTransport(raw, apis);
    expect(facet.secureOnly).toBe(secureOnly);
    expect(facet.hostNames).toEqual(
      secureOnly === false ? undefined : ["api.shop.example", "Shop.azure-api.net"],
    );
  });
});

describe("from the wire", async () => {
  const properties = { customProperties: flags(OFF), createdAtUtc: AFTER };
  const premium = resource(KIND, "premium", {
    sku: { name: "Premium", capacity: 1 },
    properties,
    below: {
      apis: [api("https")],
      workspaces: [{ name: "team" }],
      "workspaces/team/apis": [api("http")],
    },
  });
  const basic = resource(KIND, "basic", {
    sku: { name: "Basic" },
    properties,
    below: { apis: [api("https")] },
  });
  const { scan } = await fakeSubscription({ resources: [premium, basic] });

  test("interfaces of workspaces count too", async () => {
    const found = await scan().gather(apiManagement);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, "premium", "transport")).toMatchObject({ secureOnly: false });
    expect(facetOf(found, "basic", "transport")).toMatchObject({
      secureOnly: true,
      minimumTls: "TLSv1.2",
    });
  });

  test.each([
    ["/apis/read", ["premium", "basic"]],
    ["/workspaces/read", ["premium"]],
    ["/workspaces/apis/read", ["premium"]],
    ["/read", ["premium", "basic"]],
  ])("%s denied", async (part, names) => {
    const permission = `${KIND}${part}`;
    const denied = await fakeSubscription({ resources: [premium, basic], denied: [permission] });
    const found = await denied.scan().gather(apiManagement);
    expect(found.problems.map((problem) => [problem.subject?.name, problem.permission])).toEqual(
      names.map((name) => [name, permission]),
    );
  });
});
