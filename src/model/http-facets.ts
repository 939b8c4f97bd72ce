/** What an endpoint says over HTTPS to somebody without credentials. */

/** The facets below, which an endpoint has that speaks HTTP. */
export const HTTP_FACETS = ["httpAnswer", "httpService", "authentication", "published"] as const;

export type HttpVersion = "HTTP/1.0" | "HTTP/1.1" | "HTTP/2";

/** One answer on the way from an address to where it leads. Values of queries are left out of addresses. */
export interface HttpHop {
  readonly url: string;
  readonly status: number;
  /** Where it sends on to; null: nowhere. */
  readonly location: string | null;
}

/** Why an address was followed no further. */
export type HttpEnd =
  /** The last hop is no redirect. */
  | "answer"
  /** It sends to another host or port, which is recorded and never asked. */
  | "elsewhere"
  /** It sends to clear text. */
  | "clear-text"
  /** It sends to where it has been before, as servers do that want a cookie back. */
  | "loop"
  /** It sends on and on. */
  | "too-many"
  /** It sends to what is no address. */
  | "no-address"
  /** Where it sends to gives no answer. */
  | "no-answer";

/** A header of an answer as it was sent; a header that was sent twice is there twice. */
export interface HttpHeader {
  /** In lower case. */
  readonly name: string;
  readonly value: string;
}

/** A cookie that was set, without its value. */
export interface HttpCookie {
  readonly name: string;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  /** null: the attribute is not there, or has a value that browsers pass over. */
  readonly sameSite: "Strict" | "Lax" | "None" | null;
  /** Why browsers refuse it; null: they take it. */
  readonly refused: string | null;
}

/** The content of an answer. */
export interface HttpContent {
  /** SHA-256 of the decoded content, or of its first `bytes` bytes where it is not complete. Lower-case hex. */
  readonly sha256: string;
  readonly bytes: number;
  /** False where there is more of it than is read. */
  readonly complete: boolean;
  /** Whether it has a field for a password; null: not found in what was read, and there is more. */
  readonly signInForm: boolean | null;
  /** Content-Security-Policies that the page itself holds (`<meta>`); null: none in what was read, and there is more. */
  readonly metaPolicies: readonly string[] | null;
}

/** What came of asking for an address. */
export interface HttpVisit {
  /** The address that was asked for. */
  readonly url: string;
  /** Every answer in order, one at least. */
  readonly hops: readonly HttpHop[];
  readonly end: HttpEnd;
  /** Why there was no answer in the end; null where there was one. */
  readonly why: string | null;
  /** Of the last answer. */
  readonly version: HttpVersion;
  /** Strict-Transport-Security of the first answer, whose host it is about; null: it has none. */
  readonly strictTransportSecurity: string | null;
  /** Headers of the last answer that tell browsers what to forbid, and its content-type. */
  readonly headers: readonly HttpHeader[];
  /** Schemes of WWW-Authenticate in the last answer, such as `Bearer`. */
  readonly schemes: readonly string[];
  /** What shows that not the service answered but a guard against robots before it; null: nothing does. */
  readonly robotGuard: string | null;
  /** Those of all answers. */
  readonly cookies: readonly HttpCookie[];
  /** How many more there were than are told. */
  readonly moreCookies: number;
  /** null: not read, because the last answer only sends on, breaks off, or is packed in a way that is not understood. */
  readonly content: HttpContent | null;
}

/** A visit, or why there was none. */
export interface HttpLook {
  readonly url: string;
  /** null: it gave no answer that could be read. */
  readonly visit: HttpVisit | null;
  /** Why there is none; null where there is one. */
  readonly why: string | null;
}

/** How the HTTP service behaves as a whole. */
export interface HttpService {
  readonly versions: readonly {
    readonly version: "HTTP/1.1" | "HTTP/2";
    readonly status: "answers" | "not-offered" | "unknown";
    readonly why: string | null;
  }[];
  /** Methods in the header Allow of what OPTIONS got; null: it names none. Whether they work was not tried. */
  readonly methods: readonly string[] | null;
  readonly securityTxt: SecurityTxt;
}

/** RFC 9116. */
export interface SecurityTxt {
  readonly status: "found" | "absent" | "unknown";
  /** Why it counts as absent, or is not known; null where it was found. */
  readonly why: string | null;
  /** The field Contact, each. */
  readonly contacts: readonly string[];
  /** The field Expires as it is written; null: it has none, or more than one. */
  readonly expires: string | null;
  /** Whether it is in an OpenPGP signature's frame; the signature itself is not verified. */
  readonly signed: boolean;
}

/** What each address that nobody shall get without credentials gives to who shows none. */
export interface Authentication {
  readonly looks: readonly HttpLook[];
  /** What the estate declares to be the addresses of its sign-in. */
  readonly signIn: readonly string[];
}

/** The pages that were published here, as they answer. */
export interface Published {
  readonly pages: readonly PublishedPage[];
}
export interface PublishedPage extends HttpLook {
  /** Hash of the content that somebody has looked at, by the estate; null: none is declared. */
  readonly declaredSha256: string | null;
  /** Whether two answers in a row had the same content; null: one was enough, or the second could not be read. */
  readonly steady: boolean | null;
}
