import type { AutoScalingGroup, AutoScalingGroupsType } from "@aws-sdk/client-auto-scaling";
import type { Redundancy } from "#model/facets.ts";
import { defineProbe } from "#model/probe.ts";
import { classifyAws } from "./errors.ts";
import { listOf } from "./pages.ts";
import { defineListing, listAll, observeListed } from "./listing.ts";
import { inAccount } from "./session.ts";
import { tagRecord } from "./tags.ts";

const GROUP_KIND = "AWS::AutoScaling::AutoScalingGroup";
const PERMISSION = "autoscaling:DescribeAutoScalingGroups";

/** Auto Scaling groups and the zones in which their instances run. */
export default defineProbe({
  id: "aws-auto-scaling",
  title: "Amazon EC2 Auto Scaling",
  provider: "aws",
  kinds: [GROUP_KIND],
  provides: {
    inventory: { permissions: [PERMISSION] },
    redundancy: { permissions: [PERMISSION] },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      yield* observeListed(groups, await listAll(groups, session), wanted, session);
    });
  },
});

const groups = defineListing({
  kinds: [GROUP_KIND],
  service: "autoscaling",
  operation: "DescribeAutoScalingGroups",
  permission: PERMISSION,
  reach: "declared",
  page: (NextToken) => async (client, options) => {
    const { DescribeAutoScalingGroupsCommand } = await import("@aws-sdk/client-auto-scaling");
    return client.send(new DescribeAutoScalingGroupsCommand({ NextToken }), options);
  },
  next: (page: AutoScalingGroupsType) => page.NextToken,
  items: (page) => page.AutoScalingGroups,
  subject: ({ AutoScalingGroupARN: id, AutoScalingGroupName: name, Tags }: AutoScalingGroup) => {
    if (id === undefined || name === undefined) throw new TypeError("a group without name");
    return { id, name, tags: tagRecord(Tags) };
  },
  facets: { redundancy: toRedundancy },
});

/**
 * The zones in which instances really serve. A group of which none does has only its configuration to show: so many zones
 * are set, and none is said to be in use. @throws where zones, instances or the state of one are missing
 */
export function toRedundancy({ AvailabilityZones, Instances }: AutoScalingGroup): Redundancy {
  const configured = new Set(AvailabilityZones);
  if (configured.size === 0) throw new TypeError("a group without zones");
  const serving = listOf(Instances).filter(({ LifecycleState: state }) => {
    if (state === undefined) throw new TypeError("an instance without state");
    return state === "InService";
  });
  const used = new Set(
    serving.map(({ AvailabilityZone }) => {
      if (AvailabilityZone === undefined) throw new TypeError("an instance without zone");
      return AvailabilityZone;
    }),
  );
  const set = `configured for ${[...configured].sort().join(", ")}`;
  return used.size > 0
    ? {
        zones: used.size,
        zoneNames: [...used].sort(),
        zoneRedundant: used.size > 1,
        geoRedundant: false,
        setting: `zones of ${serving.length} instances in service; ${set}`,
      }
    : {
        zones: configured.size,
        zoneNames: null,
        zoneRedundant: configured.size > 1,
        geoRedundant: false,
        setting: `${set}; no instance is in service`,
      };
}
