import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Pair } from "yaml";
import { ConfigurationError, type Issue, type Remark } from "./errors.ts";
import { decodeUtf8, readBytes, sha256Of } from "./files.ts";
import { pathText, showKey } from "./show.ts";
import { parseYaml, positionAt } from "./yaml.ts";

/** Where in a document something stands: keys and indices from its root. */
export type Path = readonly (string | number)[];
/** The value at a path, or the key that leads to it. */
type Part = "value" | "key";
type Locate = (path: Path, part?: Part) => { readonly line: number; readonly column: number };

/** Something wrong at a path of a document. The message follows the path: ` is missing`, `: expected …`. */
export interface Finding {
  readonly path: Path;
  readonly part?: Part;
  readonly message: string;
}

/** A configuration file as plain values, with the places where they stand. */
export interface YamlDocument {
  readonly file: string;
  /** SHA-256 of its bytes, lower-case hex. */
  readonly sha256: string;
  readonly value: unknown;
  /** Keys and aliases that are wrong; they stand as null or not at all in the value. */
  readonly findings: readonly Finding[];
  /** Line and column of a value or key; where the path leads nowhere, of the last thing on the way. */
  readonly locate: Locate;
}

/** What a loader gives: the checked value, and where its parts stand in the file. */
export interface Loaded<T> extends Omit<YamlDocument, "value" | "findings"> {
  readonly value: T;
}

/** How many values aliases may stand for in all; what a few lines can blow up to has no bound else. */
const MAX_ALIASED = 10_000;
/** How deep values may lie in one another once aliases are followed. */
const MAX_DEPTH = 100;
const MOST_FINDINGS = 1000;

/**
 * Reads a YAML file.
 * @throws ConfigurationError when it cannot be read or is no single, bounded YAML document.
 */
export function readDocument(file: string): YamlDocument {
  return parseDocument(file, readBytes(file));
}

/**
 * The same for bytes that are at hand.
 * @throws ConfigurationError as `readDocument`.
 */
export function parseDocument(file: string, bytes: Uint8Array): YamlDocument {
  const { contents, lines } = parseYaml(file, decodeUtf8(file, bytes));
  const anchored = anchoredNodes(contents);
  const locate: Locate = (path, part = "value") =>
    positionAt(lines, offsetOf(contents, path, part));
  const { value, findings, exploded } = toValue(contents, anchored, (node) =>
    positionAt(lines, node.range?.[0] ?? 0),
  );
  const document = { file, sha256: sha256Of(bytes), value, findings, locate };
  // What is left of it then says nothing about what was meant.
  if (exploded) throw refusal(document, findings);
  return document;
}

/** The error that tells every finding at its line and column; of several findings at one place the first. */
export function refusal(
  document: Pick<YamlDocument, "file" | "locate">,
  findings: readonly Finding[],
): ConfigurationError {
  const places = new Map<string, Finding>();
  for (const finding of findings) {
    const place = JSON.stringify([finding.path, finding.part ?? "value"]);
    if (!places.has(place)) places.set(place, finding);
    if (places.size >= MOST_FINDINGS) break;
  }
  return new ConfigurationError([...places.values()].map((finding) => toIssue(document, finding)));
}

/** A finding with its file, line and column. */
export function toIssue(
  document: Pick<YamlDocument, "file" | "locate">,
  { path, part, message }: Finding,
): Issue {
  return {
    file: document.file,
    ...document.locate(path, part),
    message: path.length === 0 ? message.replace(/^: /, "") : `${pathText(path)}${message}`,
  };
}

/** A finding that does not stop the use of the file. */
export function remark(
  level: Remark["level"],
  document: Pick<YamlDocument, "file" | "locate">,
  finding: Finding,
): Remark {
  return { level, ...toIssue(document, finding) };
}

type Anchored = ReadonlyMap<Alias, Node>;

/** What each alias stands for: the last node before it that carries its anchor. */
function anchoredNodes(contents: Node): Anchored {
  const anchors = new Map<string, Node>();
  const anchored = new Map<Alias, Node>();
  const visit = (node: Node | null): void => {
    if (node === null) return;
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target !== undefined) anchored.set(node, target);
      return;
    }
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
    if (isSeq<Node | null>(node)) node.items.forEach(visit);
    if (isMap<Node | null, Node | null>(node)) {
      for (const { key, value } of node.items) {
        visit(key);
        visit(value);
      }
    }
  };
  visit(contents);
  return anchored;
}

