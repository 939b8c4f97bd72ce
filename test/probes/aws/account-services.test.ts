import type { AccountState, Status } from "@aws-sdk/client-inspector2";
import { describe, expect, test } from "vitest";
import { ApiError } from "#fixtures/estate/aws/answers.ts";
import guardduty, { toDetection } from "#probes/aws/guardduty.ts";
import inspector, { toScanning } from "#probes/aws/inspector.ts";
import shield, { toAdvanced } from "#probes/aws/shield.ts";
import { facetOf } from "../../support/probe-context.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const REGIONS = ["eu-west-3", "eu-west-1"];
const denied = new ApiError("AccessDeniedException", "not authorised", 403);

describe("GuardDuty", async () => {
  const aws = await fakeAws({
    regions: [...REGIONS, "us-east-1"],
    answers: {
      "guardduty:ListDetectors": ({ region, input }) => {
        if (region !== "eu-west-3") return { DetectorIds: [] };
        return input["nextToken"] === "2"
          ? { DetectorIds: ["d1"] }
          : { DetectorIds: [], NextToken: "2" };
      },
      "guardduty:GetDetector": {
        ServiceRole: "role",
        Status: "ENABLED",
        Features: [
          { Name: "CLOUD_TRAIL", Status: "ENABLED" },
          { Name: "S3_DATA_EVENTS", Status: "DISABLED" },
        ],
      },
    },
  });

  test("on in one declared region, off in the other; what is not declared is not asked", async () => {
    const found = await aws.scan({ regions: REGIONS }).gather(guardduty);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, ACCOUNT, "threatDetection")?.services).toEqual([
      {
        name: "GuardDuty",
        region: "eu-west-3",
        enabled: true,
        covers: ["CLOUD_TRAIL"],
        omits: ["S3_DATA_EVENTS"],
      },
      { name: "GuardDuty", region: "eu-west-1", enabled: false, covers: [], omits: [] },
    ]);
    const inventory = facetOf(found, "aws", "inventory");
    expect(inventory).toMatchObject({ kinds: ["AWS::Organizations::Account"], complete: true });
    expect(inventory?.items).toMatchObject([
      { id: ACCOUNT, name: ACCOUNT, region: null, tags: {} },
    ]);
  });

  test.each(["ListDetectors", "GetDetector"])(
    "a denied %s makes the service there unknown, and names the permission",
    async (operation) => {
      aws.setFaults({ operation, fault: { kind: "denied" } });
      const found = await aws.scan().gather(guardduty);
      expect(found.problems).toMatchObject([
        {
          reason: "denied",
          permission: `guardduty:${operation}`,
          facets: ["threatDetection"],
          subject: { id: ACCOUNT },
        },
      ]);
      expect(found.problems[0]?.message).toContain("eu-west-3: ");
      // Nothing was read at all, so there is no facet that could pass for one.
      expect(facetOf(found, ACCOUNT, "threatDetection")).toBeUndefined();
      expect(facetOf(found, "aws", "inventory")?.complete).toBe(true);
    },
  );

  test("one region that is denied loses nothing else", async () => {
    const partly = await fakeAws({
      regions: REGIONS,
      answers: {
        "guardduty:ListDetectors": ({ region }) =>
          region === "eu-west-1" ? denied : { DetectorIds: [] },
      },
    });
    const found = await partly.scan({ regions: REGIONS }).gather(guardduty);
    expect(found.problems).toMatchObject([{ permission: "guardduty:ListDetectors" }]);
    const services = facetOf(found, ACCOUNT, "threatDetection")?.services;
    expect(services?.map(({ region, enabled }) => [region, enabled])).toEqual([
      ["eu-west-3", false],
      ["eu-west-1", null],
    ]);
  });

  test("nothing is asked that nobody wants", async () => {
    const before = aws.calls.length;
    const found = await aws.scan().gather(guardduty, ["inventory"]);
    expect(found.observations.map(({ facet }) => facet)).toEqual(["inventory"]);
    expect(aws.calls.slice(before).map(({ operation }) => operation)).not.toContain(
      "ListDetectors",
    );
  });

  test("a suspended detector is off, and one of an unknown status is none", () => {
    const features = [{ Name: "DNS_LOGS" as const, Status: "ENABLED" as const }];
    expect(toDetection({ Status: "DISABLED", Features: features })).toMatchObject({
      enabled: false,
      covers: [],
    });
    expect(() => toDetection({ Status: undefined })).toThrow("status");
  });
});

