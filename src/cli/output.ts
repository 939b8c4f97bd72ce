import { renameSync, writeFileSync } from "node:fs";
import type { Report } from "#model/report.ts";
import { UsageError } from "./exit.ts";

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
 * @throws UsageError when it cannot be written.
 */
export async function writeText(text: string, file?: string): Promise<void> {
  if (file === undefined) {
    const error = await toStandardOutput(text);
    if (error === null || ("code" in error && error.code === "EPIPE")) return;
    throw new UsageError(`standard output cannot be written: ${error.message}`);
  }
  try {
    const temporary = `${file}.${process.pid}.tmp`;
    writeFileSync(temporary, text, { mode: 0o600 });
    renameSync(temporary, file);
  } catch (error) {
    throw new UsageError(
      `${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function toStandardOutput(text: string): Promise<Error | null> {
  const { stdout } = process;
  // The error comes to the callback and as an event, which would end the process if nobody listened.
  if (stdout.listenerCount("error") === 0) stdout.on("error", () => {});
  return new Promise((resolve) => {
    stdout.write(text, (error) => resolve(error ?? null));
  });
}
