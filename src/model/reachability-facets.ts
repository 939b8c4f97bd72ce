/** What of an endpoint's host is reached from where Probity runs: declared hosts and ports only. */

/** What came of trying what the estate declares under `outside`. */
export interface Reachability {
  /** What is declared; null: nothing, so that nothing was tried. */
  readonly declared: {
    /** Ports that must be closed from here. */
    readonly closed: readonly number[];
    /** Whether the endpoint must turn away whoever comes from outside the declared ranges. */
    readonly restricted: boolean;
  } | null;
  /** The address by which the estate says that this machine is seen there; null: it does not say. */
  readonly seenAs: string | null;
  /** One entry for each address of the host; none where nothing was tried. */
  readonly hosts: readonly ReachedHost[];
}

export interface ReachedHost {
  /** The address that was tried. */
  readonly address: string;
  /** This machine's own address in connections there; null: no connection came about. */
  readonly from: string | null;
  /** The port that shows whether the host is there at all: it must answer before and after the others are tried. */
  readonly control: { readonly port: number; readonly alive: boolean };
  readonly ports: readonly { readonly port: number; readonly state: PortState }[];
  /** What a restricted endpoint did; null where it is not declared to be one. */
  readonly answer: OutsideAnswer | null;
}

/**
 * What repeated attempts to connect came to: taken, refused by the host, no answer of any kind, called unreachable by a
 * router or firewall; unknown where they could not be made.
 */
export type PortState = "open" | "refused" | "silent" | "unreachable" | "unknown";

export interface OutsideAnswer {
  /** `answers`: with what is spoken there; `hangs-up`: takes the connection and ends it without a word. */
  readonly state: "answers" | "hangs-up" | Exclude<PortState, "open">;
  /** Of an HTTP answer; null for any other. */
  readonly status: number | null;
}
