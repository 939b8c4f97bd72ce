import { kindOf } from "#facts/kinds.ts";
import type { Observation } from "#model/evidence.ts";
import type { Transport } from "#model/facets.ts";
import { ENDPOINT_KIND, subjectKey, TLS_ENDPOINT_KIND, type Subject } from "#model/subject.ts";
import { plain } from "#model/text.ts";
import { compareTlsVersions, TLS_VERSIONS, type TlsVersion } from "#model/tls.ts";

type TransportObservation = Extract<Observation, { facet: "transport" }>;

/** The ports at which clear text is looked for, beside the endpoint's own. */
const CLEAR_PORT = 80;

/**
 * Gives each declared endpoint the settings of the services that answer under its name, as its own facet `transport`: what
 * the wire shows and what is set are then judged together. A setting of another port is about another door.
 */
export function deriveEndpointSettings(
  observations: readonly Observation[],
): readonly Observation[] {
  const named = new Map<string, TransportObservation[]>();
  const endpoints = new Map<string, Subject>();
  for (const observation of observations) {
    const { subject } = observation;
    if (isEndpoint(subject)) {
      endpoints.set(subjectKey(subject), subject);
    } else if (observation.facet === "transport") {
      for (const host of new Set((observation.value.hostNames ?? []).map(canonicalHost))) {
        named.set(host, [...(named.get(host) ?? []), observation]);
      }
    }
  }
  if (named.size === 0) return [];
  const isKnownWhole = wholeKinds(observations);
  return [...endpoints.values()].flatMap((subject) => {
    const address = /^(.+):(\d+)$/.exec(subject.id);
    if (address === null) return [];
    const host = canonicalHost(address[1] ?? "");
    // A name of its own goes before one that a wildcard covers, so a wildcard counts where no name can have been missed.
    const wide = named.get(host.replace(/^[^.]+/, "*")) ?? [];
    const exact = named.get(host);
    const found = exact ?? wide.filter(isKnownWhole);
    const joined = join(subject, found, Number(address[2]));
    const [first] = exact === undefined ? wide.filter((one) => !isKnownWhole(one)) : [];
    if (first === undefined) return joined === null ? [] : [joined];
    return [doubtful(subject, first, joined)];
  });
}

/** Whether a subject is what a wire was asked at. */
export function isEndpoint({ kind }: Subject): boolean {
  return kind === ENDPOINT_KIND || kind === TLS_ENDPOINT_KIND;
}

/** Whether all of a setting's kind were listed in its target, and the setting of each was read. */
function wholeKinds(
  observations: readonly Observation[],
): (setting: TransportObservation) => boolean {
  const place = ({ target, kind }: Pick<Subject, "target" | "kind">) =>
    `${target}\n${kind.toLowerCase()}`;
  const read = new Set<string>();
  const listed = new Set<string>();
  const items: Subject[] = [];
  for (const observation of observations) {
    if (observation.facet === "transport") read.add(subjectKey(observation.subject));
    if (observation.facet !== "inventory") continue;
    const { complete, kinds, items: some } = observation.value;
    items.push(...some);
    const { target } = observation.subject;
    if (complete) for (const kind of kinds) listed.add(place({ target, kind }));
  }
  const unread = new Set(items.filter((item) => !read.has(subjectKey(item))).map(place));
  return ({ subject }) => listed.has(place(subject)) && !unread.has(place(subject));
}

function join(
  subject: Subject,
  found: readonly TransportObservation[],
  port: number,
): TransportObservation | null {
  const ofPort = (ports: readonly number[]) => (one: TransportObservation) =>
    one.value.port === undefined || ports.includes(one.value.port);
  const tls = found.filter(ofPort([port])).filter(({ value }) => versionsOf(value).length > 0);
  const clear = found
    .filter(ofPort([port, CLEAR_PORT]))
    .filter(({ value }) => value.secureOnly !== null);
  const used = found.filter((one) => tls.includes(one) || clear.includes(one));
  const [first] = used;
  if (first === undefined) return null;
  const versions = TLS_VERSIONS.filter((version) =>
    tls.some(({ value }) => versionsOf(value).includes(version)),
  );
  const value: Transport = {
    secureOnly: clear.length === 0 ? null : clear.every(({ value: { secureOnly } }) => secureOnly),
    minimumTls: versions[0] ?? null,
    ...(versions.length === 0 ? {} : { versions }),
    minimumTlsIsDefault: tls.some(({ value: one }) => one.minimumTlsIsDefault),
    platformFloor: tls.length === 1 ? (tls[0]?.value.platformFloor ?? null) : null,
    detail: used.map(inWords).join("; "),
  };
  const oldest = used.reduce((a, b) => (b.observedAt < a.observedAt ? b : a));
  return { ...first, subject, observedAt: oldest.observedAt, value };
}

/** Where a name of its own may have been missed, a wildcard's setting is neither the endpoint's nor not. */
function doubtful(
  subject: Subject,
  wide: TransportObservation,
  joined: TransportObservation | null,
): Observation {
  const title = kindOf(wide.subject.kind)?.title ?? wide.subject.kind;
  const words = `whether ${title} ${plain(wide.subject.name, 80)}, which has a wildcard, answers under this name is not known: not every ${title} was listed and read`;
  const nothing = {
    secureOnly: null,
    minimumTls: null,
    minimumTlsIsDefault: false,
    platformFloor: null,
    detail: "not known",
  };
  const value = { ...(joined?.value ?? nothing), unseen: [words] };
  return { ...(joined ?? wide), subject, value };
}

/** The versions that a setting lets in; none where it names none. */
function versionsOf({ versions, minimumTls }: Transport): readonly TlsVersion[] {
  if (versions !== undefined) return versions;
  if (minimumTls === null) return [];
  return TLS_VERSIONS.filter((version) => compareTlsVersions(version, minimumTls) >= 0);
}

function inWords({ subject, value }: TransportObservation): string {
  const title = kindOf(subject.kind)?.title ?? subject.kind;
  return `${title} ${plain(subject.name, 80)}: ${plain(value.detail)}`;
}

/** A host name as names are compared: in lower case, without a dot at its end. */
export function canonicalHost(host: string): string {
  return host.toLowerCase().replace(/\.$/, "");
}
