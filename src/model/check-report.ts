import type { AttentionNote, Outcome } from "./control.ts";
import type { Dns, Hosting } from "./dns-facets.ts";
import type { HttpFacet } from "./facets.ts";
import type { HttpService, HttpVisit } from "./http-facets.ts";
import type { Json } from "./json.ts";
import type { Basis } from "./policy.ts";
import type { ReportedProblem } from "./report.ts";
import type { SshKeys } from "./security-facets.ts";
import type { SshService } from "./ssh-facets.ts";
import type {
  CertificateFacet,
  CipherSuites,
  KeyExchange,
  Protocols,
  TlsAttacks,
  TlsBehaviour,
  TlsService,
} from "./tls-facets.ts";

/** Version of the JSON of `probity check`; a field is never renamed within one. */
export const CHECK_SCHEMA_VERSION = 2;

/** What the TLS side of an endpoint shows; null what could not be read, with a problem that says why. */
export interface CheckedTls {
  readonly protocols: Protocols | null;
  readonly cipherSuites: CipherSuites | null;
  readonly keyExchange: KeyExchange | null;
  readonly certificate: CertificateFacet | null;
  readonly service: TlsService | null;
  readonly behaviour: TlsBehaviour | null;
  /** Not run unless `--active` was given. */
  readonly attacks: TlsAttacks | null;
}

/** What an SSH server shows; null what could not be read, with a problem that says why. */
export interface CheckedSsh {
  readonly service: SshService | null;
  readonly keys: SshKeys | null;
}

/** What the address of a web server says over HTTPS; null what could not be read, with a problem that says why. */
export interface CheckedWeb {
  readonly answer: HttpVisit | null;
  readonly service: HttpService | null;
}

export interface CheckJudgement {
  /** Id of the claim in the policy. */
  readonly claim: string;
  readonly control: string;
  readonly outcome: Outcome;
  readonly message: string;
  readonly expected: Json;
  readonly actual: Json;
  readonly basis: Basis;
  readonly remediation: string | null;
}

/** The result of `probity check`: one endpoint, looked at and judged. */
export interface CheckReport {
  readonly schemaVersion: typeof CHECK_SCHEMA_VERSION;
  readonly tool: { readonly name: string; readonly version: string };
  /** ISO 8601 UTC; also the moment for which it was judged. */
  readonly checkedAt: string;
  /** How long the reading took. */
  readonly milliseconds?: number;
  readonly target: {
    readonly url: string;
    readonly host: string;
    readonly port: number;
    /** Address that answered. */
    readonly address?: string;
  };
  readonly reachable: boolean;
  /** What it was judged by; the built-in one where no policy was named. */
  readonly policy: { readonly id: string; readonly title: string; readonly builtIn: boolean };
  /** null: no TLS answer at all. */
  readonly tls: CheckedTls | null;
  /** null: plain HTTP was not asked or said nothing. */
  readonly http: HttpFacet | null;
  /** null: nothing was read over HTTPS, or it is no web server. */
  readonly web: CheckedWeb | null;
  /** null: DNS was not asked (an address, a place to connect to was named) or told nothing. */
  readonly dns: Dns | null;
  /** null: no address is known of it. */
  readonly hosting: Hosting | null;
  /** Left out where the endpoint is no SSH server, or did not answer. */
  readonly ssh?: CheckedSsh;
  readonly judgements: readonly CheckJudgement[];
  readonly attention: readonly AttentionNote[];
  readonly problems: readonly ReportedProblem[];
}
