/** Lists what a server signs its handshakes with, and so sees each of its certificates. */
import { authenticationOf, certifiedSuites, isSigned } from "./authentications.ts";
import { type End, SILENT, WHOLE, worst } from "./explore.ts";
import type { Findings } from "./seen.ts";
import type { Asker, Shown } from "./shown.ts";
import { algorithmsFor, alike, TLS13_FAMILIES } from "./signature-offers.ts";
import type { Accepted } from "./versions.ts";
import type { Next } from "./wire.ts";

/**
 * TLS 1.3, where the algorithm alone decides the certificate.
 * @param first the algorithm that an ordinary hello was answered with; null where it was not
 * @param every also list the algorithms that bring no other certificate
 */
export async function listTls13Signatures(
  asker: Asker,
  first: number | null,
  every: boolean,
  findings: Findings,
): Promise<End> {
  const list = lister(asker, every, findings);
  if (first !== null) findings.algorithms.add(first);
  const ends = TLS13_FAMILIES.map((family) =>
    first !== null && family.includes(first) ? list.after(first, family) : list.all(family),
  );
  return worst(await Promise.all(ends));
}

/**
 * TLS 1.2 and older, where the suite decides the certificate; in 1.2 each has its algorithms.
 * @returns how it ended, and the kinds of certificate that it found: `RSA`, `ECDSA`, …
 */
export async function listClassicSignatures(
  asker: Asker,
  accepted: Accepted,
  every: boolean,
  findings: Findings,
): Promise<End & { readonly authentications: ReadonlySet<string> }> {
  const certified = certifiedSuites(accepted);
  const authentications = new Set<string>();
  const having = (some: readonly string[]) =>
    certified.filter((suite) => some.includes(authenticationOf(suite) ?? ""));
  const saw = (shown: Shown) => {
    const authentication = authenticationOf(shown.suite);
    if (authentication !== null) authentications.add(authentication);
    findings.saw(shown);
  };
  const listerFor = (authentication: string) => {
    const signed = having([authentication]).filter(isSigned);
    const list = lister(asker, every, { ...findings, saw }, signed);
    return signed.length === 0 || accepted.version !== "TLSv1.2" ? null : list;
  };
  const look = async (suites: readonly number[]): Promise<End> => {
    if (suites.length === 0) return WHOLE;
    const answer = await asker.ask({ suites });
    if (answer.kind === "shown") saw(answer);
    return answer.kind === "open" ? answer.end : WHOLE;
  };
  /** One kind of certificate: with what it signs, or at least that it is there. */
  const listOne = async (authentication: string): Promise<End> => {
    const list = listerFor(authentication);
    const suites = having([authentication]);
    if (list === null) return look(suites);
    const algorithms = algorithmsFor(authentication);
    const end = await (isSigned(accepted.hello.suite)
      ? list.likely(algorithms)
      : list.all(algorithms));
    if (authentications.has(authentication)) return end;
    return worst([end, await look(suites.filter((suite) => !isSigned(suite)))]);
  };
  /** One question for several kinds, which few servers have any of. */
  const listOthers = async (others: readonly string[]): Promise<End> => {
    const suites = having(others);
    if (suites.length === 0) return WHOLE;
    const answer = await asker.ask({ suites });
    if (answer.kind === "refused") return WHOLE;
    if (answer.kind === "open") return answer.end;
    saw(answer);
    const found = authenticationOf(answer.suite) ?? "";
    const code = answer.signatureAlgorithm;
    if (code !== null) findings.algorithms.add(code);
    const list = listerFor(found);
    const more =
      list === null
        ? WHOLE
        : code === null
          ? listOne(found)
          : list.after(code, algorithmsFor(found));
    return worst(await Promise.all([more, listOthers(others.filter((one) => one !== found))]));
  };

  const first = authenticationOf(accepted.hello.suite);
  const kinds = [...new Set(certified.map((suite) => authenticationOf(suite) ?? ""))];
  const end = worst(
    await Promise.all([
      first === null ? WHOLE : listOne(first),
      listOthers(kinds.filter((kind) => kind !== first)),
    ]),
  );
  return { ...end, authentications };
}

/** Takes away what is chosen and asks again; at once where it is likely that there is more. */
function lister(
  { ask, version }: Asker,
  every: boolean,
  findings: Findings,
  suites?: readonly number[],
) {
  const all = async (candidates: readonly number[], next: Next = 0): Promise<End> => {
    if (candidates.length === 0) return WHOLE;
    const answer = await ask({
      signatureAlgorithms: candidates,
      next,
      ...(suites === undefined ? {} : { suites }),
    });
    if (answer.kind === "refused") return WHOLE;
    if (answer.kind === "open") return answer.end;
    findings.saw(answer);
    const code = answer.signatureAlgorithm;
    // Some send a certificate before they see that they cannot sign for it.
    if (answer.cut !== null) return answer.cut === "refused" ? WHOLE : SILENT;
    if (code === null) return { unfinished: "it does not say how it signs", silentEnd: false };
    findings.algorithms.add(code);
    if (candidates.includes(code)) return after(code, candidates);
    findings.signedUnoffered();
    return WHOLE;
  };
  /** What else there is beside an algorithm that was chosen of these. */
  const after = async (code: number, candidates: readonly number[]): Promise<End> => {
    const others = alike(code, version).filter((other) => candidates.includes(other));
    const rest = candidates.filter((other) => other !== code && !others.includes(other));
    const singles = every ? others.map((other) => all([other], "aside")) : [];
    return worst(await Promise.all([all(rest), ...singles]));
  };
  /** From a kind of key that the server is known to have: its usual algorithms at once. */
  const likely = async (candidates: readonly number[]): Promise<End> => {
    const [first] = candidates;
    if (first === undefined || !every) return all(candidates);
    return worst(await Promise.all([all([first], "aside"), after(first, candidates)]));
  };
  return { all, after, likely };
}
