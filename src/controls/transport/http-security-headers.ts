import { answerWords, saysNothing, statusOf, unfinished } from "#controls/http-visits.ts";
import { notApplicable, settle } from "#controls/settle.ts";
import {
  browserRules,
  type BrowserRules,
  isPage,
  TELLING_REFERRERS,
} from "#facts/security-headers.ts";
import { defineControl, type Judgement } from "#model/control.ts";
import { renderSeconds } from "#model/duration.ts";
import type { HttpVisit } from "#model/http-facets.ts";
import type { SchemaKit, z } from "#model/schema.ts";
import { plain } from "#model/text.ts";

const FIELDS = [
  "strictTransportSecurity",
  "contentTypeOptions",
  "frameProtection",
  "contentSecurityPolicy",
  "referrerPolicy",
  "permissionsPolicy",
] as const;
type Field = (typeof FIELDS)[number];
const MEANING: Readonly<Record<Field, string>> = {
  strictTransportSecurity: "Strict-Transport-Security with a max-age above zero (RFC 6797).",
  contentTypeOptions: "X-Content-Type-Options: nosniff.",
  frameProtection:
    "X-Frame-Options, or frame-ancestors of a Content-Security-Policy, so that not anybody may frame a page. Judged of pages, not of data.",
  contentSecurityPolicy:
    "A Content-Security-Policy that is enforced and keeps scripts of others out: by script-src or default-src, without 'unsafe-inline' or whole schemes, unless nonces or hashes stand beside. Judged of pages, not of data.",
  referrerPolicy: "A Referrer-Policy that does not give whole addresses to other sites.",
  permissionsPolicy: "A Permissions-Policy. Judged of pages, not of data.",
};
const NAMES: Readonly<Record<Field, string>> = {
  strictTransportSecurity: "HSTS",
  contentTypeOptions: "nosniff",
  frameProtection: "frame protection",
  contentSecurityPolicy: "a Content-Security-Policy",
  referrerPolicy: "a Referrer-Policy",
  permissionsPolicy: "a Permissions-Policy",
};
/** What guards pages alone: data that no browser shows runs no script and stands in no frame. */
const OF_PAGES: ReadonlySet<Field> = new Set([
  "frameProtection",
  "contentSecurityPolicy",
  "permissionsPolicy",
]);

const expectation = ({ z }: SchemaKit) => {
  const field = (name: Field) =>
    z.enum(["required", "optional"]).default("optional").describe(MEANING[name]);
  return z
    .strictObject({
      strictTransportSecurity: field("strictTransportSecurity"),
      contentTypeOptions: field("contentTypeOptions"),
      frameProtection: field("frameProtection"),
      contentSecurityPolicy: field("contentSecurityPolicy"),
      referrerPolicy: field("referrerPolicy"),
      permissionsPolicy: field("permissionsPolicy"),
    })
    .refine((expect) => Object.values(expect).includes("required"), {
      error: "expected at least one header that is required",
    });
};
type Expectation = z.output<ReturnType<typeof expectation>>;

export default defineControl({
  id: "http-security-headers",
  title: "Headers that protect in browsers",
  rationale:
    "By these headers a browser refuses what an attacker would have it do: speak clear text, run injected scripts, show the site inside another, take data for scripts.",
  severity: "medium",
  judges: "subject",
  needs: ["httpAnswer"],
  expectation,
  evaluate: ({ expect, facets: { httpAnswer } }) =>
    httpAnswer === undefined ? notApplicable("speaks no HTTP") : judge(expect, httpAnswer),
  remediation:
    "Send the headers with every answer over HTTPS, those of errors and redirects too (nginx: add_header … always).",
  references: [
    "https://owasp.org/www-project-secure-headers/",
    "https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CSP",
    "https://www.rfc-editor.org/rfc/rfc6797",
    "https://html.spec.whatwg.org/multipage/document-lifecycle.html#the-x-frame-options-header",
  ],
});

function judge(expect: Expectation, visit: HttpVisit): Judgement {
  const required = FIELDS.filter((name) => expect[name] === "required");
  const rules = browserRules(visit);
  const page = isPage(visit);
  const failures: string[] = [];
  const open: string[] = [];
  const held: string[] = [];
  const missing: Field[] = [];
  const type = visit.headers.find(({ name }) => name === "content-type")?.value ?? "no type";
  const spared = required.filter((name) => OF_PAGES.has(name) && !page && unread(visit) === null);
  for (const name of required) {
    if (spared.includes(name)) continue;
    // Of which host HSTS is, the first answer says.
    const status = name === "strictTransportSecurity" ? visit.hops[0]?.status : undefined;
    const silent = unread(visit, status);
    if (silent !== null) {
      open.push(silent);
      continue;
    }
    const { good, words } = JUDGES[name](rules, visit);
    if (good === true) held.push(words);
    else if (good === null) open.push(words);
    else if ((status ?? statusOf(visit)) >= 400) {
      open.push(`${words}, but errors may lack what pages have: declare an address that answers`);
    } else {
      failures.push(words);
      missing.push(name);
    }
  }
  const where = answerWords(visit);
  if (spared.length === required.length) {
    return notApplicable(`${where} with ${plain(type, 100)}, which is no page`);
  }
  const none = spared.length === 0 ? "" : `; ${plain(type, 100)} is no page`;
  const begun = (parts: readonly string[]) =>
    [...new Set(parts)].map((part, at) => (at === 0 ? `${where}: ${part}` : part));
  const judgement = settle({
    failures: begun(failures),
    open: begun(open),
    held: `${where} with ${held.join(", ")}${none}`,
    declared: required.map((name) => NAMES[name]).join(", "),
    actual: { status: statusOf(visit), ...actualOf(required, rules) },
  });
  if (missing.length === 0) return judgement;
  return { ...judgement, remediation: missing.map((name) => TO_DO[name]).join("\n") };
}

