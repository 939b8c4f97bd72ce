import { defineControl, type Reading, type ScopeJudgement } from "#model/control.ts";
import type { SchemaKit, z } from "#model/schema.ts";
import type { Link } from "#model/security-facets.ts";
import { listed, plain } from "#model/text.ts";
import type { Protocols } from "#model/tls-facets.ts";
import { TLS_VERSIONS } from "#model/tls.ts";

const WAYS = [
  "vpn-tunnel-up",
  "dedicated-link-up",
  "private-network-up",
  "tls-on-every-transfer-endpoint",
] as const;

const expectation = ({ z }: SchemaKit) =>
  z.strictObject({
    anyOf: z
      .array(z.enum(WAYS))
      .min(1)
      .describe(
        "The ways of which one is enough: a VPN with a tunnel up, a dedicated line or a private network that is up, or TLS at every endpoint in scope.",
      ),
    encrypted: z
      .literal("required")
      .optional()
      .describe(
        "The way must encrypt: a line or a network that is merely private does not count then. Left out: private is enough.",
      ),
    minimumTunnels: z
      .int()
      .min(1)
      .default(1)
      .describe("How many tunnels must be up at least, over all links of one way."),
  });
type Expectation = z.output<ReturnType<typeof expectation>>;
type Way = (typeof WAYS)[number];

export default defineControl({
  id: "private-interconnect",
  title: "Links between sites",
  rationale:
    "What goes from one site to the other over the open Internet in clear text is read and changed on the way. Private is not encrypted: a dedicated line carries clear text too.",
  severity: "high",
  judges: "scope",
  needs: ["link", "protocols"],
  expectation,
  evaluate: ({ expect, readings, complete }) => {
    const findings = expect.anyOf.map((way) => judgeWay(expect, way, readings, complete));
    const words = (outcome: Finding["outcome"]) =>
      findings.flatMap((one) => (one.outcome === outcome ? [one.words] : []));
    const [held, open, failed] = [words("holds"), words("open"), words("fails")];
    const outcome = held.length > 0 ? "pass" : open.length > 0 ? "unknown" : "fail";
    const what = held.length > 0 ? held : [...open, ...failed];
    const judgement: ScopeJudgement = {
      subject: null,
      outcome,
      actual: { ways: findings.map((one) => ({ way: one.way, found: one.outcome })), complete },
      message: `${what.join("; ")}; declared: ${declaredInWords(expect)}`,
    };
    return [judgement];
  },
  remediation:
    "Bring a tunnel of the VPN up and watch it, or let every endpoint that takes part in the transfer speak TLS; over a dedicated line, turn MACsec on or run the VPN inside it.",
  references: [
    "https://docs.aws.amazon.com/vpn/latest/s2svpn/VPC_VPN.html",
    "https://docs.aws.amazon.com/directconnect/latest/UserGuide/encryption-in-transit.html",
    "https://cloud.google.com/network-connectivity/docs/vpn/concepts/overview",
  ],
});

interface Finding {
  readonly way: Way;
  readonly outcome: "holds" | "open" | "fails";
  readonly words: string;
}

const KINDS: Readonly<Record<Exclude<Way, "tls-on-every-transfer-endpoint">, Link["kind"]>> = {
  "vpn-tunnel-up": "vpn",
  "dedicated-link-up": "dedicated",
  "private-network-up": "private-network",
};
const NAMES: Readonly<Record<Link["kind"], string>> = {
  vpn: "VPN",
  dedicated: "dedicated line",
  "private-network": "private network",
};

function judgeWay(
  expect: Expectation,
  way: Way,
  readings: readonly Reading[],
  complete: boolean,
): Finding {
  return way === "tls-on-every-transfer-endpoint"
    ? judgeEndpoints(way, readings, complete)
    : judgeLinks(expect, way, KINDS[way], readings, complete);
}

