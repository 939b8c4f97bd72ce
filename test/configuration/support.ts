import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ConfigurationError } from "#configuration/errors.ts";

/** A folder of its own for one test file; `remove` when done. */
export function temporaryFolder(): {
  readonly path: string;
  readonly write: (name: string, content: string | Uint8Array) => string;
  readonly remove: () => void;
} {
  const path = mkdtempSync(join(tmpdir(), "probity-test-"));
  return {
    path,
    write: (name, content) => {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      return file;
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** What a loader complains of, as `line:column: message`; empty when it does not. Any other error is thrown on. */
export function complaints(action: () => unknown): readonly string[] {
  try {
    action();
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.issues.map(({ line, column, message }) => `${line}:${column}: ${message}`);
  }
}

/** The text without the indentation that all its lines share, so that columns can be counted in a test. */
export function yaml(parts: TemplateStringsArray, ...values: readonly unknown[]): string {
  const text = String.raw(parts, ...values).replace(/^\n/, "");
  const indents = text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => line.length - line.trimStart().length);
  const shared = Math.min(...indents);
  return text
    .split("\n")
    .map((line) => line.slice(shared))
    .join("\n");
}
