import type { AttentionNote, Outcome } from "./control.ts";
import type { Certificate, CipherSuites, HttpFacet, OfferedSuite, Protocols } from "./facets.ts";
import type { Json } from "./json.ts";
import type { Basis } from "./policy.ts";
import type { ReportedProblem } from "./report.ts";

/** Version of the JSON of `probity check`; a field is never renamed within one. */
export const CHECK_SCHEMA_VERSION = 1;

/** What the TLS side of an endpoint shows. What could not be read is empty or null, with a problem that says why. */
export interface CheckedTls {
  /** Oldest first. */
  readonly protocols: Protocols["versions"];
  /** In the server's order of preference where it has one. */
  readonly cipherSuites: readonly OfferedSuite[];
  /** null where there was nothing to tell it by. */
  readonly serverPreference: boolean | null;
  /** The accepted versions whose list of suites could not be finished. */
  readonly unfinished: CipherSuites["unfinished"];
  readonly groups: readonly OfferedSuite[];
  /** The chain as sent, leaf first. */
  readonly certificates: readonly Certificate[];
  /** null where no certificate was read. */
  readonly trusted: boolean | null;
  readonly trustError: string | null;
  readonly hostnameMatches: boolean | null;
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
  readonly judgements: readonly CheckJudgement[];
  readonly attention: readonly AttentionNote[];
  readonly problems: readonly ReportedProblem[];
}
