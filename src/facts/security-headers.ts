/** What the headers of an answer make a browser forbid. Pure; a header of which browsers make nothing counts for nothing. */
import type { HttpHeader, HttpVisit } from "#model/http-facets.ts";
import { parseHsts } from "./hsts.ts";

/** Who may show a page inside a page of his own. */
export type Framing = "nobody" | "own-origin" | "listed" | "anybody";

export interface BrowserRules {
  readonly hsts: ReturnType<typeof parseHsts>;
  readonly nosniff: boolean;
  readonly framing: Framing;
  readonly scripts: ScriptRules;
  /** The policy for Referer that counts; null: the header names none that browsers know. */
  readonly referrer: string | null;
  readonly permissions: boolean;
}

/** What keeps scripts of others out of a page. */
export interface ScriptRules {
  readonly status:
    | "restricted"
    /** A policy is enforced, and lets scripts of others in. */
    | "open"
    /** Only reports what it would forbid. */
    | "report-only"
    | "none";
  /** What lets them in; null where nothing does, or there is no policy. */
  readonly through: string | null;
}

/** What browsers make of an answer. */
export function browserRules(visit: HttpVisit): BrowserRules {
  const { headers } = visit;
  const named = (name: string) =>
    headers.flatMap((header: HttpHeader) => (header.name === name ? [header.value] : []));
  const policies = named("content-security-policy").flatMap(policiesOf);
  // In a page browsers pass over a sandbox (https://html.spec.whatwg.org/multipage/semantics.html#attr-meta-http-equiv-content-security-policy).
  const meta = (visit.content?.metaPolicies ?? [])
    .flatMap(policiesOf)
    .map((policy) => new Map([...policy].filter(([name]) => name !== "sandbox")));
  return {
    hsts: parseHsts(visit.strictTransportSecurity),
    // https://fetch.spec.whatwg.org/#determine-nosniff
    nosniff: listOf(named("x-content-type-options"))[0] === "nosniff",
    framing: framingOf(policies, listOf(named("x-frame-options"))),
    scripts: scriptsOf(
      [...policies, ...meta],
      named("content-security-policy-report-only").length > 0,
    ),
    referrer: referrerOf(listOf(named("referrer-policy"))),
    permissions: named("permissions-policy").some((value) => /^\s*[a-z*][\w.*-]*\s*=/.test(value)),
  };
}

/** Types of which browsers make nothing, so that they look for themselves. */
const NO_TYPES: ReadonlySet<string> = new Set(["", "unknown/unknown", "application/unknown"]);

