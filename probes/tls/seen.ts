/** Gathers what the answers of one server show, whatever question they came for. */
import { createHash } from "node:crypto";
import { suiteCode } from "#facts/cipher-suites.ts";
import { signatureAlgorithmName } from "#facts/signature-algorithms.ts";
import type { Offered } from "#model/tls-facets.ts";
import type { HelloVersion } from "./client-hello.ts";
import { HELLO_VERSIONS } from "./outcomes.ts";
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
  /** Whether any answer asked for a client's certificate; null without answers. */
  readonly requestsCertificate: () => boolean | null;
}

/** An empty memory for one server. */
export function createSeen(): Seen {
  const byLeaf = new Map<string, Presentation>();
  const found = new Map<HelloVersion, Set<number>>();
  const any = new Set<HelloVersion>();
  let requestsCertificate: boolean | null = null;

  const saw = (version: HelloVersion, shown: Shown) => {
    requestsCertificate = shown.requestsCertificate || requestsCertificate === true;
    const key = keyOf(shown.chain[0]);
    const known = byLeaf.get(key);
    byLeaf.set(key, {
      chain: known?.chain ?? shown.chain,
      // Some servers fetch what they staple after they are first asked.
      ocsp: known?.ocsp ?? shown.ocsp,
      timestamps: known?.timestamps ?? shown.timestamps,
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
