/** Everything that a server shows when it authenticates: its certificates, what it signs with, what it wants of clients. */
import type { FacetName } from "#model/facets.ts";
import type { Offered, TlsService } from "#model/tls-facets.ts";
import { compareTlsVersions } from "#model/tls.ts";
import { authenticationOf, certifiedSuites } from "./authentications.ts";
import { classicAsker } from "./classic-asker.ts";
import type { HelloVersion } from "./client-hello.ts";
import { type End, WHOLE } from "./explore.ts";
import { HELLO_VERSIONS } from "./outcomes.ts";
import { createSeen, type Presentation, type Seen } from "./seen.ts";
import { beginService, nameNeed, type Service } from "./service.ts";
import { listClassicSignatures, listTls13Signatures } from "./signatures.ts";
import { tls13Asker } from "./tls13-asker.ts";
import { type Accepted, newestOlder, type VersionAnswers } from "./versions.ts";
import type { Wire } from "./wire.ts";

/** How the asking of a version ended: why there may be more, or that it ended in silence. */
export type VersionEnd = End & { readonly version: HelloVersion };

export interface Authentication {
  /** One for each leaf, first the one that today's ordinary client gets. Empty where none could be read. */
  readonly presented: readonly Presentation[];
  /** It showed more leaves than are kept. */
  readonly more: boolean;
  /** DER of the leaf that a client gets which names no host; null where it gets none or was not asked. */
  readonly withoutName: Buffer | null;
  readonly signatureAlgorithms: readonly Offered[];
  /** The versions in which it signed with what was not offered. */
  readonly anySignatureAlgorithm: readonly HelloVersion[];
  /** First its own choice; null where that could not be read or was not asked. */
  readonly alpn: readonly string[] | null;
  /** It refuses clients that offer none of its protocols; null where it has none or nothing tells. */
  readonly alpnStrict: boolean | null;
  readonly sni: TlsService["sni"];
  /** It asks for a client's certificate; null where no answer tells. */
  readonly requestsCertificate: boolean | null;
  readonly ends: readonly VersionEnd[];
}

/**
 * Asks a server to authenticate in all the ways that it can, each over a connection of its own. The asking for a version
 * begins when it is known to be accepted. Never rejects.
 * @param wanted facets: `certificate`, `keyExchange` (signature algorithms), `tlsService` (ALPN, SNI)
 * @param showed told each chain as it comes, DER, leaf first
 */
export async function authenticate(
  wire: Wire,
  versions: VersionAnswers,
  wanted: ReadonlySet<FacetName>,
  showed: (chain: readonly Buffer[]) => void = () => {},
): Promise<Authentication> {
  const seen = createSeen(showed);
  const asking = { wire, versions, wanted, seen };
  const [tls13, older] = await Promise.all([askTls13(asking), askOlder(asking)]);
  const ends = [...tls13.ends, ...older.ends];
  const service = tls13.service ?? older.service;
  const [ordinary, unnamed, protocols] = await Promise.all([
    service?.ordinary,
    service?.unnamed,
    service?.protocols,
  ]);
  // A server that has anonymous suites alone shows none, and that is all there is to it.
  if (service?.certified === true && ordinary && ordinary.kind !== "shown") {
    const why = ordinary.kind === "refused" ? ordinary.why : (ordinary.end.unfinished ?? "silence");
    const unfinished = `an ordinary handshake fails: ${why}`;
    ends.push({ version: service.version, unfinished, silentEnd: false });
  }
  // A silence is no answer of a server that is silent at other times.
  const unsure = ({ silentEnd }: End) => silentEnd && wire.flaky();
  const presented = seen.presented(ordinary?.kind === "shown" ? ordinary.chain[0] : undefined);
  const leaves = presented.flatMap(({ chain }) => chain[0] ?? []);
  return {
    presented,
    more: seen.more(),
    withoutName: unnamed?.kind === "shown" ? (unnamed.chain[0] ?? null) : null,
    signatureAlgorithms: seen.algorithms(),
    anySignatureAlgorithm: seen.any(),
    alpn: protocols?.unfinished === null && !unsure(protocols) ? protocols.protocols : null,
    alpnStrict: protocols?.strict ?? null,
    sni: unnamed ? nameNeed(wire, unnamed, leaves) : "unknown",
    requestsCertificate: seen.requestsCertificate(),
    ends,
  };
}

/** What all parts of the asking share. */
interface Asking {
  readonly wire: Wire;
  readonly versions: VersionAnswers;
  readonly wanted: ReadonlySet<FacetName>;
  readonly seen: Seen;
}

/** What one part of the asking gave; no service where its version is not the newest. */
interface Part {
  readonly service: Service | null;
  readonly ends: readonly VersionEnd[];
}

async function askTls13({ wire, versions, wanted, seen }: Asking): Promise<Part> {
  const version = "TLSv1.3";
  const accepted = await versions.get(version);
  if (!accepted) return { service: null, ends: [] };
  const asker = tls13Asker(wire, accepted);
  const service = beginService(wire, asker, accepted, wishes(wanted));
  const first = await service.ordinary;
  const findings = seen.in(version);
  if (first.kind === "shown") findings.saw(first);
  const code = first.kind === "shown" ? first.signatureAlgorithm : null;
  const end = await listTls13Signatures(asker, code, wanted.has("keyExchange"), findings);
  return { service, ends: [{ version, ...end }] };
}

/** The newest version up to 1.2, and of the others what they show that it does not. */
async function askOlder(asking: Asking): Promise<Part> {
  const { wire, versions, wanted, seen } = asking;
  const accepted = await newestOlder(versions);
  if (accepted === null) return { service: null, ends: [] };
  const { version } = accepted;
  const asker = classicAsker(wire, accepted);
  const findings = seen.in(version);
  const listed = listClassicSignatures(asker, accepted, wanted.has("keyExchange"), findings);
  const isNewest = !(await versions.get("TLSv1.3"));
  const service = isNewest ? beginService(wire, asker, accepted, wishes(wanted)) : null;
  const first = await service?.ordinary;
  if (first?.kind === "shown") findings.saw(first);
  const { authentications, unfinished, silentEnd } = await listed;
  const before = HELLO_VERSIONS.filter((other) => compareTlsVersions(other, version) < 0);
  const ends = await Promise.all(
    before.map(async (other): Promise<readonly VersionEnd[]> => {
      const also = await versions.get(other);
      if (!also) return [];
      return [{ version: other, ...(await lookFurther(asking, also, authentications)) }];
    }),
  );
  return { service, ends: [{ version, unfinished, silentEnd }, ...ends.flat()] };
}

function wishes(wanted: ReadonlySet<FacetName>) {
  const protocols = wanted.has("tlsService");
  return { protocols, unnamed: protocols || wanted.has("certificate") };
}

/** A server may have a certificate for its oldest versions alone, of the same kind or another: one question each. */
async function lookFurther(
  { wire, seen }: Asking,
  accepted: Accepted,
  known: ReadonlySet<string>,
): Promise<End> {
  const certified = certifiedSuites(accepted);
  if (certified.length === 0) return WHOLE;
  const kind = authenticationOf(accepted.hello.suite);
  const another = kind !== null && !known.has(kind);
  const suites = another
    ? certified.filter((suite) => authenticationOf(suite) === kind)
    : certified;
  const answer = await classicAsker(wire, accepted).ask({ suites });
  if (answer.kind === "shown") seen.in(accepted.version).saw(answer);
  return answer.kind === "open" ? answer.end : WHOLE;
}