describe("Inspector", async () => {
  const state = (status: Status) => ({
    status,
    errorCode: "ALREADY_ENABLED" as const,
    errorMessage: "",
  });
  const account = (status: Status, ec2: Status, ecr: Status, lambda?: Status): AccountState => ({
    accountId: ACCOUNT,
    state: state(status),
    resourceState: {
      ec2: state(ec2),
      ecr: state(ecr),
      ...(lambda === undefined ? {} : { lambda: state(lambda) }),
    },
  });
  const aws = await fakeAws({
    regions: REGIONS,
    answers: {
      "inspector2:BatchGetAccountStatus": ({ region, input }) => {
        expect(input["accountIds"]).toEqual([ACCOUNT]);
        return {
          accounts: [
            region === "eu-west-3"
              ? account("ENABLED", "ENABLED", "ENABLED", "DISABLED")
              : account("DISABLED", "DISABLED", "DISABLED"),
          ],
          failedAccounts: [],
        };
      },
    },
  });

  test("on in one region with what it scans, off in the other", async () => {
    const found = await aws.scan({ regions: REGIONS }).gather(inspector);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, ACCOUNT, "vulnerabilityScanning")?.services).toEqual([
      {
        name: "Inspector",
        region: "eu-west-3",
        enabled: true,
        covers: ["ec2", "ecr"],
        omits: ["lambda"],
      },
      {
        name: "Inspector",
        region: "eu-west-1",
        enabled: false,
        covers: [],
        omits: ["ec2", "ecr"],
      },
    ]);
  });

  test("denied", async () => {
    aws.setFaults({ operation: "BatchGetAccountStatus", fault: { kind: "denied" } });
    const found = await aws.scan({ regions: REGIONS }).gather(inspector);
    expect(found.problems).toMatchObject([
      { reason: "denied", permission: "inspector2:BatchGetAccountStatus" },
    ]);
    expect(found.problems[0]?.message).toContain("eu-west-3, eu-west-1: ");
    expect(facetOf(found, ACCOUNT, "vulnerabilityScanning")).toBeUndefined();
  });

  test("an account that failed within an answer is a problem, not a service that is off", async () => {
    const odd = await fakeAws({
      answers: {
        "inspector2:BatchGetAccountStatus": {
          accounts: [],
          failedAccounts: [
            { accountId: ACCOUNT, errorCode: "ACCESS_DENIED", errorMessage: "no \u202erole" },
          ],
        },
      },
    });
    const found = await odd.scan().gather(inspector);
    expect(found.problems).toMatchObject([
      { reason: "denied", permission: "inspector2:BatchGetAccountStatus" },
    ]);
    expect(found.problems[0]?.message).toContain("ACCESS_DENIED: no \\u{202e}role");
  });

  test("an answer without the account is malformed", async () => {
    const odd = await fakeAws({
      answers: { "inspector2:BatchGetAccountStatus": { accounts: [], failedAccounts: [] } },
    });
    const found = await odd.scan().gather(inspector);
    expect(found.problems).toMatchObject([{ reason: "malformed" }]);
  });

  test("on without anything that is scanned is off; what is being switched on is not on yet", () => {
    const one = (status: Status, each: Status) =>
      toScanning({ accounts: [account(status, each, each)] }, ACCOUNT).enabled;
    expect(one("ENABLED", "DISABLED")).toBe(false);
    expect(one("SUSPENDED", "SUSPENDED")).toBe(false);
    expect(one("ENABLING", "ENABLING")).toBeNull();
    const { resourceState } = account("ENABLED", "ENABLED", "ENABLED");
    const odd = { accountId: ACCOUNT, state: undefined, resourceState };
    expect(() => toScanning({ accounts: [odd] }, ACCOUNT)).toThrow("status");
  });
});

describe("Shield", async () => {
  const aws = await fakeAws({
    answers: {
      "shield:GetSubscriptionState": ({ region }) => {
        expect(region).toBe("us-east-1");
        return { SubscriptionState: "ACTIVE" };
      },
      "shield:ListProtections": ({ input }) =>
        input["NextToken"] === "2"
          ? { Protections: [{ Id: "2" }] }
          : { Protections: [{ Id: "1" }], NextToken: "2" },
    },
  });

  test("a subscription with what it protects, beside what comes with the platform", async () => {
    const found = await aws.scan().gather(shield);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, ACCOUNT, "ddosProtection")).toMatchObject({
      platform: { name: "AWS Shield Standard" },
      advanced: true,
      detail: "Shield Advanced is subscribed, 2 protected resources",
    });
  });

  test("without a subscription there is nothing advanced, and nothing more is asked", async () => {
    const none = await fakeAws({
      answers: { "shield:GetSubscriptionState": { SubscriptionState: "INACTIVE" } },
    });
    const found = await none.scan().gather(shield);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, ACCOUNT, "ddosProtection")?.advanced).toBe(false);
  });

  test.each(["GetSubscriptionState", "ListProtections"])(
    "a denied %s leaves what comes with the platform",
    async (operation) => {
      aws.setFaults({ operation, fault: { kind: "denied" } });
      const found = await aws.scan().gather(shield);
      expect(found.problems).toMatchObject([
        { reason: "denied", permission: `shield:${operation}`, facets: ["ddosProtection"] },
      ]);
      const facet = facetOf(found, ACCOUNT, "ddosProtection");
      expect(facet?.advanced).toBeNull();
      expect(facet?.platform?.reference).toContain("https://docs.aws.amazon.com/");
    },
  );

  test("a state that nobody knows is malformed", async () => {
    const odd = await fakeAws({ answers: { "shield:GetSubscriptionState": {} } });
    const found = await odd.scan().gather(shield);
    expect(found.problems).toMatchObject([{ reason: "malformed", permission: null }]);
    expect(facetOf(found, ACCOUNT, "ddosProtection")?.advanced).toBeNull();
  });

  test("a subscription that protects nothing is none", () => {
    expect(toAdvanced(0).advanced).toBe(false);
    expect(toAdvanced(1).detail).toContain("1 protected resource");
  });
});
