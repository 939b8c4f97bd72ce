import { notApplicable, settle } from "#controls/settle.ts";
import { defineControl } from "#model/control.ts";
import type { SchemaKit } from "#model/schema.ts";
import { plain } from "#model/text.ts";

const expectation = ({ z }: SchemaKit) =>
  z.strictObject({
    maximumPeriodDays: z
      .int()
      .min(1)
      .optional()
      .describe(
        "How many days may pass at most from one rotation to the next. Left out: any period of automatic rotation does.",
      ),
  });

export default defineControl({
  id: "key-rotation",
  title: "Rotation of encryption keys",
  rationale:
    "A key that is replaced now and then protects less with each version, so a leaked one opens less; only what rotates by itself is not forgotten.",
  severity: "medium",
  judges: "subject",
  needs: ["keyRotation"],
  expectation,
  // Keys that the provider manages, that encrypt nothing new or that no provider can rotate are left out with the
  // reason: nothing about them can be set.
  evaluate: ({ expect, facets }) => {
    const facet = facets.keyRotation;
    if (facet === undefined) return notApplicable("is no encryption key");
    const { enabled, periodDays } = facet;
    const detail = plain(facet.detail);
    if (enabled === null) return notApplicable(`has no rotation to set: ${detail}`);
    const most = expect.maximumPeriodDays;
    const failures: string[] = [];
    const open: string[] = [];
    if (!enabled) failures.push(`does not rotate by itself (${detail})`);
    if (enabled && most !== undefined) {
      if (periodDays === null) open.push(`nothing says how often it rotates (${detail})`);
      else if (periodDays > most) failures.push(`rotates every ${periodDays} days only`);
    }
    return settle({
      failures,
      open,
      held:
        periodDays === null ? `rotates by itself (${detail})` : `rotates every ${periodDays} days`,
      declared: `automatic rotation${most === undefined ? "" : ` every ${most} days or sooner`}`,
      actual: { enabled, periodDays },
    });
  },
  remediation:
    "Turn on automatic rotation of the key and set its period. AWS: `aws kms enable-key-rotation --key-id … --rotation-period-in-days 365`. Azure Key Vault: a rotation policy with an automatic trigger. Google Cloud: a rotation period on the key.",
  references: [
    "https://csrc.nist.gov/pubs/sp/800/57/pt1/r5/final",
    "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
    "https://learn.microsoft.com/azure/key-vault/keys/how-to-configure-key-rotation",
    "https://cloud.google.com/kms/docs/key-rotation",
  ],
});
