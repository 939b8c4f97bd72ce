import { plain } from "#model/text.ts";
import {
  Composer,
  type CST,
  type ErrorCode,
  Lexer,
  LineCounter,
  type Node,
  Parser,
  type YAMLError,
} from "yaml";
import { ConfigurationError, type Issue } from "./errors.ts";

/** How deep collections may lie in one another. */
const MAX_DEPTH = 100;
/** How many words and marks a file may have: far above any real one, and read in a few seconds at worst. */
const MAX_LEXEMES = 500_000;
/** Syntax errors that are shown; the later ones mostly follow from the first. */
const MOST_SYNTAX_ERRORS = 20;

/** A YAML file as nodes with offsets. */
export interface YamlSource {
  readonly contents: Node;
  readonly lines: LineCounter;
}

/**
 * Reads one YAML 1.2 document (core schema: dates stay text, `yes` and `no` too).
 * Aliases are not followed and keys not compared here; nothing in the text can make it recurse deeply.
 * @throws ConfigurationError for bad syntax, tags, directives, several or no documents, too deep or too many parts.
 */
export function parseYaml(file: string, text: string): YamlSource {
  const lines = new LineCounter();
  const fail = (offset: number, message: string): ConfigurationError =>
    new ConfigurationError([{ file, ...positionAt(lines, offset), message }]);

  const tokens = tokenize(text, lines, fail);
  const directive = tokens.find((token) => token.type === "directive");
  if (directive !== undefined) {
    throw fail(directive.offset, "directives (lines that begin with %) are not taken: remove it");
  }
  const composer = new Composer({
    prettyErrors: false,
    resolveKnownTags: false,
    schema: "core",
    // Compared pair by pair, which takes the square of their number; document.ts compares them by name.
    uniqueKeys: false,
    logLevel: "silent",
  });
  const [document, second] = [...composer.compose(tokens, true, text.length)];
  if (document === undefined) throw fail(0, "is empty");
  const problems = [...document.errors, ...document.warnings];
  if (problems.length > 0) {
    throw new ConfigurationError(
      problems
        .slice(0, MOST_SYNTAX_ERRORS)
        .map((problem) => syntaxIssue(file, lines, problem, text)),
    );
  }
  if (second !== undefined) {
    throw fail(second.range[0], "holds several documents (---): write one document a file");
  }
  if (document.contents === null) throw fail(0, "is empty");
  return { contents: document.contents, lines };
}

/** Line and column, from 1, of an offset. */
export function positionAt(
  lines: LineCounter,
  offset: number,
): { readonly line: number; readonly column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

/** Splits the text into tokens, and stops where it is too deep or too long for what builds nodes of them. */
function tokenize(
  text: string,
  lines: LineCounter,
  fail: (offset: number, message: string) => ConfigurationError,
): CST.Token[] {
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  let lexemes = 0;
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    // Each escape in a double-quoted text can be an error of its own.
    lexemes += lexeme.startsWith('"') ? lexeme.split("\\").length : 1;
    if (lexemes > MAX_LEXEMES) {
      throw fail(
        parser.offset,
        `has more than ${MAX_LEXEMES} words and marks: split it into several files`,
      );
    }
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > MAX_DEPTH) {
      throw fail(parser.offset, `is nested more than ${MAX_DEPTH} levels deep`);
    }
  }
  tokens.push(...parser.end());
  return tokens;
}

function syntaxIssue(file: string, lines: LineCounter, error: YAMLError, text: string): Issue {
  return {
    file,
    ...positionAt(lines, Math.min(error.pos[0], text.length)),
    message: `is not valid YAML: ${explain(error)}`,
  };
}

/** Better words for the parser's commonest complaints. */
const COMPLAINTS: Partial<Record<ErrorCode, string>> = {
  TAG_RESOLVE_FAILED: "tags (!…) are not taken: write the value itself",
  BAD_DQ_ESCAPE:
    "unknown escape in a double-quoted text: write \\\\ for a backslash, or use single quotes",
  BLOCK_AS_IMPLICIT_KEY:
    'a second "key: value" on the same line: put a text that holds ": " in quotes',
  BAD_SCALAR_START: "a text cannot start with this character: put it in quotes",
};

/** The parser's complaint without the text that it quotes, which may hold a secret. */
function explain(error: YAMLError): string {
  const own = (error.message.split(": ")[0] ?? "").replace(/^[A-Z](?![A-Z])/, lower);
  return COMPLAINTS[error.code] ?? plain(own, 160);
}

function lower(letter: string): string {
  return letter.toLowerCase();
}
