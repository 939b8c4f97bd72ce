import {
  type DeclaredHosts,
  type HostFinding,
  judgeAddress,
  judgeRegion,
} from "#controls/hosted-address.ts";
import { country, declaredPlaces, namedRegion } from "#controls/places.ts";
import { notApplicable, settle } from "#controls/settle.ts";
import { HOSTS, hostTitle } from "#facts/hosting.ts";
import { normaliseRegion } from "#facts/regions.ts";
import { defineControl, type Judgement, type SubjectInput } from "#model/control.ts";
import type { Hosting } from "#model/dns-facets.ts";
import type { Location } from "#model/facets.ts";
import type { SchemaKit } from "#model/schema.ts";
import { plain } from "#model/text.ts";

const expectation = ({ z }: SchemaKit) =>
  z.strictObject({
    providers: z
      .array(z.enum(HOSTS))
      .min(1)
      .describe(
        "Who may host what is in scope: clouds, and networks of edges (CDN), which count as providers of their own.",
      ),
    regions: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe("Names of their regions, `*` for any run of characters. Left out: any."),
    countries: z
      .array(country({ z }))
      .min(1)
      .optional()
      .describe("Countries of the regions, by two-letter ISO 3166 code. Left out: any."),
    areas: z
      .array(z.enum(["eea", "eu"]))
      .min(1)
      .optional()
      .describe("Groups of countries of the regions: eu, eea. Left out: any."),
    unseen: z
      .enum(["unknown", "attested"])
      .default("unknown")
      .describe(
        "What to make of the servers behind a declared provider's network of edges, which no address shows: unknown (the result is), or attested (they are left to the claim, which must have them attested).",
      ),
  });
type Expectation = DeclaredHosts;

/** Addresses that a message tells of one by one. */
const SHOWN = 6;

export default defineControl({
  id: "hosting-provider",
  title: "Hosting provider",
  rationale:
    "Who hosts a service can reach its data and stop it. An endpoint in a network that the statement does not name has a sub-processor that customers were not told of.",
  severity: "high",
  judges: "subject",
  needs: ["hosting", "location"],
  expectation,
  evaluate: (input) => {
    const { hosting, location } = input.facets;
    if (hosting !== undefined) return judgeEndpoint(input, hosting);
    if (location !== undefined) return judgeResource(input, location);
    return notApplicable("has no address and no place of its own");
  },
  remediation:
    "Move the service to a declared provider, or name in the statement who hosts it: a network of edges in front of it too.",
  references: [
    "https://docs.aws.amazon.com/vpc/latest/userguide/aws-ip-ranges.html",
    "https://learn.microsoft.com/azure/virtual-network/service-tags-overview",
    "https://support.google.com/a/answer/10026322",
    "https://stat.ripe.net/docs/data-api/api-endpoints/announced-prefixes",
  ],
});

/** Every address of the name must be a declared provider's, by the ranges that providers publish. */
function judgeEndpoint({ expect, now }: SubjectInput<Expectation>, hosting: Hosting): Judgement {
  const findings = hosting.addresses.map((address) => judgeAddress(expect, address, hosting, now));
  const used = new Set(hosting.addresses.map(({ source }) => source));
  const labels = hosting.sources.flatMap(({ id, label }) =>
    label !== null && used.has(id) ? [`by the table "${plain(label, 80)}"`] : [],
  );
  const none: HostFinding = { found: "open", words: "no address was read" };
  return settled(expect, findings.length === 0 ? [none] : findings, labels, {
    addresses: hosting.addresses.map(({ address, provider, region, edge }) => ({
      address,
      provider,
      region,
      edge,
    })),
    ranges: hosting.sources.map(({ id, fetchedAt }) => ({ id, fetchedAt })),
  });
}

/** What lies in a cloud account is hosted by that cloud; its regions must be declared ones. */
function judgeResource(
  { expect, subject }: SubjectInput<Expectation>,
  location: Location,
): Judgement {
  const title = hostTitle(subject.provider);
  const regions = [...new Set(location.regions.map(normaliseRegion))];
  const actual = { provider: subject.provider, regions };
  if (!expect.providers.some((one) => one === subject.provider)) {
    const words = `is at ${title}, which is not declared`;
    return settled(expect, [{ found: "failure", words }], [], actual);
  }
  if (declaredPlaces(expect).length === 0) {
    return settled(expect, [{ found: "held", words: `is at ${title}` }], [], actual);
  }
  const findings = regions.map((region): HostFinding => {
    const words = `is at ${title} (${namedRegion(subject.provider, region)})`;
    return region === "global"
      ? { found: "open", words: `is at ${title} and names no region` }
      : judgeRegion(expect, subject.provider, region, words);
  });
  const none: HostFinding = { found: "open", words: `is at ${title}, and no region was read` };
  return settled(expect, findings.length === 0 ? [none] : findings, [], actual);
}

function settled(
  expect: Expectation,
  findings: readonly HostFinding[],
  labels: readonly string[],
  actual: Parameters<typeof settle>[0]["actual"],
): Judgement {
  const having = (found: HostFinding["found"]) => [
    ...new Set(findings.filter((one) => one.found === found).map(({ words }) => words)),
  ];
  const some = (words: readonly string[]) => {
    const more = words.length - SHOWN;
    const list = words.slice(0, SHOWN).join(", ") + (more > 0 ? ` and ${more} more` : "");
    return words.length === 0 ? [] : [[list, ...labels].join(", ")];
  };
  return settle({
    failures: some(having("failure")),
    open: some(having("open")),
    held: some(having("held")).join(""),
    declared: [expect.providers.map(hostTitle).join(", "), ...declaredPlaces(expect)].join(", "),
    actual,
  });
}
