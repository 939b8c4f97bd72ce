import { describe, expect, test } from "vitest";
import probe, { toRedundancy } from "#probes/aws/auto-scaling.ts";
import { facetOf } from "../../support/probe-context.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const region = "eu-west-3";
const arn = (name: string) =>
  `arn:aws:autoscaling:${region}:${ACCOUNT}:autoScalingGroup:1:autoScalingGroupName/${name}`;
const instance = (zone: string, LifecycleState = "InService") => ({
  InstanceId: `i-${zone}`,
  AvailabilityZone: region + zone,
  LifecycleState,
  HealthStatus: "Healthy",
});
const group = (name: string, Instances: readonly object[]) => ({
  AutoScalingGroupName: name,
  AutoScalingGroupARN: arn(name),
  AvailabilityZones: ["a", "b", "c"].map((zone) => region + zone),
  Instances,
  Tags: [{ Key: "env", Value: "production", PropagateAtLaunch: true }],
});

describe("Auto Scaling groups", async () => {
  const aws = await fakeAws({
    regions: [region, "us-east-1"],
    answers: {
      "autoscaling:DescribeAutoScalingGroups": ({ input }) =>
        input["NextToken"] === "2"
          ? { AutoScalingGroups: [group("empty", [instance("a", "Terminating")])] }
          : {
              AutoScalingGroups: [
                group("web", [
                  instance("a"),
                  instance("b"),
                  instance("a"),
                  instance("c", "Pending"),
                ]),
              ],
              NextToken: "2",
            },
    },
  });

  test("all pages of the declared regions, with their tags", async () => {
    const found = await aws.scan().gather(probe);
    expect(found.problems).toEqual([]);
    const inventory = facetOf(found, "aws", "inventory");
    expect(inventory).toMatchObject({ complete: true });
    expect(inventory?.items.map(({ id, tags }) => [id, tags])).toEqual([
      [arn("web"), { env: "production" }],
      [arn("empty"), { env: "production" }],
    ]);
  });

  test("the zones in which instances serve count, not those that are configured", async () => {
    const found = await aws.scan().gather(probe);
    expect(facetOf(found, "web", "redundancy")).toEqual({
      zones: 2,
      zoneNames: ["eu-west-3a", "eu-west-3b"],
      zoneRedundant: true,
      geoRedundant: false,
      setting: "zones of 3 instances in service; configured for eu-west-3a, eu-west-3b, eu-west-3c",
    });
  });

  test("where none serves the configuration is all there is, and no zone is said to be in use", async () => {
    const found = await aws.scan().gather(probe);
    expect(facetOf(found, "empty", "redundancy")).toMatchObject({
      zones: 3,
      zoneNames: null,
      setting: "configured for eu-west-3a, eu-west-3b, eu-west-3c; no instance is in service",
    });
  });

  test("without the permission", async () => {
    aws.setFaults({ operation: "DescribeAutoScalingGroups", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(found.observations).toEqual([]);
    expect(found.problems).toMatchObject([
      { reason: "denied", permission: "autoscaling:DescribeAutoScalingGroups" },
    ]);
  });

  test("a group or an instance without zone is no answer", () => {
    expect(() => toRedundancy({ ...GROUP, AvailabilityZones: [] })).toThrow(TypeError);
    const Instances = [
      { ...INSTANCE, AvailabilityZone: undefined, LifecycleState: "InService" as const },
    ];
    expect(() => toRedundancy({ ...GROUP, Instances })).toThrow(TypeError);
  });
});

const INSTANCE = {
  InstanceId: "i-1",
  AvailabilityZone: "eu-west-3a",
  LifecycleState: "InService" as const,
  HealthStatus: "Healthy",
  ProtectedFromScaleIn: false,
};
const GROUP = {
  AutoScalingGroupName: "web",
  MinSize: 0,
  MaxSize: 1,
  DesiredCapacity: 1,
  DefaultCooldown: 0,
  AvailabilityZones: ["eu-west-3a"],
  HealthCheckType: "EC2",
  CreatedTime: new Date(0),
};
