import { portsInWords } from "#controls/open-ports.ts";
import { notApplicable, settle } from "#controls/settle.ts";
import { standpoint } from "#controls/standpoint.ts";
import { DATABASE_PORTS, MANAGEMENT_PORTS } from "#facts/ports.ts";
import type { DeclaredRanges, Judgement } from "#model/control.ts";
import type { Reachability, ReachedHost } from "#model/reachability-facets.ts";
import { listed, plain } from "#model/text.ts";

const REMEDY =
  "Close the port before the host (security group, firewall), for all but those who need it; or take it from outside.closed in the estate where it is meant to be open.";

/**
 * Judges the ports that the estate declares closed by what was met there. Closed is repeated silence or refusal while the
 * control port answers, and holds for the address that it was tried from.
 */
export function judgeClosedPorts(
  reachability: Reachability,
  declaredRanges: readonly DeclaredRanges[],
): Judgement {
  const closed = reachability.declared?.closed ?? [];
  if (closed.length === 0) return notApplicable("has no port that the estate declares closed");
  const told = reachability.hosts.map((host) => tellOf(host, reachability, declaredRanges));
  const none = told.length === 0 ? ["no address of the host was tried"] : [];
  const judgement = settle({
    failures: told.flatMap(({ failures }) => failures),
    open: [...none, ...told.flatMap(({ open }) => open)],
    held: told.map(({ held }) => held).join("; "),
    declared: `closed from outside: ${closed.join(", ")}`,
    actual: {
      hosts: reachability.hosts.map(({ address, from, control, ports }) => ({
        address,
        from,
        control: { port: control.port, alive: control.alive },
        ports: ports.map(({ port, state }) => ({ port, state })),
      })),
      seenAs: reachability.seenAs,
    },
  });
  return judgement.outcome === "fail" ? { ...judgement, remediation: REMEDY } : judgement;
}

function tellOf(host: ReachedHost, reachability: Reachability, ranges: readonly DeclaredRanges[]) {
  const { control, ports } = host;
  const { place, words, why } = standpoint(host, reachability, ranges);
  const at = `${plain(host.address, 50)} ${words}`;
  const having = (...states: readonly string[]) =>
    ports.filter(({ state }) => states.includes(state)).map(({ port }) => nameOf(port));
  const open = having("open");
  const untold = having("unknown");
  const shut = having("refused", "silent", "unreachable");
  const failures: string[] = [];
  const unknowns: string[] = [];
  if (open.length > 0 && place === "outside") failures.push(`${listed(open)} answers at ${at}`);
  if (open.length > 0 && place !== "outside") {
    unknowns.push(`${listed(open)} answers at ${at}: ${why}`);
  }
  if (untold.length > 0) unknowns.push(`${listed(untold)} could not be tried at ${at}`);
  if (shut.length > 0 && !control.alive) {
    unknowns.push(
      `${listed(shut)} is closed at ${at}, but so is the control port ${control.port}: the host may be away (outside.control names a port that answers)`,
    );
  } else if (shut.length > 0 && place === "inside") {
    unknowns.push(`${listed(shut)} is closed at ${at}: ${why}, which says nothing of others`);
  }
  const states = (["refused", "silent", "unreachable"] as const).flatMap((state) => {
    const own = having(state);
    return own.length === 0 ? [] : [`${listed(own)} ${WORDS[state]}`];
  });
  const held = `${states.join(", ")} at ${at}, while port ${control.port} answers`;
  return { failures, open: unknowns, held };
}

const WORDS = { refused: "refused", silent: "silent", unreachable: "called unreachable" } as const;

/** `SSH (22)`, or `port 8080`. */
function nameOf(port: number): string {
  const known = [...MANAGEMENT_PORTS, ...DATABASE_PORTS].find(
    ({ protocol, first, last }) => protocol === "tcp" && first <= port && port <= last,
  );
  const number = portsInWords({ first: port, last: port });
  return known === undefined ? `port ${number}` : `${known.name} (${number})`;
}
