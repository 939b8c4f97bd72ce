import { describe, expect, test } from "vitest";
import probe from "#probes/aws/acm.ts";
import { facetOf } from "../../support/probe-context.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const arn = (id: string, region = "eu-west-3") =>
  `arn:aws:acm:${region}:${ACCOUNT}:certificate/${id}`;

describe("certificates of ACM", async () => {
  const inputs: Readonly<Record<string, unknown>>[] = [];
  const aws = await fakeAws({
    regions: ["eu-west-3", "us-east-1"],
    answers: {
      "acm:ListCertificates": ({ input, region }) => {
        inputs.push(input);
        if (region === "us-east-1") {
          return { CertificateSummaryList: [{ CertificateArn: arn("3", region) }] };
        }
        return input["NextToken"] === "2"
          ? { CertificateSummaryList: [{ CertificateArn: arn("2"), DomainName: "b.example.com" }] }
          : {
              CertificateSummaryList: [{ CertificateArn: arn("1"), DomainName: "a.example.com" }],
              NextToken: "2",
            };
      },
    },
  });

  test("all pages of all regions, whatever their keys are", async () => {
    const found = await aws.scan().gather(probe);
    expect(found.problems).toEqual([]);
    const inventory = facetOf(found, "aws", "inventory");
    expect(inventory).toMatchObject({ kinds: ["AWS::ACM::Certificate"], complete: true });
    expect(inventory?.items.map(({ name }) => name)).toEqual([
      "a.example.com",
      "b.example.com",
      arn("3", "us-east-1"),
    ]);
    for (const input of inputs) {
      expect(input["Includes"]).toMatchObject({
        keyTypes: expect.arrayContaining(["RSA_4096", "EC_secp384r1", "EC_prime256v1"]),
      });
    }
  });

  test("without the permission", async () => {
    aws.setFaults({ operation: "ListCertificates", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(found.observations).toEqual([]);
    expect(found.problems).toMatchObject([{ permission: "acm:ListCertificates" }]);
  });

  test("a certificate without ARN is no answer", async () => {
    const odd = await fakeAws({
      answers: { "acm:ListCertificates": { CertificateSummaryList: [{}] } },
    });
    const found = await odd.scan().gather(probe);
    expect(found.observations).toEqual([]);
    expect(found.problems).toMatchObject([{ reason: "malformed" }]);
  });
});
