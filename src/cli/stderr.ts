import { plain } from "#model/text.ts";
import { printableJson } from "#report/escape.ts";

/** Most that one message may fill: names in it come from files and servers. */
const MOST_LINES = 200;
const MOST_CHARACTERS = 2000;

/** Says something on standard error, line by line without anything that acts on a terminal. */
export function tell(text: string): void {
  const lines = text.split("\n");
  const shown = lines.slice(0, MOST_LINES).map((line) => plain(line, MOST_CHARACTERS));
  write(`${shown.join("\n")}${lines.length > MOST_LINES ? "\n…" : ""}\n`);
}

/** Writes a line of the log, which is JSON. */
export function tellJson(line: string): void {
  write(printableJson(line));
}

/** Draws over the last line of the terminal; an empty text clears it. */
export function redraw(line: string): void {
  write(`\r\u001b[K${plain(line, Math.max(20, process.stderr.columns - 1))}`);
}

/** Nobody may be reading any more (`2>&1 | head`): that ends neither the work nor the process. */
function write(text: string): void {
  if (process.stderr.listenerCount("error") === 0) process.stderr.on("error", () => {});
  process.stderr.write(text);
}
