import { notApplicable, settle } from "#controls/settle.ts";
import { defineControl } from "#model/control.ts";
import type { SchemaKit } from "#model/schema.ts";
import { listed } from "#model/text.ts";

const expectation = ({ z }: SchemaKit) =>
  z.strictObject({
    anonymous: z
      .literal("forbidden")
      .default("forbidden")
      .describe("Nobody may read or write data without credentials; always so."),
    openNetwork: z
      .enum(["forbidden", "allowed"])
      .default("allowed")
      .describe(
        "Whether the network path may be open to every address; unless forbidden, it is not judged.",
      ),
  });

export default defineControl({
  id: "public-access",
  title: "Public access to data",
  rationale: "Data that anyone can read without credentials is published, whatever was meant.",
  severity: "critical",
  judges: "subject",
  needs: ["exposure"],
  expectation,
  baseline: { anonymous: "forbidden", openNetwork: "allowed" },
  evaluate: ({ expect, facets }) => {
    const facet = facets.exposure;
    if (facet === undefined) return notApplicable("cannot be reached from outside");
    const { anonymousAccess, openNetwork, through, closedBy } = facet;
    const way = through.length > 0 ? ` (through ${listed(through)})` : "";
    const failures: string[] = [];
    const open: string[] = [];
    if (anonymousAccess === true)
      failures.push(`anyone can reach its data without credentials${way}`);
    if (anonymousAccess === null)
      open.push("could not tell whether its data can be reached without credentials");
    const network = expect.openNetwork === "forbidden";
    if (network && openNetwork === true)
      failures.push(`its network is open to every address${way}`);
    if (network && openNetwork === null)
      open.push("could not tell whether its network is open to every address");
    const closed = closedBy.length > 0 ? ` (closed by ${listed(closedBy)})` : "";
    return settle({
      failures,
      open,
      held: `no anonymous access${network ? ", network not open to every address" : ""}${closed}`,
      declared: `no anonymous access${network ? ", no open network" : ""}`,
      actual: { anonymousAccess, openNetwork, through: [...through], closedBy: [...closedBy] },
    });
  },
  remediation:
    "Block public access for the whole account and take back the grant that is named; publish files on purpose through a CDN or a store of their own.",
  references: [
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    "https://learn.microsoft.com/azure/storage/blobs/anonymous-read-access-prevent",
    "https://cloud.google.com/storage/docs/public-access-prevention",
  ],
});
