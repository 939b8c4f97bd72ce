import { notApplicable, settle } from "#controls/settle.ts";
import { defineControl } from "#model/control.ts";
import type { Privileges } from "#model/security-facets.ts";
import type { SchemaKit } from "#model/schema.ts";
import { listed } from "#model/text.ts";

const expectation = ({ z }: SchemaKit) =>
  z.strictObject({
    writers: z
      .array(z.string().min(1))
      .describe(
        "Labels of the principals that may change anything; the estate's rules give them to users and roles. An empty list: nobody may.",
      ),
    services: z
      .enum(["exempt", "judged"])
      .default("exempt")
      .describe(
        "Whether principals that only the provider's own services take on (a machine's, a function's role) need a label too.",
      ),
    root: z
      .enum(["exempt", "judged"])
      .default("exempt")
      .describe(
        "Whether the account's root user needs a label too: nobody can take its rights away, and no policy says who holds it.",
      ),
  });

export default defineControl({
  id: "privileged-access",
  title: "Principals with write access",
  rationale:
    "Who may change production can break or leak it. What a statement says of teams is decided by what their principals may do.",
  severity: "high",
  judges: "subject",
  needs: ["privileges"],
  expectation,
  evaluate: ({ expect, facets, labels }) => {
    const facet = facets.privileges;
    if (facet === undefined) return notApplicable("is no principal");
    const { writes, administers, service, root } = facet;
    if (root && expect.root === "exempt") {
      return notApplicable("the root user of the account: no policy says who holds it");
    }
    if (service && expect.services === "exempt") {
      return notApplicable(
        `only services of the provider take it on${writes === false ? "" : `; ${whatItMay(facet)}`}`,
      );
    }
    const own = labels.filter((label) => expect.writers.includes(label));
    const allowed = own.length > 0;
    const trusted = facet.trusts.length === 0 ? "" : `; taken on by ${listed(facet.trusts)}`;
    const said = `${whatItMay(facet)}${trusted}`;
    const labelled = allowed ? `, and is one of ${listed(own)}` : "";
    return settle({
      failures: writes === true && !allowed ? [said] : [],
      open: writes === null && !allowed ? [said] : [],
      held: `${said}${labelled}`,
      declared:
        expect.writers.length === 0
          ? "nobody changes anything"
          : `only ${listed(expect.writers)} change anything`,
      actual: {
        writes,
        administers,
        through: [...facet.through],
        trusts: [...facet.trusts],
        labels: own,
      },
    });
  },
  remediation:
    "Take the named policies from the principal, or give it one of the declared labels by a rule of the estate where it is one of those that may.",
  references: [
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
    "https://learn.microsoft.com/azure/role-based-access-control/best-practices",
    "https://cloud.google.com/iam/docs/using-iam-securely",
  ],
});

function whatItMay({ writes, administers, through }: Privileges): string {
  if (writes === false) return "changes nothing";
  const way = through.length > 0 ? ` (through ${listed(through)})` : "";
  if (writes === null) return `whether it changes anything cannot be told${way}`;
  return `${administers === true ? "changes everything, rights included" : "changes something"}${way}`;
}
