import { notApplicable, settle } from "#controls/settle.ts";
import { defineControl } from "#model/control.ts";
import type { SchemaKit } from "#model/schema.ts";
import { plain } from "#model/text.ts";

const expectation = ({ z }: SchemaKit) =>
  z.strictObject({
    users: z
      .enum(["with-password", "with-any-credential"])
      .default("with-password")
      .describe(
        "Which users need a second factor: those that can sign in by password, or also those that have active keys for programs only.",
      ),
    root: z
      .enum(["required", "optional"])
      .default("required")
      .describe(
        "Whether the account's root user needs one too. Where it has no credentials left it cannot sign in, which is more.",
      ),
  });

export default defineControl({
  id: "mfa-enforced",
  title: "Second factor of users",
  rationale: "A password alone is guessed, phished or found; a second factor has to be stolen too.",
  severity: "high",
  judges: "subject",
  needs: ["signIn"],
  expectation,
  baseline: { users: "with-password", root: "required" },
  evaluate: ({ expect, facets }) => {
    const facet = facets.signIn;
    if (facet === undefined) return notApplicable("does not sign in");
    const { root, password, mfa, activeKeys } = facet;
    const who = root ? "the root user" : "the user";
    if (root && expect.root === "optional") {
      return notApplicable("the root user, of whom no second factor is asked");
    }
    const keysCount = expect.users === "with-any-credential" && !root;
    const keys = keysCount ? activeKeys : 0;
    if (password === false && keys === 0) {
      // A root user without password that still has keys is no less than the keys' holder: it is told, not judged here.
      const left = activeKeys === null || activeKeys > 0 ? ", but may have keys for programs" : "";
      return notApplicable(`${who} has no password to sign in with${left}`);
    }
    const caveat = facet.caveat === null ? "" : ` (${plain(facet.caveat)})`;
    const certain = password === true || (keys !== null && keys > 0);
    const without = `${who} has no second factor`;
    return settle({
      failures: mfa === false && certain ? [without] : [],
      open: [
        ...(mfa === null ? [`whether ${who} has a second factor is not known${caveat}`] : []),
        ...(mfa === false && !certain
          ? [`${without}, and whether it can sign in is not known${caveat}`]
          : []),
      ],
      held: `${who} has a second factor${caveat}`,
      declared: keysCount
        ? "a second factor for every user with credentials"
        : "a second factor for every user with a password",
      actual: { root, password, mfa, activeKeys },
    });
  },
  remediation:
    "Register a passkey or another second factor for the user, or take its password away; of an account within an organisation remove the root user's credentials centrally.",
  references: [
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa.html",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html",
    "https://learn.microsoft.com/entra/identity/authentication/concept-mandatory-multifactor-authentication",
  ],
});
