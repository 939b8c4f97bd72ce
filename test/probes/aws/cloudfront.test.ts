import { describe, expect, test } from "vitest";
import {
  distribution,
  distributionArn,
  distributionPage,
} from "#fixtures/estate/aws/cloudfront.ts";
import probe from "#probes/aws/cloudfront.ts";
import { facetOf } from "../../support/probe-context.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const arn = (id: string) => distributionArn(ACCOUNT, id);
const acl = `arn:aws:wafv2:us-east-1:${ACCOUNT}:global/webacl/edge/1`;
const behaviour = (ViewerProtocolPolicy: string, PathPattern?: string) => ({
  TargetOriginId: "origin",
  ViewerProtocolPolicy,
  ...(PathPattern === undefined ? {} : { PathPattern }),
});
const one = (id: string, fields: object = {}) => distribution(ACCOUNT, id, fields);
const WEB_ACL = {
  WebACL: {
    Name: "edge",
    Id: "1",
    DefaultAction: { Allow: {} },
    Rules: [
      {
        Name: "common",
        Priority: 0,
        OverrideAction: { None: {} },
        Statement: { ManagedRuleGroupStatement: { VendorName: "AWS", Name: "Common" } },
      },
    ],
  },
};

describe("CloudFront distributions", async () => {
  const asked: unknown[] = [];
  const aws = await fakeAws({
    regions: ["eu-west-3"],
    answers: {
      "cloudfront:ListDistributions": ({ input }) =>
        input["Marker"] === "2"
          ? distributionPage([
              one("E3", { WebACLId: "a1b2c3d4-classic" }),
              one("E4", { Enabled: false }),
            ])
          : distributionPage(
              [
                one("E1", { WebACLId: acl }),
                one("E2", {
                  Aliases: { Quantity: 0 },
                  ViewerCertificate: {
                    CloudFrontDefaultCertificate: true,
                    MinimumProtocolVersion: "TLSv1.2_2021",
                  },
                  CacheBehaviors: {
                    Quantity: 2,
                    Items: [behaviour("allow-all", "/img/*"), behaviour("https-only", "/api/*")],
                  },
                }),
              ],
              "2",
            ),
      "wafv2:GetWebACL": ({ input, region }) => {
        asked.push({ ...input, region });
        return WEB_ACL;
      },
      "tagging:GetResources": ({ region }) => ({
        ResourceTagMappingList:
          region === "us-east-1"
            ? [{ ResourceARN: arn("E1"), Tags: [{ Key: "env", Value: "production" }] }]
            : [],
      }),
    },
  });
  const listing = (...all: readonly object[]) =>
    fakeAws({ answers: { "cloudfront:ListDistributions": distributionPage(all) } });
  const scan = () => aws.scan().gather(probe);

  test("all pages, without those that are switched off, in no region", async () => {
    const inventory = facetOf(await scan(), "aws", "inventory");
    expect(inventory).toMatchObject({ kinds: ["AWS::CloudFront::Distribution"], complete: true });
    expect(inventory?.items.map(({ id, region, tags }) => [id, region, tags])).toEqual([
      [arn("E1"), null, { env: "production" }],
      [arn("E2"), null, {}],
      [arn("E3"), null, {}],
    ]);
  });

  test("the versions of a policy, under every name", async () => {
    expect(facetOf(await scan(), "E1", "transport")).toEqual({
      secureOnly: true,
      minimumTls: "TLSv1.2",
      versions: ["TLSv1.2", "TLSv1.3"],
      hostNames: ["www.example.com", "e1.cloudfront.net"],
      minimumTlsIsDefault: false,
      platformFloor: null,
      detail: "security policy TLSv1.2_2021; all behaviours keep to HTTPS",
    });
  });

  test("CloudFront's own certificate means TLSv1, whatever is set, and one open behaviour is enough", async () => {
    expect(facetOf(await scan(), "E2", "transport")).toMatchObject({
      secureOnly: false,
      minimumTls: "TLSv1.0",
      minimumTlsIsDefault: true,
      hostNames: ["e2.cloudfront.net"],
      detail:
        "security policy TLSv1, as always with CloudFront's own certificate; allow-all for /img/*",
    });
  });

  test("the web ACL is asked for where those of CloudFront are", async () => {
    asked.length = 0;
    expect(facetOf(await scan(), "E1", "webFirewall")).toMatchObject({
      policy: "edge",
      mode: "prevention",
      managedRules: ["Common"],
    });
    expect(asked).toEqual([{ Name: "edge", Id: "1", Scope: "CLOUDFRONT", region: "us-east-1" }]);
  });

  test("none, and a classic one that nobody can read", async () => {
    const found = await scan();
    expect(facetOf(found, "E2", "webFirewall")).toMatchObject({ policy: null });
    expect(found.problems).toMatchObject([
      {
        subject: { name: "E3" },
        facets: ["webFirewall"],
        reason: "unsupported",
        message: "the web ACL a1b2c3d4-classic is one of WAF Classic, whose rules are not read",
      },
    ]);
  });

  test.each([
    ["ListDistributions", "cloudfront:ListDistributions", false],
    ["GetWebACL", "wafv2:GetWebACL", true],
    ["GetResources", "tag:GetResources", true],
  ])("without %s", async (operation, permission, reads) => {
    aws.setFaults({ operation, fault: { kind: "denied" } });
    const found = await scan();
    expect(found.problems.filter(({ reason }) => reason === "denied")).toMatchObject([
      { permission },
    ]);
    expect(facetOf(found, "E1", "transport") !== undefined).toBe(reads);
    expect(facetOf(found, "aws", "inventory")?.complete ?? false).toBe(reads);
  });

  test.each([
    ["SSLv3", "SSLv3"],
    ["TLSv1", "TLSv1.0"],
    ["TLSv1_2016", "TLSv1.0"],
    ["TLSv1.1_2016", "TLSv1.1"],
    ["TLSv1.2_2018", "TLSv1.2"],
    ["TLSv1.2_2019", "TLSv1.2"],
    ["TLSv1.2_2025", "TLSv1.2"],
    ["TLSv1.3_2025", "TLSv1.3"],
  ])("%s begins at %s", async (MinimumProtocolVersion, minimum) => {
    const odd = await listing(one("E1", { ViewerCertificate: { MinimumProtocolVersion } }));
    const found = await odd.scan().gather(probe, ["transport"]);
    expect(facetOf(found, "E1", "transport")?.minimumTls).toBe(minimum);
    expect(facetOf(found, "E1", "transport")?.versions?.at(-1)).toBe("TLSv1.3");
  });

  test.each([
    [
      "a policy that is not known",
      { ViewerCertificate: { MinimumProtocolVersion: "TLSv1.4_2030" } },
    ],
    ["no certificate", { ViewerCertificate: undefined }],
    ["no policy", { ViewerCertificate: { IAMCertificateId: "1" } }],
    ["a behaviour that is not known", { DefaultCacheBehavior: behaviour("sometimes") }],
    ["no behaviour", { DefaultCacheBehavior: undefined }],
  ])("%s is malformed", async (_, fields) => {
    const odd = await listing(one("E1", fields));
    const found = await odd.scan().gather(probe, ["transport"]);
    expect(found.problems).toMatchObject([{ facets: ["transport"], reason: "malformed" }]);
  });

  test("a distribution that does not say whether it is switched on", async () => {
    const odd = await listing(one("E1", { Enabled: undefined }));
    const found = await odd.scan().gather(probe);
    expect(facetOf(found, "aws", "inventory")).toBeUndefined();
    expect(found.problems).toMatchObject([{ reason: "malformed" }]);
  });
});
