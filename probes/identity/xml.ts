import sax from "sax";
import { TlsScanError } from "#probes/tls/errors.ts";

/** An element of XML with namespaces (Namespaces in XML 1.0). */
export interface Element {
  /** Address of its namespace; empty for none. */
  readonly uri: string;
  readonly local: string;
  /** Attributes without a prefix, which are the element's own. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly Element[];
  /** Its own text, that of its children left out. */
  readonly text: string;
}

const MAX_DEPTH = 50;
const MAX_ELEMENTS = 20_000;
/** The parser looks through an element's attributes for each further one. */
const MAX_ATTRIBUTES = 100;

interface Open extends Element {
  readonly name: string;
  uri: string;
  local: string;
  readonly attributes: Map<string, string>;
  readonly children: Open[];
  text: string;
  /** Namespaces by prefix that it declares. */
  readonly declared: Map<string, string>;
}

/**
 * Reads a document of XML 1.0. Document types are refused outright, so that there are no entities but the five of XML
 * itself, and nothing outside the document is ever looked at. Depth, elements and attributes are bounded; pure.
 * @throws TlsScanError for what is no such document, or beyond the bounds
 */
export function parseXml(body: string): Element {
  const options = { position: false, strictEntities: true };
  const parser = sax.parser(true, options);
  const open: Open[] = [];
  let root: Open | null = null;
  let elements = 0;
  let attributes = new Map<string, string>();

  // sax has handlers of its own kind, one for each event.
  /* oxlint-disable unicorn/prefer-add-event-listener */
  parser.onerror = () => refuse("malformed", NOT_WELL_FORMED);
  parser.ondoctype = () => refuse("malformed", DOCTYPE);
  parser.onsgmldeclaration = () => refuse("malformed", DOCTYPE);
  parser.onopentagstart = () => {
    attributes = new Map();
  };
  parser.onattribute = ({ name, value }) => {
    attributes.set(name, value);
    if (attributes.size > MAX_ATTRIBUTES) refuse("too-large", "has too many attributes");
  };
  parser.onopentag = ({ name }) => {
    // The parser itself lets a second one through.
    if (open.length === 0 && root !== null) refuse("malformed", NOT_WELL_FORMED);
    elements += 1;
    if (elements > MAX_ELEMENTS) refuse("too-large", "has too many elements");
    if (open.length >= MAX_DEPTH) refuse("too-large", "is nested too deep");
    const element = begun(name, attributes);
    [element.uri, element.local] = qualified(name, [...open, element]);
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  };
  const add = (text: string) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += text;
  };
  parser.ontext = add;
  parser.oncdata = add;
  parser.onclosetag = () => open.pop();
  /* oxlint-enable unicorn/prefer-add-event-listener */

  parser.write(body).close();
  return root ?? refuse("malformed", "is no XML document");
}

const NOT_WELL_FORMED = "is no well-formed XML";
const DOCTYPE = "has a document type, which is never read";

function refuse(reason: "malformed" | "too-large", why: string): never {
  throw new TlsScanError(reason, why);
}

function begun(name: string, written: ReadonlyMap<string, string>): Open {
  const declared = new Map<string, string>();
  const attributes = new Map<string, string>();
  for (const [key, value] of written) {
    if (key === "xmlns") declared.set("", value);
    else if (key.startsWith("xmlns:")) declared.set(key.slice(6), value);
    else if (!key.includes(":")) attributes.set(key, value);
  }
  return { name, uri: "", local: name, attributes, children: [], text: "", declared };
}

/** The namespace that the innermost declaration gives to a name's prefix. */
function qualified(name: string, within: readonly Open[]): [uri: string, local: string] {
  const at = name.indexOf(":");
  const prefix = at === -1 ? "" : name.slice(0, at);
  const scope = within.findLast(({ declared }) => declared.has(prefix));
  const uri = scope?.declared.get(prefix);
  if (uri === undefined && at !== -1) refuse("malformed", "has a prefix of no namespace");
  return [uri ?? "", name.slice(at + 1)];
}
