import { statSync } from "node:fs";
import type { Readable } from "node:stream";
import { UsageError } from "./exit.ts";

/** An address of a list, and where it stands. */
export interface Line {
  readonly text: string;
  /** `hosts.txt:3:1`; counted from 1. */
  readonly place: string;
}

/** Longer than any address: a line without end must not fill the memory. */
export const LONGEST_LINE = 4096;

/**
 * The addresses of a list as they come, one a line; empty lines and comments (`#` at the start of a line or after a
 * space) are left out. A line is never kept once it has been given.
 * @param name what the places begin with
 */
export async function* readLines(input: Readable, name: string): AsyncGenerator<Line> {
  let rest = "";
  let number = 0;
  let cutOff = false;
  const line = (text: string): Line | null => {
    number += 1;
    // A byte order mark is no part of the first address.
    const clean = (number === 1 ? text.replace(/^\ufeff/, "") : text).replace(/(?:^|\s)#.*$/s, "");
    const address = clean.trim();
    if (address === "") return null;
    return { text: address, place: `${name}:${number}:${clean.indexOf(address) + 1}` };
  };
  input.setEncoding("utf8");
  for await (const chunk of input) {
    const lines = `${rest}${String(chunk)}`.split("\n");
    rest = lines.pop() ?? "";
    for (const text of lines) {
      const read = line(cutOff ? "" : text);
      cutOff = false;
      if (read !== null) yield read;
    }
    if (rest.length > LONGEST_LINE) {
      if (!cutOff) yield { text: rest.slice(0, LONGEST_LINE), place: `${name}:${number + 1}:1` };
      cutOff = true;
      rest = "";
    }
  }
  if (!cutOff) {
    const last = line(rest);
    if (last !== null) yield last;
  }
}

/** Whether a list can be read twice: a regular file can, a pipe cannot. @throws UsageError when it is not there. */
export function isRegular(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) throw new UsageError(`--file ${file}: there is no such file`);
  if (found.isDirectory()) throw new UsageError(`--file ${file} is a folder`);
  return found.isFile();
}