function judgeLinks(
  { encrypted, minimumTunnels }: Expectation,
  way: Way,
  kind: Link["kind"],
  readings: readonly Reading[],
  complete: boolean,
): Finding {
  const links = readings.flatMap(({ subject, facets: { link } }) =>
    link?.kind === kind ? [{ name: subject.name, link }] : [],
  );
  const mayCount = links.filter(({ link }) => encrypted === undefined || link.encrypted !== false);
  const surely = mayCount.filter(({ link }) => encrypted === undefined || link.encrypted === true);
  const count = (list: typeof links, counts: (up: boolean | null) => boolean) =>
    list.reduce((sum, { link }) => sum + link.tunnels.filter(({ up }) => counts(up)).length, 0);
  const up = count(surely, (one) => one === true);
  const perhaps = count(mayCount, (one) => one !== false);
  const said = (outcome: Finding["outcome"], why = "") => ({
    way,
    outcome,
    words:
      links.length === 0
        ? `no ${NAMES[kind]} is seen${why}`
        : `${listed(links.map(({ name, link }) => linkInWords(name, link)))}${why}`,
  });
  if (up >= minimumTunnels) return said("holds");
  if (perhaps >= minimumTunnels) return said("open", ", and the rest is not known");
  return complete ? said("fails") : said("open", ", but not all in scope was read");
}

function linkInWords(name: string, { kind, encrypted, tunnels, peer }: Link): string {
  const up = tunnels.filter((tunnel) => tunnel.up === true).length;
  const unknown = tunnels.filter((tunnel) => tunnel.up === null).length;
  const state = `${up} of ${tunnels.length} up${unknown > 0 ? `, ${unknown} not known` : ""}`;
  const secrecy =
    encrypted === true
      ? "encrypted"
      : encrypted === false
        ? "not encrypted"
        : "whether encrypted is not known";
  const other = peer === null ? "" : ` to ${plain(peer, 45)}`;
  return `${NAMES[kind]} ${plain(name, 40)}${other} (${state}, ${secrecy})`;
}

/** SSL 2 and 3 are no encryption that anyone still has to break. */
function judgeEndpoints(way: Way, readings: readonly Reading[], complete: boolean): Finding {
  const endpoints = readings.flatMap(({ subject, facets: { protocols } }) =>
    protocols === undefined ? [] : [{ name: subject.name, speaks: speaksTls(protocols) }],
  );
  const names = (speaks: boolean | null) =>
    endpoints.flatMap((one) => (one.speaks === speaks ? [one.name] : []));
  const [clear, unknown] = [names(false), names(null)];
  if (clear.length > 0) {
    return { way, outcome: "fails", words: `no TLS at ${listed(clear)}` };
  }
  if (unknown.length > 0) {
    return { way, outcome: "open", words: `whether ${listed(unknown)} speaks TLS is not known` };
  }
  if (!complete) return { way, outcome: "open", words: "not all endpoints in scope were read" };
  return endpoints.length === 0
    ? { way, outcome: "fails", words: "no endpoint is declared for transfers" }
    : { way, outcome: "holds", words: `TLS at ${listed(names(true))}` };
}

function speaksTls({ versions }: Protocols): boolean | null {
  const having = (status: string) =>
    new Set(versions.flatMap((one) => (one.status === status ? [one.version] : [])));
  const [accepted, rejected] = [having("accepted"), having("rejected")];
  const tls = TLS_VERSIONS.filter((version) => version.startsWith("TLS"));
  if (tls.some((version) => accepted.has(version))) return true;
  return tls.every((version) => rejected.has(version)) ? false : null;
}

function declaredInWords({ anyOf, encrypted, minimumTunnels }: Expectation): string {
  const ways = anyOf.map((way) =>
    way === "tls-on-every-transfer-endpoint"
      ? "TLS at every endpoint of the transfer"
      : `${NAMES[KINDS[way]]} with ${minimumTunnels === 1 ? "a tunnel" : `${minimumTunnels} tunnels`} up`,
  );
  return `${ways.join(", or ")}${encrypted === undefined ? "" : ", encrypted"}`;
}
