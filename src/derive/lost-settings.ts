import { mayAnswerUnder } from "#facts/host-names.ts";
import { kindOf } from "#facts/kinds.ts";
import type { Observation } from "#model/evidence.ts";
import type { Transport } from "#model/facets.ts";
import { subjectKey, type Subject } from "#model/subject.ts";
import { plain } from "#model/text.ts";
import type { Joined } from "./backups.ts";
import { canonicalHost, isEndpoint } from "./endpoint-settings.ts";
import { explain } from "./explain.ts";
import { knownSubjects } from "./known-subjects.ts";

/** A setting that nobody could read says nothing, neither good nor bad. */
const NOTHING: Transport = {
  secureOnly: null,
  minimumTls: null,
  minimumTlsIsDefault: false,
  platformFloor: null,
  detail: "not read",
};

/**
 * Says of each endpoint which services may answer under its name though their settings were not read: the wire alone
 * would pass then, where with the setting it may fail.
 * @param isWanted whether any claim asks for the settings of a target; of another nothing was lost
 */
export function markLostSettings(
  { observations, problems }: Joined,
  isWanted: (target: string) => boolean,
): Joined {
  const read = new Set<string>();
  const taken = new Set<string>();
  const endpoints = new Map<string, Observation>();
  for (const observation of observations) {
    const { subject, facet } = observation;
    const key = subjectKey(subject);
    if (isEndpoint(subject)) {
      if (facet === "transport" || !endpoints.has(key)) endpoints.set(key, observation);
    } else if (facet === "transport") {
      read.add(key);
      for (const host of observation.value.hostNames ?? []) {
        taken.add(`${subject.kind.toLowerCase()} ${canonicalHost(host)}`);
      }
    }
  }
  if (endpoints.size === 0) return { observations, problems };
  const lost = [...knownSubjects(observations).byTarget].flatMap(([target, subjects]) =>
    isWanted(target) ? subjects.filter((subject) => !read.has(subjectKey(subject))) : [],
  );
  const replaced = new Set<Observation>();
  const made: Observation[] = [];
  for (const observation of endpoints.values()) {
    const host = canonicalHost(observation.subject.id.replace(/:\d+$/, ""));
    const ways = lost.filter((service) => {
      const may = mayAnswerUnder(service, host);
      const isTaken = taken.has(`${service.kind.toLowerCase()} ${host}`);
      return may === "yes" || (may === "unless-taken" && !isTaken);
    });
    if (ways.length === 0) continue;
    const value = observation.facet === "transport" ? observation.value : NOTHING;
    const unseen = [...(value.unseen ?? []), ...inWords(ways, problems)];
    if (observation.facet === "transport") replaced.add(observation);
    made.push({ ...observation, facet: "transport", value: { ...value, unseen } });
  }
  return {
    observations: [...observations.filter((observation) => !replaced.has(observation)), ...made],
    problems,
  };
}

/** The first few, each with why it was not read. */
function inWords(services: readonly Subject[], problems: Joined["problems"]): readonly string[] {
  const first = services.slice(0, 3).map((service) => {
    const title = kindOf(service.kind)?.title ?? service.kind;
    const words = `the settings of ${title} ${plain(service.name, 80)}, which may answer under this name, were not read`;
    const why = explain(service.target, problems);
    const { message, permission } = why(service, "transport", words, [service.kind], ["transport"]);
    return permission === null ? message : `${message} (permission ${permission})`;
  });
  const more = services.length - first.length;
  return more > 0 ? [...first, `nor those of ${more} more`] : first;
}
