/** What servers say in the talk before TLS, turn by turn, and what they expect to hear. */
import type { StartTlsProtocol } from "#model/endpoint-url.ts";
import { createPreamble, type Step } from "#probes/tls/starttls/preamble.ts";
import { integer, octets, sequence, tlv } from "./certificates.ts";

/** A text or bytes of the server's; a pattern is what the client must have said. */
export type Turn = string | Buffer | RegExp;

/** MySQL's first packet: version 10, a name, the flags. */
export function mysqlGreeting(flags: number, version = "11.4.2-MariaDB"): Buffer {
  const payload = Buffer.concat([
    Buffer.from([10]),
    Buffer.from(`${version}\0`),
    Buffer.alloc(12, 7),
    Buffer.from([0, flags & 0xff, flags >> 8, 33, 2, 0]),
    Buffer.alloc(30),
  ]);
  return mysqlPacket(payload);
}
export function mysqlPacket(payload: Buffer, number = 0): Buffer {
  const header = Buffer.alloc(4);
  header.writeUIntLE(payload.length, 0, 3);
  header.writeUInt8(number, 3);
  return Buffer.concat([header, payload]);
}

/** LDAP's answer to an extended request. */
export function ldapResponse(code: number, { id = 1, tag = 0x78, text = "" } = {}): Buffer {
  const result = tlv(0x0a, Buffer.from([code]));
  return sequence(integer(id), tlv(tag, result, octets(), octets(Buffer.from(text))));
}

/** Matches those bytes and no others. */
function exactly(hex: string): RegExp {
  return new RegExp(`^${hex.replaceAll(/../g, String.raw`\x$&`)}$`, "s");
}

export const STREAM =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1' from='server.example' version='1.0'>";
export const XMPP_TLS = "urn:ietf:params:xml:ns:xmpp-tls";
const FEATURES = `<stream:features><starttls xmlns='${XMPP_TLS}'><required/></starttls><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms></stream:features>`;
const xmppTurns = (namespace: string): readonly Turn[] => [
  new RegExp(`^<\\?xml version='1\\.0'\\?><stream:stream to='server\\.example' .*'${namespace}'`),
  STREAM,
  FEATURES,
  /^<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'\/>/,
  `<proceed xmlns='${XMPP_TLS}'/>`,
];
const mailTurns = (hello: string): readonly Turn[] => [
  "220-mail.example\r\n220 ESMTP\r\n",
  new RegExp(`^${hello} probity\\.invalid\r\n$`),
  "250-mail.example\r\n250-PIPELINING\r\n250-STARTTLS\r\n250 8BITMIME\r\n",
  /^STARTTLS\r\n$/,
  "220 2.0.0 Ready to start TLS\r\n",
];

/** A talk that comes to TLS, for each protocol. */
export const HONEST: Readonly<Record<StartTlsProtocol, readonly Turn[]>> = {
  smtp: mailTurns("EHLO"),
  lmtp: mailTurns("LHLO"),
  imap: [
    "* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n",
    /^a1 CAPABILITY\r\n$/,
    "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\na1 OK done\r\n",
    /^a2 STARTTLS\r\n$/,
    "a2 OK begin\r\n",
  ],
  pop3: [
    "+OK ready <1@mail.example>\r\n",
    /^CAPA\r\n$/,
    "+OK list\r\nTOP\r\nSTLS\r\nUIDL\r\n.\r\n",
    /^STLS\r\n$/,
    "+OK begin\r\n",
  ],
  ftp: [
    "120 in a minute\r\n220-welcome\r\n  to 220 files\r\n220 ready\r\n",
    /^AUTH TLS\r\n$/,
    "234 go\r\n",
  ],
  ldap: [
    exactly(`301d02010177188016${Buffer.from("1.3.6.1.4.1.1466.20037").toString("hex")}`),
    ldapResponse(0),
  ],
  postgres: [exactly("0000000804d2162f"), "S"],
  mysql: [mysqlGreeting(0xffff)],
  xmpp: xmppTurns("jabber:client"),
  "xmpp-server": xmppTurns("jabber:server"),
  nntp: [
    "200 news.example ready\r\n",
    /^CAPABILITIES\r\n$/,
    "101 list\r\nVERSION 2\r\nSTARTTLS\r\nREADER\r\n.\r\n",
    /^STARTTLS\r\n$/,
    "382 go\r\n",
  ],
  sieve: [
    '"IMPLEMENTATION" "Example"\r\n"SIEVE" "fileinto"\r\n"STARTTLS"\r\n"VERSION" "1.0"\r\nOK "ready"\r\n',
    /^STARTTLS\r\n$/,
    'OK "begin"\r\n',
  ],
};

export interface Played {
  /** The last step that was given; null where there was none after what was sent last. */
  readonly end: Step | null;
  /** All that the client sent, each byte one character. */
  readonly sent: readonly string[];
}

/** Plays a server's part. @param size bytes to a chunk. @throws Error where the client says something else than it should */
export function play(protocol: StartTlsProtocol, turns: readonly Turn[], size = 65_536): Played {
  const preamble = createPreamble(protocol, "server.example");
  const sent: string[] = [];
  const opening = preamble.open();
  if (opening !== null) sent.push(opening.toString("latin1"));
  let end: Step | null = null;
  for (const turn of turns) {
    if (turn instanceof RegExp) {
      const last = sent.at(-1) ?? "nothing";
      if (!turn.test(last)) throw new Error(`${last} is not ${turn}`);
      continue;
    }
    const bytes = typeof turn === "string" ? Buffer.from(turn) : turn;
    for (let at = 0; at < bytes.length; at += size) {
      end = preamble.push(bytes.subarray(at, at + size)) ?? end;
      if (end === null || !("send" in end) || end.send === undefined) continue;
      sent.push(end.send.toString("latin1"));
      if (!("ready" in end)) end = null;
    }
  }
  return { end, sent };
}
