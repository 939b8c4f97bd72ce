/** Gathers what the answers of one server show, whatever question they came for. */
import { createHash } from "node:crypto";
import { suiteCode } from "#facts/cipher-suites.ts";
import { signatureAlgorithmName } from "#facts/signature-algorithms.ts";
import type { Offered } from "#model/tls-facets.ts";
import { ownCopy } from "./bytes.ts";
import type { HelloVersion } from "./client-hello.ts";
import { HELLO_VERSIONS } from "./outcomes.ts";
import { proves } from "./possession.ts";
import type { Shown } from "./shown.ts";
import { ALL_ALGORITHMS } from "./signature-offers.ts";

/** One certificate with what came with it. */
export interface Presentation {
  /** DER as sent, leaf first; never empty. */
  readonly chain: readonly Buffer[];
  /** A stapled OCSP response; null where none came with any answer. */
  readonly ocsp: Buffer | null;
  /** A list of signed certificate timestamps (RFC 6962 3.3) from a TLS extension; null where none came. */
  readonly timestamps: Buffer | null;
  /** True where any answer was signed with the key of the leaf, false where one was signed with another; else null. */
  readonly possession: boolean | null;
  /** The versions that showed it, oldest first. */
  readonly versions: readonly HelloVersion[];
}

/** What one version showed; questions add to it. */
export interface Findings {
  /** Takes an answer that shows a certificate. */
  readonly saw: (shown: Shown) => void;
  readonly algorithms: Set<number>;
  /** It signed with what was not offered: then its list says nothing of what it would refuse. */
  readonly signedUnoffered: () => void;
}

export interface Seen {
  readonly in: (version: HelloVersion) => Findings;
  /** @param first the leaf to put first */
  readonly presented: (first: Buffer | undefined) => readonly Presentation[];
  readonly algorithms: () => readonly Offered[];
  readonly any: () => readonly HelloVersion[];
  /** Whether there were more leaves than are kept. */
  readonly more: () => boolean;
  /** Whether any answer asked for a client's certificate; null without answers. */
  readonly requestsCertificate: () => boolean | null;
}

/** More than the kinds of key that there are, and each costs time to judge. */
const MAX_LEAVES = 10;
/** Checking a signature takes time, so that no more are checked of one who cannot sign. */
const MAX_FAILURES = 3;

/**
 * An empty memory for one server.
 * @param showed told each chain as it comes
 */
export function createSeen(showed: (chain: readonly Buffer[]) => void = () => {}): Seen {
  const byLeaf = new Map<string, Presentation>();
  /** Signatures that did not hold, by leaf. */
  const failures = new Map<string, number>();
  const found = new Map<HelloVersion, Set<number>>();
  const any = new Set<HelloVersion>();
  let requestsCertificate: boolean | null = null;
  let more = false;

  /** One signature that holds is enough. */
  const possession = (key: string, { chain, proof }: Shown, known: boolean | null) => {
    const [leaf] = chain;
    const failed = failures.get(key) ?? 0;
    if (known === true || leaf === undefined || proof === null || failed >= MAX_FAILURES) {
      return known;
    }
    const proved = proves(leaf, proof);
    if (proved === false) failures.set(key, failed + 1);
    return proved ?? known;
  };

  const saw = (version: HelloVersion, shown: Shown) => {
    showed(shown.chain);
    requestsCertificate = shown.requestsCertificate || requestsCertificate === true;
    const key = keyOf(shown.chain[0]);
    const known = byLeaf.get(key);
    if (known === undefined && byLeaf.size >= MAX_LEAVES) {
      more = true;
      return;
    }
    byLeaf.set(key, {
      chain: known?.chain ?? shown.chain.map(ownCopy),
      // Some servers fetch what they staple after they are first asked.
      ocsp: known?.ocsp ?? (shown.ocsp && ownCopy(shown.ocsp)),
      timestamps: known?.timestamps ?? (shown.timestamps && ownCopy(shown.timestamps)),
      possession: possession(key, shown, known?.possession ?? null),
      versions: HELLO_VERSIONS.filter(
        (one) => one === version || known?.versions.includes(one) === true,
      ),
    });
  };

  return {
    in: (version) => {
      const algorithms = found.get(version) ?? new Set<number>();
      found.set(version, algorithms);
      return {
        saw: (shown) => saw(version, shown),
        algorithms,
        signedUnoffered: () => any.add(version),
      };
    },
    presented: (first) => {
      const leading = byLeaf.get(keyOf(first));
      const others = [...byLeaf.values()].filter((one) => one !== leading);
      return leading === undefined ? others : [leading, ...others];
    },
    algorithms: () =>
      HELLO_VERSIONS.flatMap((version) =>
        inOrder(found.get(version) ?? new Set()).map((code) => ({
          version,
          code: suiteCode(code),
          name: signatureAlgorithmName(code),
        })),
      ),
    more: () => more,
    any: () => HELLO_VERSIONS.filter((version) => any.has(version)),
    requestsCertificate: () => requestsCertificate,
  };
}

function keyOf(leaf: Buffer | undefined): string {
  return leaf === undefined ? "" : createHash("sha256").update(leaf).digest("hex");
}

/** They are found in any order, as they are asked for at once. */
function inOrder(codes: ReadonlySet<number>): number[] {
  const unknown = [...codes].filter((code) => !ALL_ALGORITHMS.includes(code));
  return [...ALL_ALGORITHMS.filter((code) => codes.has(code)), ...unknown];
}
