/** Scripted servers of the talk before TLS, on sockets, and honest ones that come to real TLS. */
import type { Socket } from "node:net";
import { createSecureContext, type SecureContext, TLSSocket } from "node:tls";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import type { StartTlsProtocol } from "#model/endpoint-url.ts";
import type { Turn } from "./starttls-scripts.ts";
import { type Peer, socketPeer } from "./tls-peer.ts";

/** How a connection ends once the script has come to its end. */
export type Ending = "close" | "reset" | "hang";

/** Says its turns as the client's come, in chunks of so many bytes; patterns wait for what they describe. */
export function scriptedPeer(turns: readonly Turn[], ending: Ending, size = 65_536): Promise<Peer> {
  return socketPeer((socket) => {
    let heard = "";
    let next = 0;
    const go = () => {
      for (; next < turns.length; next += 1) {
        const turn = turns[next];
        if (turn === undefined) return;
        if (turn instanceof RegExp) {
          if (!turn.test(heard)) return;
          heard = "";
          continue;
        }
        const bytes = Buffer.from(turn);
        for (let at = 0; at < bytes.length; at += size) socket.write(bytes.subarray(at, at + size));
      }
      next += 1;
      if (ending === "close") socket.end();
      // A reset takes back what was not yet read.
      if (ending === "reset") setImmediate(() => socket.resetAndDestroy());
    };
    socket.setNoDelay(true);
    socket.on("data", (chunk) => {
      heard += chunk.toString("latin1");
      if (next <= turns.length) go();
    });
    go();
  });
}

/** What a server does with a command that came in one packet with the one that begins TLS. */
export type Manners =
  /** Forgets it. */
  | "careful"
  /** Keeps it, and obeys it within TLS: CVE-2011-0411. */
  | "leaky"
  /** Reads it as TLS, which it is not. */
  | "fed"
  /** Takes the two for an attack, and refuses both. */
  | "strict"
  /** The same, and is too busy within TLS. */
  | "strict and busy"
  /** Forgets it, and is too busy within TLS. */
  | "busy"
  /** Forgets it, and says nothing within TLS. */
  | "mute"
  /** Begins TLS by FTP's older command only. */
  | "ancient"
  /** Has no TLS. */
  | "without";

export type LineProtocol = Extract<
  StartTlsProtocol,
  "smtp" | "lmtp" | "imap" | "pop3" | "ftp" | "nntp" | "sieve"
>;
export const LINE_PROTOCOLS: readonly LineProtocol[] = [
  "smtp",
  "lmtp",
  "imap",
  "pop3",
  "ftp",
  "nntp",
  "sieve",
];

interface Language {
  readonly greeting: string;
  readonly begin: string;
  readonly go: string;
  readonly no: string;
  /** What it says unasked once TLS stands. */
  readonly within?: string;
  readonly answers: Readonly<Record<string, string>>;
  readonly farewell: string;
}

const mail = (hello: string): Language => ({
  greeting: "220 server.example\r\n",
  begin: "STARTTLS",
  go: "220 go\r\n",
  no: "554 synchronization error\r\n",
  answers: {
    [`${hello} probity.invalid`]: "250-server.example\r\n250 STARTTLS\r\n",
    NOOP: "250 2.0.0 Ok\r\n",
    QUIT: "221 2.0.0 Bye\r\n",
  },
  farewell: "QUIT",
});
const SIEVE = '"SIEVE" "fileinto"\r\n"STARTTLS"\r\nOK "ready"\r\n';

