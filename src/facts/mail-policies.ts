/** What the texts of SPF and DMARC records come to. */

/** What is done with mail from others than the named senders, the strictest last. */
export const SPF_RESULTS = ["pass", "neutral", "softfail", "fail"] as const;
export type SpfResult = (typeof SPF_RESULTS)[number];

const QUALIFIERS: Readonly<Record<string, SpfResult>> = {
  "": "pass",
  "+": "pass",
  "?": "neutral",
  "~": "softfail",
  "-": "fail",
};

/**
 * What a domain asks for mail from other senders than those it names (RFC 7208 4.6.2, 4.7).
 * `redirected`: another domain's record decides.
 */
export function spfOfOthers(record: string): SpfResult | "redirected" {
  const terms = record.trim().split(/ +/).slice(1);
  for (const term of terms) {
    const [, qualifier] = /^([+?~-]?)all$/i.exec(term) ?? [];
    if (qualifier !== undefined) return QUALIFIERS[qualifier] ?? "neutral";
  }
  return terms.some((term) => /^redirect=/i.test(term)) ? "redirected" : "neutral";
}

/** What is asked for mail that fails, the strictest last. */
export const DMARC_POLICIES = ["none", "quarantine", "reject"] as const;
export type DmarcPolicy = (typeof DMARC_POLICIES)[number];

/**
 * What a DMARC record asks for (RFC 7489 6.3).
 * @param below whether it is asked for a domain below the one that holds the record
 * @returns null where it names no policy; `partly` where it is for a part of the mail, or for a test
 */
export function dmarcPolicy(
  record: string,
  below: boolean,
): { readonly policy: DmarcPolicy; readonly partly: boolean } | null {
  const tags = new Map(
    record.split(";").flatMap((part) => {
      const at = part.indexOf("=");
      const pair = [part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()] as const;
      return at === -1 ? [] : [pair];
    }),
  );
  const name = ((below ? tags.get("sp") : undefined) ?? tags.get("p") ?? "").toLowerCase();
  const policy = DMARC_POLICIES.find((one) => one === name);
  if (policy === undefined) return null;
  const share = Number(tags.get("pct") ?? 100);
  return { policy, partly: !(share >= 100) || tags.get("t")?.toLowerCase() === "y" };
}
