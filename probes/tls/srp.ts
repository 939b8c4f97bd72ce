import { ALERT } from "./alerts.ts";
import { type End, WHOLE, worst } from "./explore.ts";
import { offer, srpSuites } from "./offers.ts";
import { judge } from "./outcomes.ts";
import { askSteadily } from "./steadily.ts";
import type { Accepted } from "./versions.ts";
import type { Wire } from "./wire.ts";

const SRP_EXTENSION = 12;
/** A user that no server has. Who has SRP either goes on or says that it does not know the name (RFC 5054 2.5.1.3). */
const NAME = Buffer.from("probity");
const EXTRA: readonly (readonly [type: number, body: Buffer])[] = [
  [SRP_EXTENSION, Buffer.concat([Buffer.from([NAME.length]), NAME])],
];

/** The suites with SRP of an accepted version: all at once first, and each by itself where that is not refused. */
export async function listSrpSuites(
  wire: Wire,
  accepted: Accepted,
): Promise<End & { readonly suites: readonly number[] }> {
  const all = srpSuites(accepted.version);
  if (all.length === 0) return { ...WHOLE, suites: [] };
  const any = await askSrp(wire, accepted, all);
  if (any !== true) return { ...(any === false ? WHOLE : any), suites: [] };
  const answers = await Promise.all(all.map((suite) => askSrp(wire, accepted, [suite])));
  return {
    ...worst(answers.filter((answer) => typeof answer !== "boolean")),
    suites: all.filter((_, index) => answers[index] === true),
  };
}

/** Whether one of these would be chosen, or why that is not known. */
async function askSrp(
  wire: Wire,
  { version, shape, hello }: Accepted,
  suites: readonly number[],
): Promise<boolean | End> {
  const question = { ...offer(version, shape, suites), extra: EXTRA };
  const outcome = await askSteadily(wire, question, offer(version, shape, [hello.suite]));
  if (outcome === "silence") return { unfinished: null, silentEnd: true };
  if (outcome.kind === "alert" && outcome.description === ALERT.unknownPskIdentity) return true;
  const verdict = judge(outcome, version, suites);
  if (verdict.kind === "accepted") return true;
  return verdict.kind === "refused" ? false : { unfinished: verdict.why, silentEnd: false };
}
