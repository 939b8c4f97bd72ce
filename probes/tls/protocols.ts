/** The application protocols that a server agrees to by ALPN (RFC 7301). */
import { type End, explore, type Step, WHOLE, worst } from "./explore.ts";
import type { Answer, Asker } from "./shown.ts";

const WEB = ["h2", "http/1.1", "http/1.0", "http/0.9"];
/**
 * The registered names that make sense over TCP, with SPDY's last and Postfix's `smtp`. No `acme-tls/1`: its answer is
 * meant for certificate authorities alone.
 * https://www.iana.org/assignments/tls-extensiontype-values/ (ALPN Protocol IDs)
 */
export const PROTOCOLS: readonly string[] = (
  "h2 http/1.1 http/1.0 http/0.9 spdy/3.1 spdy/3 spdy/2 spdy/1 webrtc c-webrtc smtp imap pop3 managesieve ftp irc nntp " +
  "nnsp xmpp-client xmpp-server mqtt dot ntske/1 postgresql tds/8.0 sip/2 coap stun.turn stun.nat-discovery sunrpc dicom " +
  "radius/1.0 radius/1.1"
).split(" ");
/** For hellos that must be short. */
export const FEW_PROTOCOLS: readonly string[] = WEB.slice(0, 3);

export interface ProtocolList extends End {
  /** First the server's own choice. */
  readonly protocols: readonly string[];
  /** It refuses a client that offers none of its protocols, as RFC 7301 3.2 wants; null where it has none. */
  readonly strict: boolean | null;
}

/** The alert of RFC 7301 3.2. */
export const NO_PROTOCOL = 120;
/** A server that takes two odd names takes many. */
const SPLIT_AFTER = 2;

/**
 * Takes away what is chosen and asks again; those of the web are asked one by one at once, as most servers have them.
 * @param offered what the first question offered
 * @param first its answer
 */
export async function listProtocols(
  { ask }: Asker,
  offered: readonly string[],
  first: Answer,
): Promise<ProtocolList> {
  if (first.kind === "open") return { protocols: [], strict: null, ...first.end };
  if (first.kind === "refused") {
    return { protocols: [], strict: first.alert === NO_PROTOCOL, ...WHOLE };
  }
  const { protocol } = first;
  if (protocol === null) return { protocols: [], strict: null, ...WHOLE };
  if (!offered.includes(protocol)) return { protocols: [], strict: null, ...UNOFFERED };

  let strict = false;
  const step: Step = async (candidates) => {
    const protocols = candidates.flatMap((index) => offered[index] ?? []);
    const answer = await ask({ protocols, next: candidates.length === 1 ? "aside" : 0 });
    if (answer.kind === "open") return answer.end;
    if (answer.kind === "refused") {
      strict ||= answer.alert === NO_PROTOCOL;
      return WHOLE;
    }
    if (answer.protocol === null) return WHOLE;
    const index = offered.indexOf(answer.protocol);
    return candidates.includes(index) ? index : UNOFFERED;
  };
  const found: number[] = [];
  const others = offered.flatMap((name, index) => (name === protocol ? [] : [index]));
  const isWeb = (index: number) => WEB.includes(offered[index] ?? "");
  const singles = WEB.includes(protocol) ? others.filter(isWeb) : [];
  const rest = others.filter((index) => !singles.includes(index));
  const ends = await Promise.all([
    ...singles.map((index) => explore(step, [index], found)),
    explore(step, rest, found, SPLIT_AFTER),
  ]);
  const names = found.toSorted((a, b) => a - b).flatMap((index) => offered[index] ?? []);
  return { protocols: [protocol, ...names], strict, ...worst(ends) };
}

const UNOFFERED: End = {
  unfinished: "answered with a protocol that was not offered",
  silentEnd: false,
};