/** Whether an answer of this type may be shown as a page, with scripts in it. */
export function isPage(visit: HttpVisit): boolean {
  // Of several types the last that is one counts: https://fetch.spec.whatwg.org/#concept-header-extract-mime-type
  const type = visit.headers
    .flatMap(({ name, value }) => (name === "content-type" ? value.split(",") : []))
    .map((value) => trimmed((value.split(";", 1)[0] ?? "").toLowerCase()))
    .findLast(
      (value) => /^[!#$%&'*+.^`|~\w-]+\/[!#$%&'*+.^`|~\w-]+$/.test(value) && value !== "*/*",
    );
  return NO_TYPES.has(type ?? "") || /(?:^text\/html|[/+]xml)$/.test(type ?? "");
}

/** Without the blanks that browsers take for such: others belong to what stands between them. */
function trimmed(text: string): string {
  return text.replace(/^[\t ]+|[\t ]+$/g, "");
}

/** Several headers and several values of one are the same list. */
function listOf(values: readonly string[]): readonly string[] {
  return values.flatMap((value) => value.split(",")).map((value) => trimmed(value).toLowerCase());
}

type Policy = ReadonlyMap<string, readonly string[]>;

/** https://www.w3.org/TR/CSP3/#parse-serialized-policy: of a directive that is there twice the first counts. */
function policiesOf(header: string): readonly Policy[] {
  return header.split(",").flatMap((text) => {
    const policy = new Map<string, readonly string[]>();
    for (const directive of text.split(";")) {
      const [name = "", ...values] = directive
        .toLowerCase()
        .split(/[\t\n\f\r ]+/)
        .filter((word) => word !== "");
      if (name !== "" && !policy.has(name)) policy.set(name, values);
    }
    return policy.size === 0 ? [] : [policy];
  });
}

/** Sources that stand for whoever wants to. */
const ANYBODY = /^(?:\*|https?:|(?:https?:\/\/)?\*(?::(?:\*|\d+))?\/?)$/;
const ANY_SCRIPT = /^(?:data|blob|filesystem):$/;

/**
 * frame-ancestors goes before X-Frame-Options (https://www.w3.org/TR/CSP3/#frame-ancestors-and-frame-options), and of
 * several policies each must be kept to.
 */
function framingOf(policies: readonly Policy[], options: readonly string[]): Framing {
  const lists = policies.flatMap((policy) => {
    const sources = policy.get("frame-ancestors");
    return sources === undefined ? [] : [sources];
  });
  if (lists.length > 0) {
    const found = new Set(
      lists.map((sources): Framing => {
        if (sources.every((source) => source === "'none'")) return "nobody";
        if (sources.some((source) => ANYBODY.test(source))) return "anybody";
        return sources.every((source) => source === "'self'") ? "own-origin" : "listed";
      }),
    );
    const strictest = (["nobody", "own-origin", "listed"] as const).find((one) => found.has(one));
    return strictest ?? "anybody";
  }
  // https://html.spec.whatwg.org/multipage/document-lifecycle.html#the-x-frame-options-header
  const values = new Set(options.filter((value) => value !== ""));
  if (values.size > 1) {
    return ["deny", "allowall", "sameorigin"].some((value) => values.has(value))
      ? "nobody"
      : "anybody";
  }
  if (values.has("deny")) return "nobody";
  return values.has("sameorigin") ? "own-origin" : "anybody";
}

/** Every policy must be kept to, so one that keeps scripts out is enough. */
function scriptsOf(policies: readonly Policy[], reported: boolean): ScriptRules {
  if (policies.length === 0) return { status: reported ? "report-only" : "none", through: null };
  const ways = policies.map(wayIn);
  const through = ways.includes(null) ? null : (ways[0] ?? null);
  return { status: through === null ? "restricted" : "open", through };
}

/** What of a policy lets scripts of others in; null: nothing. */
function wayIn(policy: Policy): string | null {
  const sandbox = policy.get("sandbox");
  if (sandbox !== undefined && !sandbox.includes("allow-scripts")) return null;
  const general = policy.get("script-src") ?? policy.get("default-src");
  const lists = [
    policy.get("script-src-elem") ?? general,
    policy.get("script-src-attr") ?? general,
  ];
  if (lists.includes(undefined)) return "no script-src and no default-src";
  const [elements = [], attributes = []] = lists;
  // Of an attribute only 'unsafe-inline' lets anything in.
  return wayThrough(elements) ?? (allowsInline(attributes) ? INLINE : null);
}

const INLINE = "'unsafe-inline'";
const STRICT = "'strict-dynamic'";
/** https://www.w3.org/TR/CSP3/#framework-directive-source-list: what is empty, or has other characters, is none. */
const CHOSEN = /^'(?:nonce|sha(?:256|384|512))-[a-z\d+/_-]+={0,2}'$/;

/** With a nonce or a hash browsers pass over 'unsafe-inline'. */
function allowsInline(sources: readonly string[]): boolean {
  const chosen = sources.some((source) => source === STRICT || CHOSEN.test(source));
  return sources.includes(INLINE) && !chosen;
}

function wayThrough(sources: readonly string[]): string | null {
  if (allowsInline(sources)) return INLINE;
  // With it they pass over hosts and schemes.
  if (sources.includes(STRICT)) return null;
  return sources.find((source) => ANYBODY.test(source) || ANY_SCRIPT.test(source)) ?? null;
}

const REFERRER_POLICIES: ReadonlySet<string> = new Set([
  "no-referrer",
  "no-referrer-when-downgrade",
  "same-origin",
  "origin",
  "strict-origin",
  "origin-when-cross-origin",
  "strict-origin-when-cross-origin",
  "unsafe-url",
]);

/** https://www.w3.org/TR/referrer-policy/#parse-referrer-policy-from-header: the last that a browser knows. */
function referrerOf(values: readonly string[]): string | null {
  return values.findLast((value) => REFERRER_POLICIES.has(value)) ?? null;
}

/** Policies for Referer that give the whole address to other sites. */
export const TELLING_REFERRERS: ReadonlySet<string> = new Set([
  "unsafe-url",
  "no-referrer-when-downgrade",
]);
