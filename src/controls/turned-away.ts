import { settle } from "#controls/settle.ts";
import { standpoint } from "#controls/standpoint.ts";
import type { DeclaredRanges, Judgement } from "#model/control.ts";
import type { OutsideAnswer, Reachability, ReachedHost } from "#model/reachability-facets.ts";
import { plain } from "#model/text.ts";

const REMEDY =
  "Let the service or the firewall before it admit the declared ranges only, also by addresses that lead past a proxy; or declare under ranges in the estate who may come in.";

/**
 * Judges whether a restricted endpoint turns away who comes from outside the declared ranges: by refusal or silence while
 * the control port answers, or by 403, as Azure's App Service and Storage do.
 * https://learn.microsoft.com/azure/app-service/app-service-ip-restrictions
 */
export function judgeTurnedAway(
  reachability: Reachability,
  declaredRanges: readonly DeclaredRanges[],
): Judgement {
  const told = reachability.hosts.map((host) => tellOf(host, reachability, declaredRanges));
  const undeclared =
    reachability.declared?.restricted === true
      ? []
      : ["nothing was tried from outside: declare `outside: { restricted: true }` in the estate"];
  const none =
    undeclared.length === 0 && told.length === 0 ? ["no address of the host was tried"] : [];
  const judgement = settle({
    failures: told.flatMap(({ failure }) => failure ?? []),
    open: [...undeclared, ...none, ...told.flatMap(({ open }) => open ?? [])],
    held: told.flatMap(({ held }) => held ?? []).join("; "),
    declared: "who comes from outside the declared ranges is refused",
    actual: {
      hosts: reachability.hosts.map(({ address, from, control, answer }) => ({
        address,
        from,
        control: { port: control.port, alive: control.alive },
        answer: answer === null ? null : { state: answer.state, status: answer.status },
      })),
      seenAs: reachability.seenAs,
    },
  });
  return judgement.outcome === "fail" ? { ...judgement, remediation: REMEDY } : judgement;
}

interface Told {
  readonly failure?: string;
  readonly open?: string;
  readonly held?: string;
}

function tellOf(
  host: ReachedHost,
  reachability: Reachability,
  ranges: readonly DeclaredRanges[],
): Told {
  const { answer, control } = host;
  const { place, words, why } = standpoint(host, reachability, ranges);
  const at = `at ${plain(host.address, 50)} ${words}`;
  const meaning = answer === null ? "unclear" : meaningOf(answer);
  const what = answer === null ? "was not tried" : inWords(answer);
  if (meaning === "let-in") {
    if (place !== "outside") return { open: `${what} ${at}: ${why}` };
    return ranges.length === 0
      ? {
          open: `${what} ${at}, and no range is declared: list what may come in under ranges in the estate`,
        }
      : { failure: `${what} ${at}` };
  }
  if (meaning === "unclear") return { open: `${what} ${at}, which says nothing of addresses` };
  if (place === "inside") return { open: `${what} ${at}: ${why}, which says nothing of others` };
  if (answer?.state !== "answers" && !control.alive) {
    return {
      open: `${what} ${at}, but so does the control port ${control.port}: the host may be away (outside.control names a port that answers everybody)`,
    };
  }
  const alive = answer?.state === "answers" ? "" : `, while port ${control.port} answers`;
  return { held: `${what} ${at}${alive}` };
}

/** Redirects, and errors that are about something else, say nothing of addresses. */
function meaningOf({ state, status }: OutsideAnswer): "let-in" | "turned-away" | "unclear" {
  if (state === "refused" || state === "silent" || state === "unreachable") return "turned-away";
  if (state !== "answers") return "unclear";
  if (status === null || (status >= 200 && status < 300)) return "let-in";
  return status === 403 ? "turned-away" : "unclear";
}

function inWords({ state, status }: OutsideAnswer): string {
  if (state === "answers") return status === null ? "speaks" : `answers with status ${status}`;
  return {
    "hangs-up": "takes the connection and ends it",
    refused: "refuses connections",
    silent: "is silent",
    unreachable: "is called unreachable",
    unknown: "could not be asked",
  }[state];
}