const LANGUAGES: Readonly<Record<LineProtocol, Language>> = {
  smtp: mail("EHLO"),
  lmtp: mail("LHLO"),
  imap: {
    greeting: "* OK ready\r\n",
    begin: "a2 STARTTLS",
    go: "a2 OK begin\r\n",
    no: "a2 BAD no\r\n",
    answers: {
      "a1 CAPABILITY": "* CAPABILITY IMAP4rev1 STARTTLS\r\na1 OK done\r\n",
      "a3 NOOP": "a3 OK nothing\r\n",
      "a4 LOGOUT": "* BYE bye\r\na4 OK bye\r\n",
    },
    farewell: "a4 LOGOUT",
  },
  pop3: {
    greeting: "+OK ready\r\n",
    begin: "STLS",
    go: "+OK begin\r\n",
    no: "-ERR no\r\n",
    answers: { CAPA: "+OK list\r\nSTLS\r\n.\r\n", QUIT: "+OK bye\r\n" },
    farewell: "QUIT",
  },
  ftp: {
    greeting: "220 ready\r\n",
    begin: "AUTH TLS",
    go: "234 go\r\n",
    no: "530 no\r\n",
    answers: {
      "AUTH SSL": "530 no\r\n",
      FEAT: "211-list\r\n AUTH TLS\r\n211 end\r\n",
      QUIT: "221 bye\r\n",
    },
    farewell: "QUIT",
  },
  nntp: {
    greeting: "200 ready\r\n",
    begin: "STARTTLS",
    go: "382 go\r\n",
    no: "502 no\r\n",
    answers: { CAPABILITIES: "101 list\r\nSTARTTLS\r\n.\r\n", QUIT: "205 bye\r\n" },
    farewell: "QUIT",
  },
  sieve: {
    greeting: SIEVE,
    begin: "STARTTLS",
    go: 'OK "begin"\r\n',
    no: 'NO "no"\r\n',
    within: SIEVE,
    answers: { 'NOOP "probity"': 'OK (TAG "probity") "done"\r\n', LOGOUT: 'OK "bye"\r\n' },
    farewell: "LOGOUT",
  },
};

let context: SecureContext | undefined;

/** A server that begins real TLS by the protocol's command. */
export function startTlsPeer(protocol: LineProtocol, manners: Manners): Promise<Peer> {
  const { certPem, keyPem } = makeAuthority().issue({
    commonName: "server.example",
    altNames: ["server.example"],
  });
  context ??= createSecureContext({ cert: certPem, key: keyPem });
  const secureContext = context;
  const { begin, go, greeting, no } = LANGUAGES[protocol];
  return socketPeer((socket) => {
    const hear = (chunk: Buffer) => {
      const text = chunk.toString("latin1");
      const at =
        manners === "ancient" ? text.indexOf("AUTH SSL\r\n") : text.indexOf(`${begin}\r\n`);
      if (at < 0) {
        if (manners === "ancient" && text.includes(begin)) socket.write(no);
        for (const line of text.split("\r\n")) socket.write(answerTo(protocol, line));
        return;
      }
      const rest = text.slice(at + begin.length + 2);
      if (manners === "without" || (manners.startsWith("strict") && rest !== "")) {
        socket.write(no);
        return;
      }
      socket.off("data", hear);
      socket.write(go);
      if (manners === "fed" && rest !== "") {
        // What OpenSSL says of a record that is none.
        socket.end(Buffer.from([0x15, 3, 1, 0, 2, 2, 70]));
        return;
      }
      speakTls(protocol, manners, socket, secureContext, rest);
    };
    socket.on("data", hear);
    socket.write(greeting);
  });
}

function answerTo(protocol: LineProtocol, line: string): string {
  return LANGUAGES[protocol].answers[line] ?? "";
}

function speakTls(
  protocol: LineProtocol,
  manners: Manners,
  socket: Socket,
  secureContext: SecureContext,
  rest: string,
): void {
  const { within = "", farewell } = LANGUAGES[protocol];
  const secure = new TLSSocket(socket, { isServer: true, secureContext });
  secure.on("error", () => {});
  secure.write(within);
  if (manners.endsWith("busy")) secure.end("421 too busy\r\n");
  const kept = manners === "leaky" ? rest : "";
  secure.on("data", (chunk) => {
    if (manners === "mute" || manners.endsWith("busy")) return;
    const lines = `${kept}${chunk.toString("latin1")}`.split("\r\n");
    for (const line of lines) secure.write(answerTo(protocol, line));
    if (lines.includes(farewell)) secure.end();
  });
}
