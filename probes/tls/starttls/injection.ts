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
  /** Changes nothing, needs no login, and its answer is like no other. */
  readonly command: string;
  /** The answer to it within TLS: nothing else looks so. */
  readonly obeyed: RegExp;
  readonly farewell: string;
  /** All that a server says which knows of the farewell alone. */
  readonly ignored: RegExp;
}

/** 250 alone could be an odd answer to the farewell: there must be both. */
const MAIL: Trial = {
  command: "NOOP",
  obeyed: /^250[ -].*^221[ -]/ms,
  farewell: "QUIT",
  ignored: /^221[ -]/,
};

/** FTP and POP3 have NOOP after login only, NNTP has none: there lists are asked for. */
const TRIALS: Partial<Record<StartTlsProtocol, Trial>> = {
  smtp: MAIL,
  lmtp: MAIL,
  ftp: { command: "FEAT", obeyed: /^211[ -]/m, farewell: "QUIT", ignored: /^221[ -]/ },
  pop3: {
    command: "CAPA",
    obeyed: /^\+OK.*^\.\r?$/ms,
    farewell: "QUIT",
    ignored: /^\+OK[^\n]*\n?$/,
  },
  imap: {
    command: "a3 NOOP",
    obeyed: /^a3 (?:OK|NO|BAD)/m,
    farewell: "a4 LOGOUT",
    ignored: /^(?:\* [^\n]*\n)*a4 OK/,
  },
  nntp: { command: "CAPABILITIES", obeyed: /^101 /m, farewell: "QUIT", ignored: /^205 / },
  // RFC 5804 2.13: the answer repeats the text. Once TLS stands a list comes unasked, with an OK of its own (2.2).
  sieve: {
    command: 'NOOP "probity"',
    obeyed: /TAG (?:"|\{7\}\r?\n)probity/,
    farewell: "LOGOUT",
    ignored: /^(?:["{][^]*?\nOK[^\n]*\n)?OK/,
  },
};

export interface InjectionResult {
  readonly status: WeaknessStatus;
  readonly why: string;
}

/**
 * Sends a harmless command in one write with the one that begins TLS, and says goodbye within TLS: a server that has the
 * flaw answers both. A second connection, without the command, only where the first does not come to TLS. Never rejects.
 * @param options.timeoutMs for each connection
 */
export async function testInjection(
  address: BeginAddress,
  protocol: StartTlsProtocol,
  options: Pick<BeginOptions, "timeoutMs" | "signal">,
): Promise<InjectionResult> {
  const trial = TRIALS[protocol];
  if (trial === undefined) {
    return { status: "not-run", why: `${protocol} has no command that could follow in clear text` };
  }
  const { command } = trial;
  const tried = await attempt(address, protocol, trial, options, true);
  if (tried.said !== null) return judge(trial, tried.said);
  const unknown = { status: "unknown", why: tried.why } as const;
  if (tried.late) return unknown;
  const control = await attempt(address, protocol, trial, options, false);
  if (control.said === null || !trial.ignored.test(control.said)) return unknown;
  return {
    status: "not-vulnerable",
    why: `does not begin TLS when ${command} follows in clear text: ${tried.why}`,
  };
}

function judge({ command, obeyed, ignored }: Trial, said: string): InjectionResult {
  if (obeyed.test(said)) {
    return {
      status: "vulnerable",
      why: `obeys within TLS what was sent in clear text before it: ${command} is answered with ${shown(said)}`,
    };
  }
  if (ignored.test(said)) {
    return {
      status: "not-vulnerable",
      why: `${command}, sent in clear text before TLS, is not obeyed within it`,
    };
  }
  return said === ""
    ? { status: "unknown", why: "says nothing within TLS" }
    : { status: "unknown", why: `says within TLS what answers nothing: ${shown(said)}` };
}

/** What the server said within TLS; or null, and why it did not come to that. */
type Attempt =
  | { readonly said: string }
  | { readonly said: null; readonly why: string; readonly late: boolean };

async function attempt(
  address: BeginAddress,
  protocol: StartTlsProtocol,
  { command, farewell }: Trial,
  { timeoutMs, signal }: Pick<BeginOptions, "timeoutMs" | "signal">,
  inject: boolean,
): Promise<Attempt> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const failed = (why: string) => ({ said: null, why, late: within.aborted });
  let tries = 0;
  const rewrite = (bytes: Buffer) => {
    if (!/(?:STARTTLS|STLS|AUTH TLS|AUTH SSL)\r\n$/.test(bytes.toString("latin1"))) return bytes;
    tries += 1;
    return inject && tries === 1 ? Buffer.concat([bytes, Buffer.from(`${command}\r\n`)]) : bytes;
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
    return { said: await exchange(begun.socket, address.serverName, `${farewell}\r\n`, within) };
  } catch (error) {
    return failed(within.aborted ? "not finished in time" : classifyNetwork(error).message);
  }
}
