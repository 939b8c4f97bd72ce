import { renderIssue } from "#configuration/errors.ts";
import { plain } from "#model/text.ts";
import { count } from "#report/words.ts";
import { EXIT, UsageError } from "./exit.ts";
import { readInputs, type InputOptions } from "./inputs.ts";
import { writeText } from "./output.ts";

/**
 * Reads configuration and tells what it holds and what is worth knowing of it.
 * @throws ConfigurationError with everything that is wrong.
 */
export async function validate(options: InputOptions): Promise<number> {
  const { policies, estate, attestations, waivers, remarks } = readInputs(options, new Date());
  const files = [options.policy, options.estate, options.attestations, options.waivers].flat();
  if (files.every((file) => file === undefined)) {
    throw new UsageError("name a file: --policy, --estate, --attestations or --waivers");
  }
  const claims = policies.flatMap((policy) => policy.claims);
  const pending = claims.flatMap((claim) => claim.checks).filter((check) => check.pending);
  const lines = [
    ...remarks.map((remark) =>
      typeof remark === "string" ? remark : `${remark.level}: ${renderIssue(remark)}`,
    ),
    ...policies.map(
      (policy) => `valid: policy ${policy.id}, ${count(policy.claims.length, "claim")}`,
    ),
    ...(estate.targets.length > 0
      ? [`valid: estate of ${count(estate.targets.length, "target")}`]
      : []),
    ...(attestations.length > 0 ? [`valid: ${count(attestations.length, "attestation")}`] : []),
    ...(waivers.length > 0 ? [`valid: ${count(waivers.length, "waiver")}`] : []),
    ...(pending.length > 0
      ? [`pending: ${count(pending.length, "check")} for controls still to be built`]
      : []),
  ];
  await writeText(`${lines.map((line) => plain(line, 2000)).join("\n")}\n`);
  return EXIT.upheld;
}
