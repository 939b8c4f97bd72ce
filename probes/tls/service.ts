/** How a server treats an ordinary client: its certificate, its protocols, and whether it must be named. */
import { isIP } from "node:net";
import type { TlsService } from "#model/tls-facets.ts";
import { authenticationOf } from "./authentications.ts";
import { WHOLE } from "./explore.ts";
import {
  FEW_PROTOCOLS,
  listProtocols,
  NO_PROTOCOL,
  type ProtocolList,
  PROTOCOLS,
} from "./protocols.ts";
import type { Answer, Asker, Wish } from "./shown.ts";
import { ORDINARY_ALGORITHMS } from "./signature-offers.ts";
import type { Accepted } from "./versions.ts";
import type { Wire } from "./wire.ts";

/** Answers to come. */
export interface Service {
  readonly version: Accepted["version"];
  /** What it chose first brings a certificate. */
  readonly certified: boolean;
  /** What a client gets that names the host. */
  readonly ordinary: Promise<Answer>;
  /** What a client gets that does not; null where it was not asked. */
  readonly unnamed: Promise<Answer | null>;
  /** null where it was not asked. */
  readonly protocols: Promise<ProtocolList | null>;
}

/**
 * Begins to ask, in the newest version that is accepted.
 * @param wanted.protocols whether ALPN is asked for
 * @param wanted.unnamed whether the same is asked without a name
 */
export function beginService(
  wire: Wire,
  asker: Asker,
  { version, shape, hello }: Accepted,
  wanted: { readonly protocols: boolean; readonly unnamed: boolean },
): Service {
  const names = shape.compact ? FEW_PROTOCOLS : PROTOCOLS;
  const extensible = version !== "SSLv3";
  const offered = wanted.protocols && extensible ? names : null;
  const first = askOrdinarily(asker, {
    ...(offered === null ? {} : { protocols: offered }),
    next: wanted.protocols ? FOLLOWING : 0,
  });
  const ordinary = first.then((answer) =>
    // It may refuse those who speak none of its protocols.
    answer.kind === "refused" && offered !== null ? askOrdinarily(asker, {}) : answer,
  );
  const { serverName } = wire.address;
  const named = serverName !== null && isIP(serverName) === 0 && extensible;
  const unnamed = !wanted.unnamed
    ? Promise.resolve(null)
    : named
      ? askOrdinarily(asker, { withoutName: true, next: "aside" })
      : ordinary;
  return {
    version,
    certified: version === "TLSv1.3" || authenticationOf(hello.suite) !== null,
    ordinary,
    unnamed,
    protocols:
      offered === null
        ? Promise.resolve(wanted.protocols ? NONE : null)
        : ordinary.then(async (answer) =>
            answer.kind === "shown" ? listProtocols(asker, offered, await first) : UNREADABLE,
          ),
  };
}

/**
 * Offers the signature algorithms that today's clients do, for a server may have newer certificates that those never get;
 * and all others where it has none of them.
 */
async function askOrdinarily(asker: Asker, wish: Wish): Promise<Answer> {
  if (asker.version !== "TLSv1.2" && asker.version !== "TLSv1.3") return asker.ask(wish);
  const answer = await asker.ask({ ...wish, signatureAlgorithms: ORDINARY_ALGORITHMS });
  return answer.kind === "refused" && answer.alert !== NO_PROTOCOL ? asker.ask(wish) : answer;
}

/** Signature algorithms and protocols are listed from the first answer on. */
const FOLLOWING = 4;

/** A version without extensions has none. */
const NONE: ProtocolList = { protocols: [], strict: null, ...WHOLE };
const UNREADABLE: ProtocolList = {
  protocols: [],
  strict: null,
  unfinished: "no ordinary handshake succeeds",
  silentEnd: false,
};

/**
 * What the answer without a name says of the need for one.
 * @param leaves DER of the certificates that those get who name the host
 */
export function nameNeed(
  wire: Pick<Wire, "flaky">,
  unnamed: Answer,
  leaves: readonly Buffer[],
): TlsService["sni"] {
  if (leaves.length === 0) return "unknown";
  if (unnamed.kind === "shown") {
    const leaf = unnamed.chain[0];
    const same = leaf !== undefined && leaves.some((one) => one.equals(leaf));
    return same ? "not-needed" : "other-certificate";
  }
  if (unnamed.kind === "refused") return "required";
  // It was silent again and again, while it answered those who named it.
  return unnamed.end.silentEnd && !wire.flaky() ? "required" : "unknown";
}
