/** What an SSH server shows to whom it knows nothing of: nobody ever tries to log in. */

/** What a server identifies itself as, and the algorithms that it would agree to. */
export interface SshService {
  /** What the server calls itself, such as `OpenSSH_10.0p2`. */
  readonly software: string;
  /** `1.99` is a server that speaks SSH 1 too. */
  readonly protocol: "2.0" | "1.99";
  /** Methods of key exchange, in the server's order and its own names; the markers among them are left out. */
  readonly keyExchanges: readonly string[];
  /** Algorithms by which it proves its host keys. */
  readonly hostKeys: readonly string[];
  /** Ciphers of both directions. */
  readonly ciphers: readonly string[];
  readonly macs: readonly string[];
  readonly compressions: readonly string[];
  /** Whether it counters Terrapin (CVE-2023-48795) by a strict key exchange, with clients that do as well. */
  readonly strictKeyExchange: boolean;
  /** Addresses that answered; a list above holds what any of them offers. */
  readonly addresses: readonly string[];
  /** Addresses of the name that did not answer or were not asked, so that what they offer is not known. */
  readonly unanswered: readonly { readonly address: string; readonly why: string }[];
  /** Algorithms for which no host key was seen, or none was proven. */
  readonly unproven: readonly { readonly algorithm: string; readonly why: string }[];
}
