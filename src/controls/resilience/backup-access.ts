import { notApplicable, settle } from "#controls/settle.ts";
import type { AccessGrant } from "#model/backup-facets.ts";
import { defineControl } from "#model/control.ts";
import type { SchemaKit } from "#model/schema.ts";
import { listed, plain } from "#model/text.ts";

const expectation = ({ z }: SchemaKit) =>
  z.strictObject({
    principals: z
      .array(z.string().min(1))
      .describe(
        "Labels of the principals that may reach backups, as the estate gives them; an empty list: none may.",
      ),
    unseen: z
      .enum(["unknown", "attested"])
      .default("unknown")
      .describe(
        "What to make of the ways in that no policy of the subject shows, such as identity policies: unknown (the result is), or attested (only the policies are judged; the claim must have the rest attested).",
      ),
  });

export default defineControl({
  id: "backup-access",
  title: "Access to backups",
  rationale:
    "Backups hold everything that the systems hold, without their access rules: who reads them reads all of it, and who deletes them makes ransom pay.",
  severity: "high",
  judges: "subject",
  needs: ["accessPolicy"],
  expectation,
  // A policy of the subject is one way in of several. That it names nobody else is no proof that nobody else gets in.
  evaluate: ({ expect, facets }) => {
    if (facets.accessPolicy === undefined) return notApplicable("has no access policy of its own");
    const { grants, unseen } = facets.accessPolicy;
    const declaredLabels = new Set(expect.principals);
    const others = grants.filter(
      ({ labels }) => !labels.some((label) => declaredLabels.has(label)),
    );
    const narrowed = others.filter(({ conditions }) => conditions.length > 0);
    const plainly = others.filter(({ conditions }) => conditions.length === 0);
    const named = grants.length - others.length;
    const clean =
      grants.length === 0
        ? "its own policy lets nobody in"
        : `its own policy lets in ${named} declared principal${named === 1 ? "" : "s"} only`;
    const ways = `${clean}; not seen: ${listed(unseen, 4)}`;
    return settle({
      failures: plainly.length > 0 ? [`lets in ${several(plainly)}`] : [],
      open: [
        ...(narrowed.length > 0
          ? [`lets in ${several(narrowed)}: whether that is somebody else cannot be told`]
          : []),
        ...(unseen.length > 0 && others.length === 0 && expect.unseen === "unknown"
          ? [`${ways} (read those too, or have them attested and say unseen: attested)`]
          : []),
      ],
      held: unseen.length === 0 ? clean : `${ways} (left to the claim's attestation)`,
      declared:
        expect.principals.length === 0
          ? "nobody"
          : `only principals labelled ${expect.principals.join(", ")}`,
      actual: {
        grants: grants.map(({ principal, labels, actions, conditions }) => ({
          principal,
          labels: [...labels],
          actions: [...actions],
          conditions: [...conditions],
        })),
        unseen: [...unseen],
      },
    });
  },
  remediation:
    "Take the principal out of the vault's or bucket's policy, or label it in the estate if it is one of those declared; deny deletion and copying to everyone else.",
  references: [
    "https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html",
    "https://learn.microsoft.com/azure/backup/multi-user-authorization-concept",
  ],
});

const SHOWN = 5;

/** Grants in words: whom, what, and under which conditions. */
function several(grants: readonly AccessGrant[]): string {
  const words = grants.slice(0, SHOWN).map(({ principal, actions, conditions }) => {
    const who = principal === "*" ? "anyone" : plain(principal, 120);
    const what = actions.length === 0 ? "" : ` (${listed(actions, 3)})`;
    const only = conditions.length === 0 ? "" : ` if ${listed(conditions, 3)}`;
    return `${who}${what}${only}`;
  });
  const more = grants.length - words.length;
  return more > 0 ? `${words.join(", ")} and ${more} more` : words.join(", ");
}
