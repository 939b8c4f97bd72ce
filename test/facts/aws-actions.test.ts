import { describe, expect, it } from "vitest";
import { readsOnly, SAMPLE_CHANGES } from "#facts/aws-actions.ts";

describe("what an action of AWS does, by its name", () => {
  it.each([
    "s3:GetObject",
    "s3:Get*",
    "s3:getobject",
    "ec2:Describe*",
    "ec2:describeInstances",
    "apigateway:GET",
    "dynamodb:BatchGetItem",
    "dynamodb:Query",
    "logs:FilterLogEvents",
    "cloudtrail:LookupEvents",
    "sns:CheckIfPhoneNumberIsOptedOut",
    "iam:GenerateCredentialReport",
    "iam:Simulate*",
    "lightsail:IsVpcPeered",
    "sqs:Receive*",
    "kms:Decrypt",
  ])("%s reads", (action) => {
    expect(readsOnly(action)).toBe(true);
  });

  it.each([
    "*",
    "s3:*",
    "s3:G*",
    "s3:*Object",
    "dynamodb:Batch*",
    "dynamodb:BatchWriteItem",
    "acm-pca:IssueCertificate",
    "license-manager:CheckoutLicense",
    "license-manager:Check*",
    "redshift:GetClusterCredentials",
    "redshift:Get*",
    "kms:GenerateDataKey",
    "ssm:StartSession",
    "foo:Frobnicate",
    "Get",
    ":Get",
    "",
  ])("%s may change something", (action) => {
    expect(readsOnly(action)).toBe(false);
  });

  it("no sample of a change is one that reads", () => {
    expect(SAMPLE_CHANGES.filter(readsOnly)).toEqual([]);
  });
});
