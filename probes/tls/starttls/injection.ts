/**
 * Plaintext injection (CVE-2011-0411): a server that keeps what was sent in clear text behind STARTTLS, and obeys it within
 * TLS. An attacker in between can then put commands before those of the client.
 */
import type { StartTlsProtocol } from "#model/endpoint-url.ts";
import type { WeaknessStatus } from "#model/tls-facets.ts";
import { classifyNetwork } from "../errors.ts";
import { type BeginAddress, type BeginOptions, beginTls } from "./begin.ts";
import { exchange } from "./exchange.ts";
import { shown } from "./talk.ts";

interface Trial {
  /** Changes nothing, needs no login, and its answer is like no other. In words. */
  readonly command: string;
  readonly bytes: Buffer;
  /** What is sent to begin TLS, of all that is sent. */
  readonly begins: RegExp;
  /** The answer to the command within TLS: nothing else has all of these. */
  readonly obeyed: readonly RegExp[];
  readonly farewell: Buffer;
  /** All that a server says, to the end, which knows of the farewell alone. */
  readonly ignored: RegExp;
}

/** Of a protocol of lines. */
function lines(
  trial: Pick<Trial, "command" | "obeyed" | "ignored"> & { readonly farewell: string },
): Trial {
  return {
    ...trial,
    bytes: Buffer.from(`${trial.command}\r\n`),
    begins: /(?:STARTTLS|STLS|AUTH TLS|AUTH SSL)\r\n$/,
    farewell: Buffer.from(`${trial.farewell}\r\n`),
  };
}

/** 250 alone could be an odd answer to the farewell: there must be both. */
const MAIL = lines({
  command: "NOOP",
  obeyed: [/^250[ -]/m, /^221[ -]/m],
  farewell: "QUIT",
  ignored: /^(?:221[ -].*\r?\n)+$/,
});

