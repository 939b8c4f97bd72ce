import type { KeyExchange, Offered } from "#model/tls-facets.ts";
import { type NamedGroup, NAMED_GROUPS } from "./named-groups.ts";

/** Whether recordings of today's traffic are safe from tomorrow's quantum computers. */
export interface PostQuantum {
  readonly status: "ready" | "not-ready" | "unknown";
  /** `ready: X25519MLKEM768 (hybrid)`; `not ready: no post-quantum group`; `not known: …` */
  readonly words: string;
}

/**
 * What the groups of an endpoint say about post-quantum key exchange, in words. Only TLS 1.3 can have it; a draft that
 * browsers no longer speak is none.
 */
export function postQuantumReadiness(facet: KeyExchange | null): PostQuantum {
  if (facet === null) return { status: "unknown", words: "not known: no groups were read" };
  const named = facet.groups
    .filter(({ version }) => version === "TLSv1.3")
    .flatMap((offered) => groupOf(offered) ?? []);
  const ready = named.filter((group) => isPostQuantum(group) && !isDraft(group));
  if (ready.length > 0) {
    const words = new Set(ready.map(({ name, kind }) => `${name} (${KINDS[kind]})`));
    return { status: "ready", words: `ready: ${[...words].join(", ")}` };
  }
  if (facet.unfinished.some(({ version }) => version === "TLSv1.3")) {
    return { status: "unknown", words: "not known: the groups of TLSv1.3 are not all known" };
  }
  if (facet.groups.length + facet.primes.length === 0) {
    return { status: "unknown", words: "not known: no group was seen" };
  }
  const drafts = [...new Set(named.filter(isDraft).map(({ name }) => name))];
  const only = drafts.length === 0 ? "" : `, only the draft ${drafts.join(", ")}`;
  return { status: "not-ready", words: `not ready: no post-quantum group${only}` };
}

const KINDS = { ec: "curve", ff: "finite field", kem: "pure", hybrid: "hybrid" } as const;

function groupOf({ code }: Offered): NamedGroup | undefined {
  return NAMED_GROUPS.get(Number.parseInt(code, 16));
}

function isPostQuantum({ kind }: NamedGroup): boolean {
  return kind === "kem" || kind === "hybrid";
}

function isDraft({ name }: NamedGroup): boolean {
  return name.includes("Kyber");
}
