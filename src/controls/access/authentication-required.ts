import {
  answerWords,
  type Finding,
  noAnswer,
  saysNothing,
  statusOf,
  unfinished,
  wordsOf,
} from "#controls/http-visits.ts";
import { notApplicable, settle } from "#controls/settle.ts";
import { defineControl, type Judgement } from "#model/control.ts";
import { anyGlob } from "#model/glob.ts";
import type { Authentication, HttpCookie, HttpLook, HttpVisit } from "#model/http-facets.ts";
import type { SchemaKit, z } from "#model/schema.ts";
import { listed, plain } from "#model/text.ts";

const expectation = ({ z }: SchemaKit) =>
  z
    .strictObject({
      unauthenticated: z
        .array(z.union([z.literal(401), z.literal(403), z.literal("login-redirect")]))
        .min(1)
        .optional()
        .describe(
          "What a request without credentials may get: one of these and nothing else. A redirect counts as one to sign-in by a field for a password where it leads, by the request for sign-in with which it leads to another origin (OAuth, SAML, WS-Federation), or by signIn of the estate.",
        ),
      cookies: z
        .strictObject({
          secure: z.boolean().default(false).describe("Secure."),
          httpOnly: z.boolean().default(false).describe("HttpOnly."),
          sameSite: z.boolean().default(false).describe("SameSite=Lax or Strict."),
          except: z
            .array(z.string().min(1))
            .default([])
            .describe(
              "Names of cookies that are not judged, such as those that scripts must read; * stands for any run of characters.",
            ),
        })
        .refine(({ secure, httpOnly, sameSite }) => secure || httpOnly || sameSite, {
          error: "expected secure, httpOnly or sameSite to be true",
        })
        .optional()
        .describe("Attributes that every cookie must have that such a request is given."),
    })
    .refine(({ unauthenticated, cookies }) => (unauthenticated ?? cookies) !== undefined, {
      error: "expected unauthenticated or cookies",
    });
type Expectation = z.output<ReturnType<typeof expectation>>;

export default defineControl({
  id: "authentication-required",
  title: "Nothing without credentials",
  rationale:
    "What somebody gets who shows no credentials, everybody on the Internet gets; and a cookie that is sent in clear text or read by scripts is a key that lies about.",
  severity: "critical",
  judges: "subject",
  needs: ["authentication"],
  expectation,
  evaluate: ({ expect, facets: { authentication } }) =>
    authentication === undefined ? notApplicable("speaks no HTTP") : judge(expect, authentication),
  remediation:
    "Let the server answer 401, or send on to sign-in, before it gives anything; let it set cookies with Secure, HttpOnly and SameSite=Lax. " +
    "Where the page is an empty shell that asks for its data apart, declare the addresses of the data under `protected` in the estate.",
  references: [
    "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2",
    "https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html",
    "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie",
  ],
});

function judge(expect: Expectation, { looks, signIn }: Authentication): Judgement {
  const { unauthenticated, cookies } = expect;
  const findings = [
    ...(unauthenticated === undefined
      ? []
      : looks.map((look) => judgeLook(look, unauthenticated, signIn))),
    ...(cookies === undefined ? [] : judgeCookies(looks, cookies)),
  ];
  const declared = [
    ...(unauthenticated === undefined ? [] : [`${unauthenticated.join(", ")} without credentials`]),
    ...(cookies === undefined ? [] : [`cookies with ${attributes(cookies).join(", ")}`]),
  ];
  return settle({
    failures: wordsOf(findings, false),
    open: findings.length === 0 ? ["no address was asked for"] : wordsOf(findings, null),
    held: wordsOf(findings, true).join("; "),
    declared: declared.join("; "),
    actual: {
      answers: looks.map(({ url, visit }) => ({
        url,
        status: visit === null ? null : statusOf(visit),
        end: visit?.end ?? null,
      })),
      cookies: looks.flatMap(({ visit }) => visit?.cookies ?? []).map(({ name }) => name),
    },
  });
}

type Accepted = NonNullable<Expectation["unauthenticated"]>;

