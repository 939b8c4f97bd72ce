/** Tries from here what the estate says must not be reached from here. */
import type { EndpointAddress } from "#estate/endpoint.ts";
import type { TargetOf } from "#model/estate.ts";
import type { ProbeContext } from "#model/probe.ts";
import type {
  OutsideAnswer,
  PortState,
  Reachability,
  ReachedHost,
} from "#model/reachability-facets.ts";
import { type Attempt, askWeb, listenAt, type Place, tryPort } from "./attempt.ts";
import type { Pace } from "./pace.ts";

type Outside = NonNullable<TargetOf<"endpoint">["outside"]>;

export interface Look {
  readonly outside: Outside;
  readonly address: EndpointAddress;
  /** What a web server is asked for; null for any other. */
  readonly url: URL | null;
  readonly timeoutMs: number;
  readonly ask: ProbeContext["ask"];
  readonly pace: Pace;
}

/** Closed is what is so again and again. */
const ROUNDS = 2;

/** Looks at every address of the host. */
export async function lookFromOutside(
  look: Look,
  addresses: readonly string[],
): Promise<Reachability> {
  const { closed, restricted, seenAs } = look.outside;
  return {
    declared: { closed, restricted },
    seenAs: seenAs ?? null,
    hosts: await Promise.all(addresses.map((host) => lookAt(look, host))),
  };
}

async function lookAt(look: Look, host: string): Promise<ReachedHost> {
  const { outside, address } = look;
  const control = outside.control ?? address.port;
  const own: (string | null)[] = [];
  /** One attempt in its turn; null where it could not be made. */
  const attempt = async <S>(port: number, act: (place: Place) => Promise<Attempt<S>>) => {
    const answer = await look.ask({
      service: `reachability ${host}`,
      operation: `connection to ${host}, port ${port}`,
      turn: (signal) => look.pace(host, signal),
      call: (signal) => act({ host, port, timeoutMs: look.timeoutMs, signal }),
    });
    if (!answer.ok) return null;
    own.push(answer.raw.from);
    return answer.raw.state;
  };
  const isAlive = async () => (await attempt(control, tryPort)) === "open";
  const seen = new Map<number, (PortState | null)[]>();
  const answers: (OutsideAnswer | null)[] = [];

  const before = await isAlive();
  for (let round = 0; round < ROUNDS; round += 1) {
    await Promise.all([
      ...[...new Set(outside.closed)].map(async (port) => {
        const states = seen.get(port) ?? [];
        // An open port has said all.
        if (!states.includes("open")) seen.set(port, [...states, await attempt(port, tryPort)]);
      }),
      (async () => {
        const said = answers.some((one) => one?.state === "answers");
        if (!outside.restricted || said) return;
        answers.push(await attempt(address.port, (place) => enter(look, place)));
      })(),
    ]);
  }
  const after = await isAlive();
  return {
    address: host,
    from: own.find((one) => one !== null) ?? null,
    control: { port: control, alive: before && after },
    ports: [...seen].map(([port, states]) => ({ port, state: together(states) })),
    answer: outside.restricted ? answerOf(answers) : null,
  };
}

function enter({ url, address }: Look, place: Place): Promise<Attempt<OutsideAnswer>> {
  return url === null ? listenAt(place) : askWeb(place, url, address.serverName);
}

/** What several attempts say: one that came through is enough, and one that failed leaves the rest open. */
function together(states: readonly (PortState | null)[]): PortState {
  if (states.includes("open")) return "open";
  if (states.includes(null) || states.includes("unknown")) return "unknown";
  return states.at(-1) ?? "unknown";
}

function answerOf(answers: readonly (OutsideAnswer | null)[]): OutsideAnswer {
  const unknown: OutsideAnswer = { state: "unknown", status: null };
  const spoken = answers.find((one) => one?.state === "answers");
  if (spoken !== undefined && spoken !== null) return spoken;
  const doubtful = answers.find((one) => one?.state === "unknown" || one?.state === "hangs-up");
  if (answers.includes(null)) return unknown;
  return doubtful ?? answers.at(-1) ?? unknown;
}
