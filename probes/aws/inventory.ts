import { defineProbe } from "#model/probe.ts";
import { classifyCloudControl } from "./cloud-control.ts";
import { LISTED_KINDS } from "./inventory-kinds.ts";
import { listingOf, listKinds, mergedProblems } from "./inventory-listing.ts";
import { observeListed } from "./listing.ts";
import { inAccount } from "./session.ts";
import { TAGS_PERMISSION } from "./tags.ts";

/**
 * What else an account may hold: all kinds that no probe of their own lists and that promises may be about, by Cloud
 * Control. Those with data cost a call for each kind and region, 442 in an account with AWS's 17 default regions.
 */
export default defineProbe({
  id: "aws-inventory",
  title: "Everything else in an AWS account",
  provider: "aws",
  kinds: LISTED_KINDS.map(({ kind }) => kind),
  provides: {
    inventory: {
      permissions: [
        "cloudformation:ListResources",
        "ec2:DescribeRegions",
        TAGS_PERMISSION,
        ...new Set(LISTED_KINDS.flatMap(({ permissions }) => permissions)),
      ],
    },
  },
  classify: classifyCloudControl,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      const listings = await listKinds(session);
      yield* mergedProblems(listings.flatMap(({ listed }) => listed.problems));
      for (const { kind, listed } of listings) {
        yield* observeListed(listingOf(kind), { ...listed, problems: [] }, wanted, session);
      }
    });
  },
});
