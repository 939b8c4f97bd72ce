import { plain } from "#model/text.ts";

const LONGEST_POLICY = 5000;
const MOST_POLICIES = 5;

/** One piece of a page's head: nothing that is looked into twice, so that no page takes long. */
const PIECE = new RegExp(
  [
    String.raw`\s+`,
    String.raw`<!--(?:-?>|[^]*?--!?>)`,
    String.raw`<[!?](?!--)[^>]*>`,
    // What stands in these is text, or is kept out of the page.
    String.raw`<(title|style|script|noscript|template)(?=[\s/>])[^>]*>[^]*?</\1(?=[\s/>])[^>]*>`,
    String.raw`<meta(?=[\s/>])((?:[^>"']|"[^"]*"|'[^']*'){0,5000})>`,
    String.raw`<(?:html|head|link|base|basefont|bgsound)(?=[\s/>])(?:[^>"']|"[^"]*"|'[^']*'){0,5000}>`,
    String.raw`</(?!(?:head|body|html|br)[\s/>])[a-z][^>]*>`,
  ].join("|"),
  "iy",
);

/**
 * The policies for contents that a page holds in its head, the only place where browsers heed them
 * (https://html.spec.whatwg.org/multipage/semantics.html#attr-meta-http-equiv-content-security-policy); pure.
 * @param html one character a byte
 */
export function metaPoliciesOf(html: string): readonly string[] {
  const policies: string[] = [];
  PIECE.lastIndex = html.startsWith("\u00ef\u00bb\u00bf") ? 3 : 0;
  for (let piece = PIECE.exec(html); piece !== null; piece = PIECE.exec(html)) {
    policies.push(...policyIn(piece[2] ?? ""));
    if (policies.length >= MOST_POLICIES) break;
  }
  return policies;
}

/** The policy that a tag `<meta>` holds; none where it is about something else. */
function policyIn(tag: string): readonly string[] {
  if (!/[\s/"']http-equiv\s*=\s*["']?content-security-policy["'\s/]/i.test(`${tag} `)) return [];
  const [, double, single] = /[\s/"']content\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(tag) ?? [];
  const written = double ?? single;
  if (written === undefined) return [];
  const policy = written.replace(/&(?:#39|#x27|apos);/gi, "'").replace(/&quot;/gi, '"');
  return [plain(shownPolicy(policy), LONGEST_POLICY)];
}

/** A policy without the queries of its addresses, which none but those for reports have, with a key perhaps. */
export function shownPolicy(policy: string): string {
  return policy.replaceAll(/\?[^\s;,]+/g, "?…");
}
