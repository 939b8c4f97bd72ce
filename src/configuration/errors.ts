import { plain } from "#model/text.ts";

/** Something that is wrong in a file, with the place to look at. Line and column count from 1. */
export interface Issue {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** One line, bounded, without secrets. */
  readonly message: string;
}

/** Something to know about a file that does not stop its use. */
export interface Remark extends Issue {
  readonly level: "warning" | "remark";
}

const MOST_RENDERED = 50;

/** All that is wrong with a configuration file; the message is the list of it, one `file:line:column: …` a line. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[]) {
    const inOrder = issues.toSorted(
      (a, b) =>
        (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column,
    );
    const more = inOrder.length - MOST_RENDERED;
    super(
      [
        ...inOrder.slice(0, MOST_RENDERED).map(renderIssue),
        ...(more > 0 ? [`… and ${more} more`] : []),
      ].join("\n"),
    );
    this.issues = inOrder;
  }
}

/** `file:line:column: message`, the form that editors and terminals make clickable. */
export function renderIssue(issue: Issue): string {
  return `${plain(issue.file, 500)}:${issue.line}:${issue.column}: ${issue.message}`;
}

/** The error for a file as a whole, such as one that cannot be read. */
export function fileError(file: string, message: string): ConfigurationError {
  return new ConfigurationError([{ file, line: 1, column: 1, message }]);
}

const SYSTEM_REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENXIO: "nothing answers there",
  ENOTDIR: "a part of its path is no folder",
  ELOOP: "its links go in a circle",
  ENAMETOOLONG: "its name is too long",
  ERR_INVALID_ARG_VALUE: "its name holds a character that no file name may have",
};

/** What the operating system said, in words; never the content of anything. */
export function systemReason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
  return SYSTEM_REASONS[code] ?? plain(code, 60);
}
