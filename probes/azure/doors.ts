/** Many ways into one resource, told as one facet: the weakest counts; pure. */
import type { Transport } from "#model/facets.ts";
import type { WebFirewall } from "#model/security-facets.ts";
import { compareTlsVersions, TLS_VERSIONS, type TlsVersion } from "#model/tls.ts";
import type { PolicyReading } from "./firewall-policy-facets.ts";

/** One way in: a domain, a listener. */
export interface Door {
  /** Host names; none: it is there for every name. */
  readonly names: readonly string[];
  /** null: cannot be told. */
  readonly secureOnly: boolean | null;
  /** The versions that it lets in, none where it speaks no TLS; null: cannot be told. */
  readonly versions: readonly TlsVersion[] | null;
  /** True where nobody set them and the provider's documented default stands in. */
  readonly isDefault: boolean;
  /** The setting in the provider's words. */
  readonly words: string;
}

const MOST_WORDS = 20;
const MOST_NAMES = 1000;

/** Whether all hold: one that does not is enough to know, and without that one that cannot be told leaves it open. */
export function allOf(flags: Iterable<boolean | null>): boolean | null {
  const seen = new Set(flags);
  return seen.has(false) ? false : seen.has(null) ? null : true;
}

/** A version and all newer ones. */
export function versionsFrom(minimum: TlsVersion): readonly TlsVersion[] {
  return TLS_VERSIONS.filter((version) => compareTlsVersions(version, minimum) >= 0);
}

/**
 * What all doors let in together. A name is told only where its own doors are as weak as the whole, for what is said
 * would not be so of it.
 */
export function weakestTransport(
  doors: readonly Door[],
  platformFloor: Transport["platformFloor"],
): Transport {
  const whole = letIn(doors);
  const unseen = doors.filter(({ versions }) => versions === null).map(({ words }) => words);
  const known = doors.filter(({ versions }) => versions !== null && versions.length > 0);
  const nothing = whole.versions.length === 0 && unseen.length > 0;
  const names = [...new Set(doors.flatMap((door) => door.names.map((name) => name.toLowerCase())))];
  const alike =
    unseen.length > 0 ? [] : names.filter((name) => isAlike(letIn(of(name, doors)), whole));
  const words = [...new Set(doors.map((door) => door.words))];
  const more = words.length > MOST_WORDS ? ` and ${words.length - MOST_WORDS} more` : "";
  return {
    secureOnly: whole.secureOnly,
    minimumTls: whole.versions[0] ?? null,
    ...(nothing ? {} : { versions: whole.versions }),
    minimumTlsIsDefault: known.length > 0 && known.every(({ isDefault }) => isDefault),
    platformFloor,
    ...(alike.length === 0 ? {} : { hostNames: alike.slice(0, MOST_NAMES) }),
    ...(unseen.length === 0 ? {} : { unseen: [...new Set(unseen)].slice(0, MOST_WORDS) }),
    detail:
      words.length === 0 ? "nothing is served" : `${words.slice(0, MOST_WORDS).join("; ")}${more}`,
  };
}

interface LetIn {
  readonly secureOnly: boolean | null;
  readonly versions: readonly TlsVersion[];
}

function letIn(doors: readonly Door[]): LetIn {
  const all = new Set(doors.flatMap(({ versions }) => versions ?? []));
  return {
    secureOnly: allOf(doors.map(({ secureOnly }) => secureOnly)),
    versions: TLS_VERSIONS.filter((version) => all.has(version)),
  };
}

/** The doors of a name: its own, and of those for every name the kinds (with and without TLS) that it has none of. */
function of(name: string, doors: readonly Door[]): readonly Door[] {
  const own = doors.filter(({ names }) => names.some((one) => one.toLowerCase() === name));
  const speaksTls = ({ versions }: Door) => versions?.length !== 0;
  const open = doors.filter(
    (door) => door.names.length === 0 && !own.some((other) => speaksTls(other) === speaksTls(door)),
  );
  return [...own, ...open];
}

function isAlike(one: LetIn, other: LetIn): boolean {
  return one.secureOnly === other.secureOnly && String(one.versions) === String(other.versions);
}

/** A way in and the firewall before it; null: none. */
export interface GuardedDoor {
  readonly name: string;
  readonly policy: PolicyReading | null;
}

/**
 * What stands before all doors together: the weakest policy counts, and so does a door without any.
 * @param nothing why no firewall can stand there, for what has no door
 */
export function weakestFirewall(doors: readonly GuardedDoor[], nothing: string): WebFirewall {
  const policies = [
    ...new Map(
      // Policies of one name in two resource groups are two.
      doors.flatMap(({ policy }) =>
        policy === null ? [] : [[JSON.stringify(policy), policy] as const],
      ),
    ).values(),
  ];
  const bare = doors.filter(({ policy }) => policy === null).map(({ name }) => name.slice(0, 300));
  if (policies.length === 0) {
    return {
      ...(doors.length === 0 ? { inapplicable: nothing } : {}),
      policy: null,
      enabled: null,
      mode: null,
      managedRules: [],
      countingRules: [],
    };
  }
  const modes = new Set(policies.map((policy) => policy.mode));
  const managed = policies.map((policy) => policy.managedRules);
  return {
    policy: policies
      .slice(0, MOST_WORDS)
      .map(({ name }) => name)
      .join(", "),
    ...(bare.length === 0 ? {} : { unprotected: [...new Set(bare)].slice(0, MOST_NAMES) }),
    enabled: allOf(policies.map((policy) => policy.enabled)),
    mode: modes.has("detection") ? "detection" : modes.has(null) ? null : "prevention",
    managedRules: managed.some((rules) => rules.length === 0) ? [] : [...new Set(managed.flat())],
    countingRules: [...new Set(policies.flatMap((policy) => policy.countingRules))],
  };
}
