/** What DNS says of an endpoint's name, and who hosts the addresses that it leads to. */

/** The facets below, which every endpoint has. */
export const DNS_FACETS = ["dns", "hosting"] as const;

/** DNS of the declared name, as the resolvers gave it. What could not be read is null, and `unread` says why. */
export interface Dns {
  /** Lower case, without the dot at its end. */
  readonly name: string;
  /** The resolvers that were asked, `address:port`. */
  readonly resolvers: readonly string[];
  /** Every address of the name, IPv4 first; empty: it has none. */
  readonly addresses: readonly DnsAddress[] | null;
  /** The aliases (CNAME) from the name to the owner of its addresses, in their order; empty: it is none. */
  readonly aliases: readonly { readonly name: string; readonly to: string; readonly ttl: number }[];
  readonly caa: Caa | null;
  readonly dnssec: Dnssec;
  /** null: the estate declares no mail for it. */
  readonly mail: MailPolicies | null;
  readonly unread: readonly {
    readonly what: "addresses" | "caa" | "dnssec" | "mx" | "spf" | "dmarc" | "mta-sts";
    readonly why: string;
  }[];
}

export interface DnsAddress {
  readonly address: string;
  /** Seconds for which the resolver may go on giving it. */
  readonly ttl: number;
}

/** Which authorities may certify the name: the records nearest to it in the tree (RFC 8659 3). */
export interface Caa {
  /** The name that holds them; null: none does, up to the top of the tree. */
  readonly at: string | null;
  readonly records: readonly {
    readonly critical: boolean;
    /** `issue`, `issuewild`, `iodef` or another, in lower case. */
    readonly tag: string;
    readonly value: string;
  }[];
}

/** Whether the answers with the name's addresses are signed from the root down (RFC 4033 5). */
export interface Dnssec {
  /**
   * `secure`: a resolver validated them (the AD bit); `insecure`: there is nothing to validate them by; `bogus`: they fail
   * validation; `unknown`: it cannot be told.
   */
  readonly status: "secure" | "insecure" | "bogus" | "unknown";
  /** The zone that the name lies in; null: not read, or no need. */
  readonly zone: string | null;
  /** The zone has keys; null: not read. */
  readonly signed: boolean | null;
  /** The parent zone vouches for these keys (DS); null: not read. */
  readonly delegated: boolean | null;
  /** How the status is known, or why it is not. */
  readonly why: string;
}

/** What a domain says of its mail. Texts are the records' own, empty lists where there are none, null where not read. */
export interface MailPolicies {
  readonly domain: string;
  readonly mx: readonly { readonly preference: number; readonly exchange: string }[] | null;
  /** TXT records that begin with `v=spf1`; more than one are as good as none (RFC 7208 4.5). */
  readonly spf: readonly string[] | null;
  /** TXT records that begin with `v=DMARC1`, and the domain that holds them; null there: none does. */
  readonly dmarc: { readonly at: string | null; readonly records: readonly string[] } | null;
  /** TXT records that begin with `v=STSv1` (RFC 8461 3.1): that there is a policy, not what it says. */
  readonly mtaSts: readonly string[] | null;
}

/** Who hosts the addresses of an endpoint's name, by the ranges that providers publish. */
export interface Hosting {
  /** The name or address that was declared. */
  readonly name: string;
  /** Never empty. */
  readonly addresses: readonly HostedAddress[];
  /** The tables that were looked in; empty: there are none on this machine, so nothing is known of any address. */
  readonly sources: readonly RangeSource[];
}

export interface HostedAddress {
  readonly address: string;
  /** In which table it was found; null: in none, and so are the fields below. */
  readonly source: string | null;
  readonly prefix: string | null;
  /** As `#facts/hosting.ts` names it. */
  readonly provider: string | null;
  /** The provider's name of the region; `global` where it says that there is none; null: not published. */
  readonly region: string | null;
  /** The network of edges (CDN) that the address is of: what stands behind it is not known. null: of none. */
  readonly edge: string | null;
}

/** A table of published ranges. */
export interface RangeSource {
  readonly id: string;
  /** The providers whose ranges it holds. */
  readonly covers: readonly string[];
  /** `list`: the provider's own list; `routes`: what its networks announce, as it publishes none; `table`: a table of one's own. */
  readonly origin: "list" | "routes" | "table";
  /** When it was fetched. ISO 8601 UTC. */
  readonly fetchedAt: string;
  /** Of what was fetched. */
  readonly sha256: string;
  /** What a table of one's own calls itself; null for the others. */
  readonly label: string | null;
}
