import { notApplicable, settle } from "#controls/settle.ts";
import { defineControl } from "#model/control.ts";
import { longestSeconds, renderSeconds } from "#model/duration.ts";
import type { SchemaKit } from "#model/schema.ts";

const CLASSES = ["uppercase", "lowercase", "digits", "symbols"] as const;
const DAY = 86_400;

const expectation = ({ duration, z }: SchemaKit) =>
  z
    .strictObject({
      minimumLength: z
        .int()
        .min(1)
        .optional()
        .describe("How many characters a password must have at least. Left out: not judged."),
      characters: z
        .array(z.enum(CLASSES))
        .min(1)
        .optional()
        .describe("Classes of characters that every password must hold. Left out: not judged."),
      maximumAge: duration
        .optional()
        .describe(
          "After what time a password must be changed at the latest: an ISO 8601 duration such as P90D, of its longest reading. Left out: not judged.",
        ),
      remembered: z
        .int()
        .min(1)
        .optional()
        .describe("How many former passwords must be refused at least. Left out: not judged."),
    })
    .refine((expect) => Object.values(expect).some((value) => value !== undefined), {
      error: "expected minimumLength, characters, maximumAge or remembered",
    });

export default defineControl({
  id: "password-policy",
  title: "Password policy",
  rationale:
    "Short passwords that are used twice are guessed or bought; what the account demands counts for all of its users.",
  severity: "medium",
  judges: "subject",
  needs: ["passwordPolicy"],
  expectation,
  evaluate: ({ expect, facets }) => {
    const facet = facets.passwordPolicy;
    if (facet === undefined) return notApplicable("has no password policy of its own");
    const failures: string[] = [];
    const open: string[] = [];
    const declared: string[] = [];
    const { minimumLength, maximumAgeDays, remembered } = facet;
    if (expect.minimumLength !== undefined) {
      declared.push(`at least ${expect.minimumLength} characters`);
      if (minimumLength === null) open.push("how long passwords must be is not known");
      else if (minimumLength < expect.minimumLength) {
        failures.push(`passwords of ${minimumLength} characters are accepted`);
      }
    }
    const wanted = [...new Set(expect.characters)];
    if (wanted.length > 0) {
      declared.push(`with ${wanted.join(", ")}`);
      const missing = wanted.filter((name) => facet[name] === false);
      const unknown = wanted.filter((name) => facet[name] === null);
      if (missing.length > 0) failures.push(`not required: ${missing.join(", ")}`);
      if (unknown.length > 0) open.push(`not known to be required: ${unknown.join(", ")}`);
    }
    if (expect.maximumAge !== undefined) {
      const most = longestSeconds(expect.maximumAge);
      declared.push(`changed within ${expect.maximumAge} (up to ${renderSeconds(most)})`);
      if (maximumAgeDays === null) failures.push("passwords never expire");
      else if (maximumAgeDays * DAY > most) {
        failures.push(`passwords expire after ${maximumAgeDays} days only`);
      }
    }
    if (expect.remembered !== undefined) {
      declared.push(`${expect.remembered} former ones refused`);
      if ((remembered ?? 0) < expect.remembered) {
        failures.push(
          remembered === null
            ? "former passwords are accepted"
            : `only ${remembered} former passwords are refused`,
        );
      }
    }
    const origin = facet.set ? "" : " (nobody set a policy, the provider's default counts)";
    return settle({
      failures: failures.map((text, at) => (at === 0 ? text + origin : text)),
      open,
      held: `the password policy asks for as much${origin}`,
      declared: declared.join(", "),
      actual: { ...facet },
    });
  },
  remediation:
    "Set the password policy of the account, or better let people sign in by a single sign-on with policies of its own and take the passwords away.",
  references: [
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html",
    "https://pages.nist.gov/800-63-4/sp800-63b.html",
  ],
});
