import { getServers } from "node:dns";
import { codeOf } from "#probes/tls/errors.ts";
import { DnsError } from "./errors.ts";
import { at, exchange, type Server } from "./exchange.ts";
import type { Answer, Question, RecordType } from "./wire.ts";

/** Asks the resolvers on behalf of one target. */
export interface Resolver {
  readonly servers: readonly Server[];
  /**
   * The answer of the first resolver that has one; the same question is asked once. A refusal or a failure of theirs
   * (SERVFAIL, REFUSED) is an answer too where no resolver has a better one.
   * @throws DnsError, what a socket throws, or the signal's reason
   */
  readonly ask: (name: string, type: RecordType, options?: AskOptions) => Promise<Answer>;
}

export interface AskOptions {
  /** Asks for what fails validation too. */
  readonly checkingDisabled?: boolean;
  /** Asks anew what was asked before. */
  readonly again?: boolean;
}

/** As the system's own resolver (resolv.conf(5)): three servers, each asked again after a while. */
const MOST_SERVERS = 3;
/** Milliseconds to wait for an answer, in the first round and those after it. */
const ROUNDS = [800, 1600, 2600];

const DNS_PORT = 53;

/**
 * @param declared `ADDRESS` or `ADDRESS:PORT`; none: the system's own resolvers
 * @param timeoutMs the longest wait for one answer
 */
export function createResolver(
  declared: readonly string[] | undefined,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Resolver {
  const servers = (declared ?? getServers()).slice(0, MOST_SERVERS).map(parseServer);
  const asked = new Map<string, Promise<Answer>>();
  const ask = async (question: Question): Promise<Answer> => {
    if (servers.length === 0) {
      throw new DnsError("unreachable", "this machine has no DNS resolver: declare some");
    }
    let failure: unknown = null;
    let refused: Answer | null = null;
    // A server that refuses connections or fails is asked no more often than the others.
    for (const wait of ROUNDS) {
      for (const server of servers) {
        try {
          const limits = { timeoutMs: Math.min(wait, timeoutMs), signal };
          const answer = await exchange(question, server, limits);
          if (["NOERROR", "NXDOMAIN"].includes(answer.rcode)) return answer;
          refused = answer;
        } catch (error) {
          if (signal.aborted) throw error;
          failure = named(error, server);
        }
      }
      if (refused !== null) return refused;
    }
    throw failure;
  };
  return {
    servers,
    ask: (name, type, { checkingDisabled = false, again = false } = {}) => {
      const key = `${name} ${type} ${checkingDisabled} ${again}`;
      const known = asked.get(key) ?? ask({ name, type, checkingDisabled });
      asked.set(key, known);
      return known;
    },
  };
}

function named(error: unknown, server: Server): unknown {
  return codeOf(error) === "ECONNREFUSED"
    ? new DnsError("unreachable", `nothing answers at the resolver ${at(server)} (ECONNREFUSED)`)
    : error;
}

/** `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53`, `[2001:db8::53]:5353`. */
function parseServer(text: string): Server {
  const found = /^(?:\[([^\]]+)\]|([\d.]+))(?::(\d+))?$/.exec(text);
  const address = found?.[1] ?? found?.[2] ?? text;
  return { address, port: found?.[3] === undefined ? DNS_PORT : Number(found[3]) };
}
