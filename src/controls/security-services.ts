import { notApplicable, settle } from "#controls/settle.ts";
import type { Judgement } from "#model/control.ts";
import { globMatcher } from "#model/glob.ts";
import type { SchemaKit, z } from "#model/schema.ts";
import type { SecurityService, SecurityServices } from "#model/security-facets.ts";
import { listed, plain } from "#model/text.ts";

/** What may be declared of services that watch over an account. */
export const servicesExpectation = ({ z }: SchemaKit) =>
  z.strictObject({
    anyOf: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe(
        "Names of services, one of which must be on; case, spaces and hyphens make no difference, * stands for anything. Left out: any service does.",
      ),
    covers: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe(
        "What that service must look at, in the provider's words. Left out: what it looks at is told, not judged.",
      ),
  });
type Expectation = z.output<ReturnType<typeof servicesExpectation>>;

/**
 * One service that is on wherever it can be is enough: in every declared region where it belongs to regions.
 * A service that is on in some regions only leaves the others unwatched.
 */
export function judgeServices(
  facet: SecurityServices | undefined,
  { anyOf, covers = [] }: Expectation,
  what: string,
): Judgement {
  if (facet === undefined) return notApplicable(`has no ${what} of its own`);
  const wanted = anyOf?.map((name) => globMatcher(folded(name)));
  const services = facet.services.filter(
    ({ name }) => wanted === undefined || wanted.some((matches) => matches(folded(name))),
  );
  const judged = [...Map.groupBy(services, ({ name }) => folded(name))].map(([, parts]) =>
    judgeParts(parts, covers),
  );
  const good = judged.filter(({ failures, open }) => failures.length === 0 && open.length === 0);
  const perhaps = judged.filter(({ failures }) => failures.length === 0);
  const none = `no ${what}${anyOf === undefined ? "" : ` by ${listed(anyOf)}`} was found`;
  const failures = judged.length === 0 ? [none] : judged.flatMap((one) => one.failures);
  return settle({
    failures: good.length > 0 || perhaps.length > 0 ? [] : failures,
    open: good.length > 0 ? [] : perhaps.flatMap(({ open }) => open),
    held: good.map(({ held }) => held).join("; "),
    declared: [
      `${what} is on`,
      ...(anyOf === undefined ? [] : [`by ${anyOf.length > 1 ? "one of " : ""}${listed(anyOf)}`]),
      ...(covers.length === 0 ? [] : [`for ${listed(covers)}`]),
    ].join(", "),
    actual: { services: facet.services.map((service) => ({ ...service })) },
  });
}

interface Parts {
  readonly failures: readonly string[];
  readonly open: readonly string[];
  readonly held: string;
}

/** One service, in each of its regions. */
function judgeParts(parts: readonly SecurityService[], covers: readonly string[]): Parts {
  const name = plain(parts[0]?.name ?? "", 80);
  const where = (some: readonly SecurityService[]) => {
    const regions = some.flatMap(({ region }) => (region === null ? [] : [region]));
    return regions.length === 0 ? "" : ` in ${listed(regions)}`;
  };
  const off = parts.filter(({ enabled }) => enabled === false);
  const unknown = parts.filter(({ enabled }) => enabled === null);
  const on = parts.filter(({ enabled }) => enabled === true);
  const lacking = on.flatMap((part) => {
    const seen = new Set(part.covers.map(folded));
    const missing = covers.filter((one) => !seen.has(folded(one)));
    return missing.length === 0 ? [] : [{ part, missing }];
  });
  const omits = [...new Set(on.flatMap((part) => part.omits))];
  const looks = [...new Set(on.flatMap((part) => part.covers))];
  return {
    failures: [
      ...(off.length > 0 ? [`${name} is off${where(off)}`] : []),
      ...lacking.map(
        ({ part, missing }) => `${name}${where([part])} does not look at ${listed(missing)}`,
      ),
    ],
    open: unknown.length > 0 ? [`whether ${name} is on${where(unknown)} could not be told`] : [],
    held: [
      `${name} is on${where(on)}`,
      ...(looks.length > 0 ? [`looks at ${listed(looks)}`] : []),
      ...(omits.length > 0 ? [`not at ${listed(omits)}`] : []),
    ].join(", "),
  };
}

/** `Defender for Cloud` and `defender-for-cloud` are one name. */
function folded(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]+/g, "-");
}