function judgeLook(
  { url, visit, why }: HttpLook,
  accepted: Accepted,
  signIn: readonly string[],
): Finding {
  if (visit === null) return noAnswer({ url, why });
  const where = answerWords(visit);
  if (visit.robotGuard !== null) {
    return {
      good: null,
      words: `${where}: not the service answered, but ${plain(visit.robotGuard, 100)}`,
    };
  }
  const status = statusOf(visit);
  if (saysNothing(status)) return { good: null, words: `${where}, which says nothing of access` };
  const allowed = (what: Accepted[number], words: string): Finding => ({
    good: accepted.includes(what),
    words,
  });
  const scheme = visit.schemes.length === 0 ? "" : ` (${listed(visit.schemes, 3)})`;
  if (status === 401) return allowed(401, `${where}${scheme}`);
  if (status === 403) {
    return allowed(403, `${where}, as a firewall may too that keeps this address or programs out`);
  }
  const led = signInOf(visit, signIn);
  if (led !== null) return allowed("login-redirect", `${where}, ${led}`);
  const stopped = unfinished(visit);
  if (stopped !== null) {
    const words = `${plain(url, 300)} ${stopped}`;
    return {
      good: null,
      words:
        visit.end === "elsewhere" ? `${words}; if it is where people sign in, ${DECLARE}` : words,
    };
  }
  if (status >= 300) {
    return { good: null, words: `${where}: declare under protected an address that exists` };
  }
  const doubt = unprovenSignIn(visit);
  // Where no redirect is let pass, it makes no difference what it leads to.
  if (doubt !== null) {
    return {
      good: accepted.includes("login-redirect") ? null : false,
      words: `${where}, ${doubt}: if people sign in there, ${DECLARE}`,
    };
  }
  return given(where, visit);
}

const DECLARE = "name it under signIn in the estate";

/** An answer of success: everybody gets it, unless it is the form to sign in by. */
function given(where: string, { content }: HttpVisit): Finding {
  const form = content === null ? null : content.signInForm;
  if (form === false) return { good: false, words: `${where} without credentials` };
  const words =
    form === true
      ? `${where} with a field for a password: whether what is protected stands beside it is not seen, 401 or a redirect would say it`
      : `${where} without credentials, and what it gives could not all be read`;
  return { good: null, words };
}

/** How a way leads to where people sign in; null: it does not, or nothing proves it. */
function signInOf(visit: HttpVisit, declared: readonly string[]): string | null {
  const { end, content } = visit;
  const last = sentTo(visit);
  if (last === null || (end !== "answer" && end !== "elsewhere")) return null;
  const to = plain(last, 300);
  if (declared.some((prefix) => beginsWith(last, prefix))) {
    return `sends on to the declared sign-in ${to}`;
  }
  if (end === "elsewhere") {
    return asksToSignIn(last) ? `sends on to an identity provider (${to})` : null;
  }
  // What is found where it leads must be there: an address alone says nothing of an error.
  return statusOf(visit) < 400 && content?.signInForm === true
    ? `sends on to a field for a password at ${to}`
    : null;
}

/** Words of addresses where people sign in, each as a part of its own. */
const SIGN_IN_PART =
  /(?:^|[^a-z])(?:log[-_]?in|log[-_]?on|sign[-_]?in|sign[-_]?on|sso|saml2?|oauth2?|oidc|auth|authenticate|authorize|connexion|kirjaudu)(?:[^a-z]|$)/i;

/** How a way leads on its own origin to what may be for sign-in, or may be what everybody gets; null: nothing says so. */
function unprovenSignIn(visit: HttpVisit): string | null {
  const last = sentTo(visit) ?? "";
  const path = URL.parse(last)?.pathname ?? "";
  if (!SIGN_IN_PART.test(path) && !asksToSignIn(last)) return null;
  const why =
    visit.content?.signInForm === false
      ? "as no field for a password is there"
      : "as whether a field for a password is there could not be read";
  return `sends on to ${plain(last, 300)}, which is for sign-in by its address alone, ${why}`;
}

