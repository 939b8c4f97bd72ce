import type { StartTlsProtocol } from "#model/endpoint-url.ts";
import { ftp } from "./ftp.ts";
import { imap } from "./imap.ts";
import { ldap } from "./ldap.ts";
import { mysql } from "./mysql.ts";
import { nntp } from "./nntp.ts";
import { pop3 } from "./pop3.ts";
import { postgres } from "./postgres.ts";
import { sieve } from "./sieve.ts";
import { smtp } from "./smtp.ts";
import { broken, early, type Preamble, type Step } from "./talk.ts";
import { xmpp } from "./xmpp.ts";

export type { Preamble, Step } from "./talk.ts";

const PROTOCOLS: Readonly<Record<StartTlsProtocol, (hostname: string) => Preamble>> = {
  smtp: () => smtp("SMTP"),
  lmtp: () => smtp("LMTP"),
  imap,
  pop3,
  ftp,
  ldap,
  postgres,
  mysql,
  xmpp: (hostname) => xmpp("client", hostname),
  "xmpp-server": (hostname) => xmpp("server", hostname),
  nntp,
  sieve,
};

const MOST_BYTES = 65_536;

/**
 * The talk that begins TLS in a protocol. It holds no clock: who reads for it bounds the time. After a step that ends it,
 * whatever else the server says before the hello makes it broken.
 * @param hostname the name that the server is asked for
 */
export function createPreamble(protocol: StartTlsProtocol, hostname: string): Preamble {
  const talk = PROTOCOLS[protocol](hostname);
  let bytes = 0;
  let last: Step | null = null;
  const follow = (chunk: Buffer): Step | null => {
    if (last !== null) return "ready" in last ? early(chunk.toString("latin1")) : last;
    // A server of plain TLS answers what it cannot read with an alert.
    if (bytes === 0 && isTls(chunk)) {
      return broken("speaks TLS from the first byte: name its address with tls://");
    }
    bytes += chunk.length;
    if (bytes > MOST_BYTES) return broken(`says more than ${MOST_BYTES} bytes before TLS`);
    return talk.push(chunk);
  };
  return {
    open: talk.open,
    push: (chunk) => {
      if (chunk.length === 0) return null;
      const step = follow(chunk);
      if (step !== null && (!("send" in step) || "ready" in step)) last = step;
      return step;
    },
  };
}

/** An alert or a handshake record of SSL 3 to TLS 1.3. */
function isTls(chunk: Buffer): boolean {
  const [type, major, minor] = chunk;
  return (type === 0x15 || type === 0x16) && major === 3 && minor !== undefined && minor <= 4;
}
