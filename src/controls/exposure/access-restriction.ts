import { namedPorts, unreadSources } from "#controls/open-ports.ts";
import { notApplicable, settle } from "#controls/settle.ts";
import { judgeTurnedAway } from "#controls/turned-away.ts";
import { MANAGEMENT_PORTS } from "#facts/ports.ts";
import {
  intersectRanges,
  parseRange,
  subtractRanges,
  toCidrs,
  type AddressRange,
} from "#model/address-ranges.ts";
import { defineControl, type DeclaredRanges, type Judgement } from "#model/control.ts";
import type { SchemaKit, z } from "#model/schema.ts";
import type { Ingress, IngressRule } from "#model/security-facets.ts";
import { listed, plain } from "#model/text.ts";

const expectation = ({ z }: SchemaKit) =>
  z
    .strictObject({
      rules: z
        .literal("declared-ranges-only")
        .optional()
        .describe(
          "Rules may let in declared ranges of addresses only: those of the estate's ranges, and those of ranges here. Groups and the like are no addresses and are not judged. Needed where outsideAddress is left out.",
        ),
      ports: z
        .enum(["administration", "all"])
        .default("administration")
        .describe(
          "The ports that rules are judged for: those of remote administration (SSH, RDP, WinRM and the like), or all.",
        ),
      ranges: z
        .array(
          z.string().refine((text) => parseRange(text) !== null, { error: "expected a range" }),
        )
        .default([])
        .describe(
          "Ranges in CIDR notation that the statement itself names; beside them those count that the estate declares.",
        ),
      outsideAddress: z
        .literal("refused")
        .optional()
        .describe(
          "An endpoint must refuse whoever comes from an address outside the declared ranges, as Probity does where the estate says so (`outside: { restricted: true }`). Needed where rules is left out.",
        ),
    })
    .refine(({ rules, outsideAddress }) => (rules ?? outsideAddress) !== undefined, {
      error: "expected rules or outsideAddress",
    });
type Expectation = z.output<ReturnType<typeof expectation>>;

export default defineControl({
  id: "access-restriction",
  title: "Access from declared addresses only",
  rationale:
    "An allow-list is worth what stands on it: one range too many, and strangers try the door of the administrators.",
  severity: "high",
  judges: "subject",
  needs: ["ingress", "reachability"],
  expectation,
  evaluate: ({ expect, facets, declaredRanges }) => {
    if (facets.ingress !== undefined && expect.rules !== undefined) {
      return judgeRules(expect, facets.ingress, declaredRanges ?? []);
    }
    if (facets.reachability !== undefined && expect.outsideAddress !== undefined) {
      return judgeTurnedAway(facets.reachability, declaredRanges ?? []);
    }
    return notApplicable("has nothing that could restrict who comes in");
  },
  remediation:
    "Let the rule name the addresses of those who need it, or declare under `ranges` in the estate what belongs to them.",
  references: [
    "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
    "https://learn.microsoft.com/azure/app-service/app-service-ip-restrictions",
  ],
});

function judgeRules(
  expect: Expectation,
  ingress: Ingress,
  declaredRanges: readonly DeclaredRanges[],
): Judgement {
  const { allowed, reachable, idle } = ingress;
  const what = expect.ports === "all" ? "" : " for administration";
  const detail = plain(ingress.detail, 300);
  const rules = allowed.filter((rule) => expect.ports === "all" || administers(rule));
  const certain = rangesOf([expect.ranges, ...texts(declaredRanges.filter((one) => one.certain))]);
  const possible = rangesOf([expect.ranges, ...texts(declaredRanges)]);
  const beyond = (known: readonly AddressRange[]) =>
    rules.flatMap((rule) => {
      const outside = undeclared(rangesOf([rule.ranges]), known);
      return outside.length === 0 ? [] : [`${few(outside, FEW)} (${plain(rule.rule, 80)})`];
    });
  const outside = beyond(possible);
  const doubtful = beyond(certain).filter((text) => !outside.includes(text));
  const unread = [...new Set(rules.flatMap(unreadSources))];
  const names = [
    ...(expect.ranges.length > 0 ? ["those of the statement"] : []),
    ...declaredRanges.map(({ name }) => name),
  ];
  const declared = `only declared ranges${what}${names.length > 0 ? ` (${listed(names)})` : ""}`;
  const lets = `lets in${what} what is not declared: ${few(outside)}`;
  const failures: string[] = [];
  const open: string[] = [];
  if (outside.length > 0) {
    if (names.length === 0) {
      open.push(
        `lets in${what} ${few(outside)}, and no range is declared: list what may come in under ranges in the estate`,
      );
    } else if (reachable === null) {
      open.push(`${lets}, and what stands behind it is not known (${detail})`);
    } else failures.push(lets);
  }
  if (doubtful.length > 0) {
    open.push(
      `whether ${few(doubtful)} is declared for it depends on tags or a region that were not read`,
    );
  }
  if (unread.length > 0) open.push(`whom it lets in through ${listed(unread)} is not known`);
  const none = outside.length + doubtful.length + unread.length === 0;
  return settle({
    failures: idle === true ? [] : failures,
    open: idle === true ? [] : open,
    held:
      idle === true && !none
        ? `lets in${what} what is not declared, but nothing stands behind it (${detail})`
        : rules.some(({ ranges }) => ranges.length > 0)
          ? `lets in${what} declared ranges only`
          : `lets no address in${what}`,
    declared,
    actual: { outside, doubtful, unread, reachable },
  });
}

function administers({ protocol, ports }: IngressRule): boolean {
  const [first, last] = ports ?? [0, 65_535];
  const name = protocol.toLowerCase();
  return (["tcp", "udp"] as const).some(
    (own) =>
      (name === own || name === "all") &&
      namedPorts({ protocol: own, first, last }, MANAGEMENT_PORTS).length > 0,
  );
}

/** Ranges are named one by one up to so many; the rest of a wide one is better told by what is missing from it. */
const FEW = 4;

/** What of these ranges is not among the declared ones, in words. */
function undeclared(
  ranges: readonly AddressRange[],
  known: readonly AddressRange[],
): readonly string[] {
  const exact = toCidrs(subtractRanges(ranges, known));
  if (exact.length <= FEW) return exact;
  return toCidrs(ranges).flatMap((cidr) => {
    const whole = rangesOf([[cidr]]);
    const rest = toCidrs(subtractRanges(whole, known));
    if (rest.length <= FEW) return rest;
    const declared = toCidrs(intersectRanges(whole, known));
    return [`${cidr}, all but the declared ranges (${few(declared, FEW)})`];
  });
}

/** The first of some texts that are safe to show, then how many more there are. */
function few(words: readonly string[], most = 8): string {
  const more = words.length - most;
  return more > 0 ? `${words.slice(0, most).join(", ")} and ${more} more` : words.join(", ");
}

function texts(declared: readonly DeclaredRanges[]): readonly (readonly string[])[] {
  return declared.map(({ ranges }) => ranges);
}

function rangesOf(lists: readonly (readonly string[])[]): readonly AddressRange[] {
  return lists.flat().flatMap((text) => parseRange(text) ?? []);
}