/** Where the last redirect of a way led; null: there was none. */
function sentTo({ hops }: HttpVisit): string | null {
  return hops.findLast(({ location }) => location !== null)?.location ?? null;
}

const OAUTH = ["response_type", "redirect_uri", "request", "request_uri"];

/**
 * Whether an address has the parameters of a request for sign-in: OAuth and OpenID Connect (RFC 6749 4.1.1, RFC 9101 5,
 * RFC 9126 4; some leave out response_type), SAML (Bindings 3.4.4), WS-Federation (1.2, 13.2.1).
 */
function asksToSignIn(address: string): boolean {
  const url = URL.parse(address);
  if (url?.protocol !== "https:") return false;
  const names = new Set(Array.from(url.searchParams.keys(), (name) => name.toLowerCase()));
  return (
    names.has("samlrequest") ||
    (names.has("wa") && names.has("wtrealm")) ||
    (names.has("client_id") && OAUTH.some((name) => names.has(name)))
  );
}

/** The same origin, and a path that begins with the declared one. */
function beginsWith(location: string, prefix: string): boolean {
  const [at, declared] = [URL.parse(location), URL.parse(prefix)];
  return (
    at !== null &&
    declared !== null &&
    at.origin === declared.origin &&
    at.pathname.startsWith(declared.pathname)
  );
}

type CookieRules = NonNullable<Expectation["cookies"]>;

function judgeCookies(looks: readonly HttpLook[], rules: CookieRules): readonly Finding[] {
  const isExcepted = anyGlob(rules.except);
  const visits = looks.flatMap(({ visit }) => (visit === null ? [] : [visit]));
  const all = visits.flatMap(({ cookies }) => cookies).filter(({ name }) => !isExcepted(name));
  const bad = new Map<string, string>();
  for (const cookie of all) {
    const lacks = lacking(cookie, rules);
    if (lacks.length > 0) bad.set(cookie.name, lacks.join(", "));
  }
  const more = visits.reduce((sum, { moreCookies }) => sum + moreCookies, 0);
  const whole = visits.filter(({ end }) => end === "answer" || end === "elsewhere");
  const unread = looks.length - whole.length;
  const [first] = bad;
  if (first !== undefined) {
    const told = [...bad].slice(0, 5).map(([name, lacks]) => `${plain(name, 60)} without ${lacks}`);
    const rest = bad.size > 5 ? ` and ${bad.size - 5} more` : "";
    return [{ good: false, words: `sets cookies: ${told.join("; ")}${rest}` }];
  }
  if (more > 0) return [{ good: null, words: `sets ${more} more cookies than are read` }];
  if (unread > 0) return [{ good: null, words: `cookies of ${unread} addresses were not seen` }];
  if (all.length === 0) {
    return [
      {
        good: null,
        words:
          "sets no cookie that is judged without credentials: those that come after sign-in are not seen",
      },
    ];
  }
  const names = listed([...new Set(all.map(({ name }) => name))], 5);
  return [{ good: true, words: `its cookies (${names}) have ${attributes(rules).join(", ")}` }];
}

function lacking(
  { secure, httpOnly, sameSite, refused }: HttpCookie,
  rules: CookieRules,
): string[] {
  const lacks = [
    ...(rules.secure && !secure ? ["Secure"] : []),
    ...(rules.httpOnly && !httpOnly ? ["HttpOnly"] : []),
    ...(rules.sameSite && sameSite !== "Lax" && sameSite !== "Strict"
      ? [sameSite === null ? "SameSite" : "SameSite=Lax or Strict"]
      : []),
  ];
  return lacks.length === 0 || refused === null
    ? lacks
    : [...lacks, `which browsers refuse (${plain(refused, 100)})`];
}

function attributes({ secure, httpOnly, sameSite }: CookieRules): string[] {
  return [
    ...(secure ? ["Secure"] : []),
    ...(httpOnly ? ["HttpOnly"] : []),
    ...(sameSite ? ["SameSite"] : []),
  ];
}