/** FTP and POP3 have NOOP after login only, NNTP has none: there lists are asked for. */
const TRIALS: Partial<Record<StartTlsProtocol, Trial>> = {
  smtp: MAIL,
  lmtp: MAIL,
  ftp: lines({
    command: "FEAT",
    obeyed: [/^211[ -]/m],
    farewell: "QUIT",
    ignored: /^(?:221[ -].*\r?\n)+$/,
  }),
  pop3: lines({
    command: "CAPA",
    obeyed: [/^\+OK/, /^\.\r?$/m],
    farewell: "QUIT",
    ignored: /^\+OK.*\r?\n$/,
  }),
  imap: lines({
    command: "a3 NOOP",
    obeyed: [/^a3 (?:OK|NO|BAD)/m],
    farewell: "a4 LOGOUT",
    ignored: /^(?:\* .*\r?\n)*a4 OK.*\r?\n$/,
  }),
  nntp: lines({
    command: "CAPABILITIES",
    obeyed: [/^101 /m],
    farewell: "QUIT",
    ignored: /^205 .*\r?\n$/,
  }),
  // RFC 5804 2.13: the answer repeats the text. Once TLS stands a list comes unasked, with an OK of its own (2.2).
  sieve: lines({
    command: 'NOOP "probity"',
    obeyed: [/TAG (?:"|\{7\}\r?\n)probity/],
    farewell: "LOGOUT",
    ignored: /^(?:(?:".*\r?\n)+OK.*\r?\n)?OK.*\r?\n$/,
  }),
  // CVE-2021-23214: a server that keeps it asks for the password of that user, or says that there is none (SQLSTATE 28). One
  // that was mended says that the protocol was violated (08P01). To a request to cancel the query of nobody nothing is said.
  postgres: {
    command: "StartupMessage",
    bytes: Buffer.from("\0\0\0\x16\0\x03\0\0user\0probity\0\0", "latin1"),
    // Bytes, each one character.
    // oxlint-disable-next-line no-control-regex
    begins: /^\0\0\0\x08\x04\xd2\x16\x2f$/,
    obeyed: [/^R\0|^E\0[^]*\0C28/],
    farewell: Buffer.from("\0\0\0\x10\x04\xd2\x16\x2e\0\0\0\0\0\0\0\0", "latin1"),
    ignored: /^(?:$|E\0[^]*\0C08P01\0)/,
  },
  // RFC 4532: who am I? Its answer has the number of the question. Nothing is said to who unbinds.
  ldap: {
    command: "Who am I",
    bytes: Buffer.concat([
      Buffer.from([0x30, 0x1e, 0x02, 0x01, 0x02, 0x77, 0x19, 0x80, 0x17]),
      Buffer.from("1.3.6.1.4.1.4203.1.11.3"),
    ]),
    begins: /1\.3\.6\.1\.4\.1\.1466\.20037$/,
    // oxlint-disable-next-line no-control-regex
    obeyed: [/^0[^\x80-\xff]\x02\x01\x02\x78/],
    farewell: Buffer.from([0x30, 0x05, 0x02, 0x01, 0x03, 0x42, 0x00]),
    ignored: /^$/,
  },
};

export interface InjectionResult {
  readonly status: WeaknessStatus;
  readonly why: string;
}

/**
 * Sends a harmless command in one write with the one that begins TLS, and says goodbye within TLS: a server that has the
 * flaw answers both. Where that does not come to TLS, it is tried once more, and then without the command. Never rejects.
 * @param options.timeoutMs for each connection
 */
export async function testInjection(
  address: BeginAddress,
  protocol: StartTlsProtocol,
  options: Pick<BeginOptions, "timeoutMs" | "signal">,
): Promise<InjectionResult> {
  const trial = TRIALS[protocol];
  if (trial === undefined) {
    return {
      status: "not-run",
      why: `it is tested in protocols of lines alone, not in ${protocol}`,
    };
  }
  const { command } = trial;
  const first = await attempt(address, protocol, trial, options, true);
  if (first.said !== null) return judge(trial, first);
  // Who never came to the command was shown nothing of it, and one failure may be an accident.
  const again = first.late ? first : await attempt(address, protocol, trial, options, true);
  if (again.said !== null) return judge(trial, again);
  const unknown = { status: "unknown", why: again.why } as const;
  if (again.late || !first.sent || !again.sent) return unknown;
  const control = await attempt(address, protocol, trial, options, false);
  if (control.said === null || !control.whole || !trial.ignored.test(control.said)) return unknown;
  return {
    status: "not-vulnerable",
    why: `does not begin TLS when ${command} follows in clear text: ${again.why}`,
  };
}

function judge({ command, obeyed, ignored }: Trial, { said, whole }: Said): InjectionResult {
  if (obeyed.every((sign) => sign.test(said))) {
    return {
      status: "vulnerable",
      why: `obeys within TLS what was sent in clear text before it: ${command} is answered with ${shown(said)}`,
    };
  }
  // What is cut off may have gone on with an answer to the command.
  if (whole && ignored.test(said)) {
    return {
      status: "not-vulnerable",
      why: `${command}, sent in clear text before TLS, is not obeyed within it`,
    };
  }
  return said === ""
    ? { status: "unknown", why: "says nothing within TLS" }
    : { status: "unknown", why: `says within TLS what answers nothing: ${shown(said)}` };
}

/** What the server said within TLS, and whether it was all. */
interface Said {
  readonly said: string;
  readonly whole: boolean;
}
/** Or null, and why it did not come to that; and whether the command was sent. */
type Attempt =
  | Said
  | {
      readonly said: null;
      readonly why: string;
      readonly late: boolean;
      readonly sent: boolean;
    };

async function attempt(
  address: BeginAddress,
  protocol: StartTlsProtocol,
  { bytes: injected, begins, farewell }: Trial,
  { timeoutMs, signal }: Pick<BeginOptions, "timeoutMs" | "signal">,
  inject: boolean,
): Promise<Attempt> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  let tries = 0;
  const failed = (why: string) => ({ said: null, why, late: within.aborted, sent: tries > 0 });
  const rewrite = (bytes: Buffer) => {
    if (!begins.test(bytes.toString("latin1"))) return bytes;
    tries += 1;
    return inject && tries === 1 ? Buffer.concat([bytes, injected]) : bytes;
  };
  try {
    const begun = await beginTls(address, protocol, { timeoutMs, signal: within, rewrite });
    if ("refused" in begun) return failed(begun.refused);
    if ("broken" in begun) return failed(begun.broken);
    if (tries > 1) {
      begun.socket.destroy();
      // What was injected stood behind the first, and was answered in clear text.
      return failed("begins TLS by its second command only, which is not tried");
    }
    return await exchange(begun.socket, address.serverName, farewell, within);
  } catch (error) {
    return failed(within.aborted ? "not finished in time" : classifyNetwork(error).message);
  }
}
