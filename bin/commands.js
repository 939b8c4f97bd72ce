// @ts-check
// The command line's shape, in plain JavaScript: loading the first TypeScript file costs more than all of
// this, and --help and usage errors need none. What a command does is in src/cli, loaded when it runs.
import { Command, CommanderError, Option } from "commander";
import manifest from "../package.json" with { type: "json" };

/**
 * Runs the command line.
 * @param {readonly string[]} args without the interpreter and the script.
 * @returns {Promise<number>} the exit code (src/cli/exit.ts).
 */
export async function main(args) {
  let code = 0;
  const program = commands((result) => {
    code = result;
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const { reportFailure } = await import("../src/cli/failure.ts");
    return reportFailure(error, args.includes("--debug"));
  }
}

function ignore() {}

const EXIT_CODES = `
Exit codes: 0 upheld, 1 violated, 2 usage or configuration,
3 unverified or lapsed, 70 program error.`;

const EXAMPLES = `
Examples:
  $ probity check example.com:443
  $ probity scan --policy policy.yaml --estate estate.yaml
  $ probity scan --policy p.yaml --estate e.yaml --format json --output r.json
  $ probity list controls

${EXIT_CODES}`;

/**
 * The program with its commands.
 * @param {(code: number) => void} finish takes a command's exit code.
 */
function commands(finish) {
  const program = new Command("probity")
    .description(
      "Judges what a security statement promises by what clouds and endpoints really do.",
    )
    .version(manifest.version)
    .option("--debug", "show stack traces and a log on standard error")
    .addHelpText("after", EXAMPLES)
    .showHelpAfterError("(add --help for help)")
    // A reader of the help that has seen enough (`| head`) is no failure; what commands write is awaited (output.ts).
    .configureOutput({ writeOut: (text) => process.stdout.on("error", ignore).write(text) })
    .exitOverride();

  const format = () =>
    new Option("--format <format>", "text or json").choices(["text", "json"]).default("text");

  withInputs(program.command("scan"), "required")
    .description("gather evidence from the estate and judge every claim by it")
    .option("--evidence <dir>", "save the evidence to a new folder, to be judged again")
    .option("--answers", "keep what the providers answered with the evidence, without secrets")
    .option("--active", "also run tests that look like attacks")
    .addOption(format())
    .option("--output <file>", "write the report to a file")
    .option("--full", "list every subject, with what passes and what it rests on")
    .addHelpText(
      "after",
      `
Examples:
  $ probity scan --policy policy.yaml --estate estate.yaml
  $ probity scan --policy a.yaml b.yaml --estate estate.yaml --waivers waivers.yaml
  $ probity scan --policy p.yaml --estate e.yaml --only pf-rest-aes256
  $ probity scan --policy p.yaml --estate e.yaml --evidence evidence/2026-11-22
${EXIT_CODES}`,
    )
    .action(async (_options, command) => {
      need(command, "policy", "estate");
      const { keepHeapSmall } = await import("../src/cli/heap.ts");
      keepHeapSmall();
      const { scan } = await import("../src/cli/scan.ts");
      finish(await scan(command.optsWithGlobals()));
    });

  withInputs(program.command("evaluate"), "optional")
    .description("judge saved evidence again, offline")
    .option("--evidence <dir>", "folder that scan --evidence wrote (required)")
    .addOption(format())
    .option("--output <file>", "write the report to a file")
    .option("--full", "list every subject, with what passes and what it rests on")
    .addHelpText(
      "after",
      `
Without --policy, --attestations or --waivers, those that were saved with the evidence are used.

Examples:
  $ probity evaluate --evidence evidence/2026-11-22
  $ probity evaluate --evidence evidence/2026-11-22 --policy stricter.yaml
${EXIT_CODES}`,
    )
    .action(async (_options, command) => {
      need(command, "evidence");
      const { evaluateSaved } = await import("../src/cli/evaluate.ts");
      finish(await evaluateSaved(command.optsWithGlobals()));
    });

  program
    .command("check")
    .description("look at endpoints: TLS, certificate, HTTP, DNS, hosting, SSH")
    .argument("[address...]", "HOST, HOST:PORT or a URL; - for a list on standard input")
    .option("--file <file>", "a list of addresses, one a line, # begins a comment")
    .option(
      "--policy <file>",
      "judge by this policy's claims on endpoints instead of Mozilla intermediate",
    )
    .option("--label <label...>", "labels of the endpoint, for the policy's scopes", ["service"])
    .option("--connect <host:port>", "connect there, asking for the address's name")
    .option("--ca-file <file>", "trust these certificate authorities too")
    .option("--timeout <seconds>", "give up an endpoint after so many seconds", "10")
    .option("--concurrency <endpoints>", "endpoints at once", "32")
    .option("--active", "also run tests that look like attacks, such as Heartbleed and ROBOT")
    .addOption(
      new Option("--format <format>", "text, json (of one address) or jsonl (one a line)")
        .choices(["text", "json", "jsonl"])
        .default("text"),
    )
    .option("--verbose", "everything that is known, instead of one screen or one line")
    .addHelpText(
      "after",
      `
HOST and HOST:443 are web servers: TLS, certificate, clear text. The usual ports of mail,
databases and others (25, 143, 5432 …) are asked in their own protocol to begin TLS, as
smtp://HOST:PORT and its like ask any port. Port 22 and ssh://HOST:PORT are asked in SSH,
without a login. Any other port is asked for TLS only, unless a URL says https://. http://HOST:PORT names the clear-text port, and TLS is looked for
at 443.

Several addresses give a line each as they finish; the exit code is the worst: 1, then
2 (a line that is no address), then 3. A file is checked before anything is asked, at
file:line:column. Standard input is read as it comes: a wrong line is told, the others
are asked. The same address is asked once.

Examples:
  $ probity check example.com
  $ probity check mail.example.com:465 --format json
  $ probity check https://www.example.com --policy policy.yaml
  $ probity check --file hosts.txt --format jsonl > results.jsonl
  $ list-hosts | probity check - --concurrency 100
${EXIT_CODES}`,
    )
    .action(async (addresses, _options, command) => {
      const { check } = await import("../src/cli/check.ts");
      finish(await check(addresses, command.optsWithGlobals()));
    });

  withInputs(program.command("validate"), "any")
    .description("check configuration files, and nothing else")
    .addHelpText(
      "after",
      `
Examples:
  $ probity validate --policy policy.yaml --estate estate.yaml
  $ probity validate --waivers waivers.yaml --policy policy.yaml`,
    )
    .action(async (_options, command) => {
      const { validate } = await import("../src/cli/validate.ts");
      finish(await validate(command.optsWithGlobals()));
    });

  program
    .command("list")
    .description("list claims of policies, controls or probes")
    .argument("<what>", "claims, controls or probes")
    .option("--policy <file...>", "policies whose claims to list")
    .addOption(format())
    .addHelpText(
      "after",
      `
Examples:
  $ probity list controls
  $ probity list probes --format json
  $ probity list claims --policy policy.yaml`,
    )
    .action(async (what, _options, command) => {
      const { list } = await import("../src/cli/list.ts");
      finish(await list(what, command.optsWithGlobals()));
    });

  const ranges = program
    .command("ranges")
    .description("show the tables of providers' address ranges on this machine")
    .addOption(format())
    .addHelpText(
      "after",
      `
Who hosts an endpoint is told by the ranges that providers publish. They are fetched when
this is asked for and at no other time, into PROBITY_RANGES or the user's cache folder.

Examples:
  $ probity ranges
  $ probity ranges update
  $ probity ranges update --from folder-with-downloaded-files`,
    )
    .action(async (_options, command) => {
      const { ranges } = await import("../src/cli/ranges.ts");
      finish(await ranges(command.optsWithGlobals()));
    });
  ranges
    .command("update")
    .description("fetch the ranges that providers publish")
    .option(
      "--from <path>",
      "read them from a file or folder instead, on a machine without Internet",
    )
    .addHelpText(
      "after",
      `
What cannot be fetched leaves the older table in its place, with its own date; the exit
code is then 3.`,
    )
    .action(async (_options, command) => {
      const { updateRanges } = await import("../src/cli/ranges.ts");
      finish(await updateRanges(command.optsWithGlobals()));
    });

  program
    .command("permissions")
    .description("print the least policy that lets Probity read a provider")
    .argument("<provider>", "aws, azure, gcp, ovh, scaleway or upcloud")
    .option("--policy <file...>", "narrow it to what the claims of these policies need")
    .option(
      "--organization <role>",
      "aws: also list the organization's accounts and assume this role in them",
    )
    .option("--with <permission...>", "aws: also what reads more than settings, by its name")
    .option("--part <number>", "aws: one document of those that IAM's limit of size asks for")
    .option("--scope <scope...>", "azure: subscriptions or a management group to assign it over")
    .addHelpText(
      "after",
      `
AWS: a policy as IAM takes it. Azure: a custom role as "az role definition create"
takes it. Google Cloud: a custom role as "gcloud iam roles create --file" takes it. OVHcloud
and Scaleway: a policy as their IAM APIs take it. UpCloud: the grants that a sub-account needs.
All name what the probes themselves declare.

Examples:
  $ probity permissions aws > policy.json
  $ probity permissions aws --policy policy.yaml
  $ probity permissions aws --organization probity-read-only --part 2
  $ probity permissions azure --scope /subscriptions/<id> > role.json
  $ probity permissions gcp > role.json`,
    )
    .action(async (provider, _options, command) => {
      const { permissions } = await import("../src/cli/permissions.ts");
      finish(await permissions(provider, command.optsWithGlobals()));
    });

  return program;
}

/**
 * The files that say what is declared and where to look.
 * @param {Command} command
 * @param {"required" | "optional" | "any"} need
 */
function withInputs(command, need) {
  const mark = need === "required" ? " (required)" : "";
  command.option("--policy <file...>", `statements as claims${mark}`);
  if (need !== "optional") command.option("--estate <file...>", `where to look${mark}`);
  command
    .option("--attestations <file...>", "what people vouch for")
    .option("--waivers <file...>", "failures that are excused for a time");
  if (need === "any") return command;
  return command
    .option("--only <claim...>", "judge these claims only: an id, policy/id, or a pattern with *")
    .option("--now <time>", "judge for this moment (ISO 8601)");
}

/**
 * Asked only when the command runs, so that a misspelt option is told before the one that it was meant to be.
 * @param {Command} command
 * @param {string[]} options
 */
function need(command, ...options) {
  for (const option of options) {
    if (command.getOptionValue(option) === undefined) {
      command.error(`error: --${option} is required`);
    }
  }
}