/** Nodes as plain values. What a key or alias does wrong is a finding, so that all of them are reported. */
function toValue(
  contents: Node,
  anchored: Anchored,
  position: (node: Node) => { readonly line: number },
): {
  readonly value: unknown;
  readonly findings: readonly Finding[];
  /** True when aliases made it too large or too deep to be followed to the end. */
  readonly exploded: boolean;
} {
  const findings: Finding[] = [];
  const within = new Set<Node>();
  let aliased = 0;
  let aliasDepth = 0;
  let tooDeep = false;

  const convert = (node: Node | null, path: Path): unknown => {
    if (node === null) return null;
    if (aliasDepth > 0 && ++aliased > MAX_ALIASED) return null;
    if (path.length > MAX_DEPTH) {
      tooDeep = true;
      return null;
    }
    if (isAlias(node)) {
      const target = anchored.get(node);
      if (target === undefined) {
        findings.push({
          path,
          message: `: there is no anchor ${showKey(`&${node.source}`)} before this alias`,
        });
        return null;
      }
      if (within.has(target)) {
        findings.push({ path, message: ": the alias stands inside of what it stands for" });
        return null;
      }
      aliasDepth++;
      const value = convert(target, path);
      aliasDepth--;
      return value;
    }
    if (isScalar(node)) return node.value;
    within.add(node);
    let value: unknown = null;
    if (isSeq<Node | null>(node)) {
      value = node.items.map((item, index) => convert(item, [...path, index]));
    }
    if (isMap<Node | null, Node | null>(node)) value = toObject(node.items, path);
    within.delete(node);
    return value;
  };

  const toObject = (pairs: readonly Pair<Node | null, Node | null>[], path: Path): unknown => {
    const object: Record<string, unknown> = {};
    const first = new Map<string, Node>();
    for (const { key, value } of pairs) {
      const name = keyName(key);
      if (key === null || name === null) {
        findings.push({ path, message: ": a key must be a name" });
        continue;
      }
      const keyPath = [...path, name];
      const earlier = first.get(name);
      if (name === "__proto__") {
        findings.push({ path: keyPath, part: "key", message: ": no key may have this name" });
        continue;
      }
      if (earlier !== undefined) {
        const { line } = position(earlier);
        findings.push({
          path: keyPath,
          part: "key",
          message: `: the key is written twice; the first is at line ${line}`,
        });
        continue;
      }
      first.set(name, key);
      object[name] = convert(value, keyPath);
    }
    return object;
  };

  const value = convert(contents, []);
  if (tooDeep) {
    findings.push({ path: [], message: `: is nested more than ${MAX_DEPTH} levels deep` });
  }
  if (aliased > MAX_ALIASED) {
    findings.unshift({
      path: [],
      message: `: the aliases (*name) stand for more than ${MAX_ALIASED} values: write them out`,
    });
  }
  return { value, findings, exploded: tooDeep || aliased > MAX_ALIASED };
}

/** A key as text: as it is written, so that `2024:` and `yes:` are names too. Null for a list or mapping. */
function keyName(key: Node | null): string | null {
  if (!isScalar(key)) return null;
  if (typeof key.value === "string") return key.value;
  return key.source === undefined || key.source === "" ? null : key.source;
}

/** What an alias stands for has its place at the alias: there it is used. */
function offsetOf(contents: Node, path: Path, part: Part): number {
  let node: Node | null = contents;
  let offset = contents.range?.[0] ?? 0;
  for (const [index, step] of path.entries()) {
    let next: Node | null = null;
    if (isMap<Node | null, Node | null>(node)) {
      // Of a key that is written twice the last one is the one to remove.
      const pair: Pair<Node | null, Node | null> | undefined = node.items.findLast(
        ({ key }) => keyName(key) === step,
      );
      if (pair === undefined) return offset;
      const atKey = part === "key" && index === path.length - 1;
      next = atKey || pair.value === null ? pair.key : pair.value;
    } else if (isSeq<Node | null>(node) && typeof step === "number") {
      next = node.items[step] ?? null;
    }
    if (next === null) return offset;
    offset = next.range?.[0] ?? offset;
    node = next;
  }
  return offset;
}
