import { renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Report } from "#model/report.ts";
import { UsageError } from "./exit.ts";
import type { InputOptions } from "./inputs.ts";

/** How a report is written. */
export interface OutputOptions {
  readonly format: "text" | "json";
  readonly output?: string;
  readonly full?: boolean;
}

/**
 * Writes a report to a file or to standard output.
 * @throws UsageError when the file cannot be written.
 */
export async function writeReport(report: Report, options: OutputOptions): Promise<void> {
  const toTerminal = options.output === undefined && process.stdout.isTTY;
  if (options.format === "json") {
    const { renderJson } = await import("#report/json.ts");
    await writeText(renderJson(report), options.output);
  } else {
    const { renderText } = await import("#report/text.ts");
    const style = terminalStyle(toTerminal);
    await writeText(
      renderText(report, {
        ...style,
        full: options.full === true,
      }),
      options.output,
    );
  }
}

/** Width and colour: colour only on a terminal that wants it (https://no-color.org). */
export function terminalStyle(terminal: boolean): { width: number; colour: boolean } {
  const { NO_COLOR, COLUMNS } = process.env;
  const wanted = terminal ? process.stdout.columns : Number(COLUMNS ?? 100);
  const width = Math.min(200, Math.max(40, Number.isFinite(wanted) ? wanted : 100));
  return { width, colour: terminal && (NO_COLOR === undefined || NO_COLOR === "") };
}

/**
 * A file appears whole or not at all; standard output is awaited, so that a pipe gets everything. A reader that has
 * seen enough (`| head`) is no failure.
 * @returns false when nobody reads standard output any more
 * @throws UsageError when it cannot be written.
 */
export async function writeText(text: string, file?: string): Promise<boolean> {
  if (file === undefined) {
    const error = await toStandardOutput(text);
    if (error === null) return true;
    if ("code" in error && error.code === "EPIPE") return false;
    throw new UsageError(`standard output cannot be written: ${error.message}`);
  }
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    if (isDevice(file)) {
      // A device or a pipe is written to, never replaced.
      writeFileSync(file, text);
      return true;
    }
    writeFileSync(temporary, text, { mode: 0o600 });
    renameSync(temporary, file);
    return true;
  } catch (error) {
    rmSync(temporary, { force: true });
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new UsageError(`--output ${file} cannot be written (${code})`);
  }
}

/**
 * Before anything is scanned: the report must not take the place of what it is made from.
 * @throws UsageError
 */
export function refuseOverwriting(options: OutputOptions & InputOptions): void {
  if (options.output === undefined) return;
  if (options.output === "") throw new UsageError("--output: expected a file");
  const output = resolve(options.output);
  const { policy = [], estate = [], attestations = [], waivers = [] } = options;
  const input = [...policy, ...estate, ...attestations, ...waivers].find(
    (file) => resolve(file) === output,
  );
  if (input !== undefined) {
    throw new UsageError(`--output ${options.output} would overwrite ${input}: name another file`);
  }
}

function isDevice(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  return found !== undefined && !found.isFile() && !found.isDirectory();
}

function toStandardOutput(text: string): Promise<Error | null> {
  const { stdout } = process;
  // The error comes to the callback and as an event, which would end the process if nobody listened.
  if (stdout.listenerCount("error") === 0) stdout.on("error", () => {});
  return new Promise((resolve) => {
    stdout.write(text, (error) => resolve(error ?? null));
  });
}
