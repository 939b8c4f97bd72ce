import { notApplicable, settle } from "#controls/settle.ts";
import { defineControl } from "#model/control.ts";
import type { SchemaKit } from "#model/schema.ts";
import { plain } from "#model/text.ts";

const expectation = ({ z }: SchemaKit) =>
  z.strictObject({
    level: z
      .enum(["platform", "advanced"])
      .default("platform")
      .describe(
        "platform: what comes with the provider by its published design is enough; advanced: the paid protection is needed.",
      ),
  });

export default defineControl({
  id: "ddos-protection",
  title: "Protection from denial of service",
  rationale:
    "A flood from thousands of machines is held off where the provider's network begins, or nowhere.",
  severity: "medium",
  judges: "subject",
  needs: ["ddosProtection"],
  expectation,
  evaluate: ({ expect, facets }) => {
    const facet = facets.ddosProtection;
    if (facet === undefined) return notApplicable("has no protection of its own");
    const { platform, advanced } = facet;
    const detail = plain(facet.detail);
    const enough = expect.level === "platform" && platform !== null;
    return settle({
      failures: !enough && advanced === false ? [`no advanced protection (${detail})`] : [],
      open:
        !enough && advanced === null
          ? [`whether there is an advanced protection is not known (${detail})`]
          : [],
      held:
        platform !== null && advanced !== true
          ? `${plain(platform.name)} comes with the platform by its published design (${plain(platform.reference)})`
          : `advanced protection (${detail})`,
      declared:
        expect.level === "platform" ? "protection by the platform or more" : "advanced protection",
      actual: { platform: platform?.name ?? null, advanced, detail },
    });
  },
  remediation:
    "Subscribe to the provider's advanced protection and add the addresses, load balancers and distributions that it is to protect.",
  references: [
    "https://docs.aws.amazon.com/waf/latest/developerguide/ddos-overview.html",
    "https://learn.microsoft.com/azure/ddos-protection/ddos-protection-sku-comparison",
    "https://cloud.google.com/armor/docs/advanced-network-ddos",
  ],
});