/** Why an answer says nothing of the service's headers; null where it does. */
function unread(visit: HttpVisit, first?: number): string | null {
  if (visit.robotGuard !== null)
    return `a guard against robots answered: ${plain(visit.robotGuard, 100)}`;
  const status = first ?? statusOf(visit);
  if (saysNothing(status)) return `status ${status} says nothing of the service`;
  return first === undefined ? unfinished(visit) : null;
}

interface HeaderFinding {
  /** null: cannot be told. */
  readonly good: boolean | null;
  readonly words: string;
}

const JUDGES: Readonly<Record<Field, (rules: BrowserRules, visit: HttpVisit) => HeaderFinding>> = {
  strictTransportSecurity: ({ hsts }, visit) => {
    if (hsts === null) {
      const sent = visit.strictTransportSecurity !== null;
      return { good: false, words: sent ? "HSTS that browsers pass over" : "no HSTS" };
    }
    return hsts.maxAgeSeconds === 0
      ? { good: false, words: "HSTS is turned off (max-age=0)" }
      : { good: true, words: `HSTS for ${renderSeconds(hsts.maxAgeSeconds)}` };
  },
  contentTypeOptions: ({ nosniff }) => ({
    good: nosniff,
    words: nosniff ? "nosniff" : "no nosniff",
  }),
  frameProtection: ({ framing }) =>
    framing === "anybody"
      ? { good: false, words: "anybody may frame its pages" }
      : { good: true, words: FRAMED[framing] },
  contentSecurityPolicy: ({ scripts }, visit) => judgeScripts(scripts, visit),
  referrerPolicy: ({ referrer }) =>
    referrer === null
      ? { good: false, words: "no Referrer-Policy" }
      : { good: !TELLING_REFERRERS.has(referrer), words: `Referrer-Policy ${referrer}` },
  permissionsPolicy: ({ permissions }) => ({
    good: permissions,
    words: permissions ? "a Permissions-Policy" : "no Permissions-Policy",
  }),
};

const FRAMED = {
  nobody: "frames forbidden",
  "own-origin": "frames by its own pages only",
  listed: "frames by listed sites only",
} as const;

function judgeScripts(
  { status, through }: BrowserRules["scripts"],
  { content }: HttpVisit,
): HeaderFinding {
  if (status === "restricted") {
    return { good: true, words: "a Content-Security-Policy that keeps scripts of others out" };
  }
  const words = {
    open: `its Content-Security-Policy lets scripts of others in (${plain(through ?? "", 100)})`,
    "report-only": "its Content-Security-Policy only reports",
    none: "no Content-Security-Policy",
  }[status];
  // A page may hold a policy of its own, beyond what was read.
  return (content?.metaPolicies ?? null) === null
    ? { good: null, words: `${words} in the headers, and not all of the page was read` }
    : { good: false, words };
}

function actualOf(required: readonly Field[], rules: BrowserRules) {
  const { hsts, nosniff, framing, scripts, referrer, permissions } = rules;
  const all = {
    strictTransportSecurity: hsts?.maxAgeSeconds ?? null,
    contentTypeOptions: nosniff,
    frameProtection: framing,
    contentSecurityPolicy: scripts.status,
    referrerPolicy: referrer,
    permissionsPolicy: permissions,
  };
  return Object.fromEntries(required.map((name) => [name, all[name]]));
}

const TO_DO: Readonly<Record<Field, string>> = {
  strictTransportSecurity: 'nginx: add_header Strict-Transport-Security "max-age=31536000" always;',
  contentTypeOptions: "nginx: add_header X-Content-Type-Options nosniff always;",
  frameProtection:
    "nginx: add_header X-Frame-Options DENY always; or frame-ancestors 'self' in a Content-Security-Policy",
  contentSecurityPolicy:
    "Send a Content-Security-Policy with script-src 'self', or with a nonce for each answer, and without 'unsafe-inline'.",
  referrerPolicy: "nginx: add_header Referrer-Policy strict-origin-when-cross-origin always;",
  permissionsPolicy:
    'nginx: add_header Permissions-Policy "camera=(), microphone=(), geolocation=()" always;',
};
