import { settle } from "#controls/settle.ts";
import {
  DMARC_POLICIES,
  dmarcPolicy,
  SPF_RESULTS,
  type SpfResult,
  spfOfOthers,
} from "#facts/mail-policies.ts";
import { defineControl } from "#model/control.ts";
import type { Dns } from "#model/dns-facets.ts";
import type { SchemaKit } from "#model/schema.ts";
import { listed, plain } from "#model/text.ts";

const expectation = ({ z }: SchemaKit) =>
  z
    .strictObject({
      caa: z
        .literal(true)
        .optional()
        .describe("CAA records must say which authorities may certify the name (RFC 8659)."),
      issuers: z
        .array(z.string().min(1))
        .min(1)
        .optional()
        .describe(
          "The only authorities that these records may name, such as letsencrypt.org. Asks for caa too.",
        ),
      dnssec: z
        .literal(true)
        .optional()
        .describe(
          "The name's addresses must be signed from the root down, as a resolver validates.",
        ),
      spf: z
        .enum(["softfail", "fail"])
        .optional()
        .describe(
          "What SPF must ask for mail from senders that it does not name, at least (RFC 7208). Needs dns.mail in the estate, as the next two do.",
        ),
      dmarc: z
        .enum(DMARC_POLICIES)
        .optional()
        .describe("What DMARC must ask for mail that fails, at least (RFC 7489)."),
      mtaSts: z
        .literal(true)
        .optional()
        .describe("There must be a record of MTA-STS, by which senders insist on TLS (RFC 8461)."),
    })
    .refine((all) => Object.values(all).some((one) => one !== undefined), {
      error: "expected caa, issuers, dnssec, spf, dmarc or mtaSts",
    });

/** What is known of one part: it fails, it is open, or it holds. */
interface Part {
  readonly failures?: readonly string[];
  readonly open?: readonly string[];
  readonly held?: string;
}

export default defineControl({
  id: "dns-security",
  title: "Security of DNS",
  rationale:
    "Who can forge a name's answers can send its users elsewhere and have certificates made for it; who can forge its mail can speak in its name.",
  severity: "medium",
  judges: "subject",
  needs: ["dns"],
  expectation,
  evaluate: ({ expect, facets: { dns } }) => {
    if (dns === undefined) {
      return { outcome: "unknown", actual: null, message: "DNS was not read" };
    }
    const { caa, issuers, dnssec, spf, dmarc, mtaSts } = expect;
    const parts = [
      ...(caa === undefined && issuers === undefined ? [] : [judgeCaa(dns, issuers)]),
      ...(dnssec === undefined ? [] : [judgeDnssec(dns)]),
      ...(spf === undefined ? [] : [judgeSpf(dns, spf)]),
      ...(dmarc === undefined ? [] : [judgeDmarc(dns, dmarc)]),
      ...(mtaSts === undefined ? [] : [judgeMtaSts(dns)]),
    ];
    return settle({
      failures: parts.flatMap(({ failures = [] }) => failures),
      open: parts.flatMap(({ open = [] }) => open),
      held: parts.flatMap(({ held = [] }) => held).join("; "),
      declared: [
        ...(issuers === undefined
          ? caa === undefined
            ? []
            : ["CAA"]
          : [`CAA for ${issuers.join(", ")} only`]),
        ...(dnssec === undefined ? [] : ["DNSSEC"]),
        ...(spf === undefined ? [] : [`SPF ${spf} or stricter`]),
        ...(dmarc === undefined ? [] : [`DMARC ${dmarc} or stricter`]),
        ...(mtaSts === undefined ? [] : ["MTA-STS"]),
      ].join(", "),
      actual: {
        caa: dns.caa === null ? null : dns.caa.records.map(({ tag, value }) => `${tag} ${value}`),
        dnssec: dns.dnssec.status,
        ...(dns.mail === null
          ? {}
          : {
              spf: dns.mail.spf === null ? null : [...dns.mail.spf],
              dmarc: dns.mail.dmarc === null ? null : [...dns.mail.dmarc.records],
              mtaSts: dns.mail.mtaSts === null ? null : [...dns.mail.mtaSts],
            }),
      },
    });
  },
  remediation:
    "Publish CAA records that name your certificate authorities, sign the zone and have its DS record put into the parent zone, and publish SPF (-all), DMARC (p=reject) and MTA-STS for domains that send or take in mail.",
  references: [
    "https://www.rfc-editor.org/rfc/rfc8659",
    "https://www.rfc-editor.org/rfc/rfc9364",
    "https://www.rfc-editor.org/rfc/rfc7208",
    "https://www.rfc-editor.org/rfc/rfc7489",
    "https://www.rfc-editor.org/rfc/rfc8461",
  ],
});

function judgeCaa(dns: Dns, issuers: readonly string[] | undefined): Part {
  const { caa } = dns;
  if (caa === null) return { open: [`CAA was not read: ${whyOf(dns, "caa")}`] };
  // Without a record that says who may issue, everyone may (RFC 8659 4.2).
  const issuing = caa.records.filter(({ tag }) => tag === "issue" || tag === "issuewild");
  if (!issuing.some(({ tag }) => tag === "issue")) {
    const none =
      caa.at === null ? "no CAA record" : `CAA records of ${plain(caa.at, 80)} without issue`;
    return { failures: [`has ${none}: every authority may certify it`] };
  }
  const allowed = new Set((issuers ?? []).map((name) => name.toLowerCase()));
  // What follows a semicolon are the authority's own parameters; nothing before it forbids all.
  const named = issuing.map(({ value }) => (value.split(";")[0] ?? "").trim().toLowerCase());
  const others = named.filter((name) => name !== "" && !allowed.has(name));
  if (issuers !== undefined && others.length > 0) {
    return { failures: [`CAA lets ${listed([...new Set(others)])} certify it`] };
  }
  const who = [...new Set(named.filter((name) => name !== ""))];
  return { held: `CAA: ${who.length === 0 ? "nobody may certify it" : listed(who)}` };
}

function judgeDnssec({ dnssec: { status, signed, why } }: Dns): Part {
  const reason = plain(why, 300);
  if (status === "secure") return { held: `DNSSEC: ${reason}` };
  if (status === "bogus") return { failures: [`fails DNSSEC validation: ${reason}`] };
  if (status === "unknown") {
    return { open: [`whether DNSSEC secures it is not known: ${reason}`] };
  }
  const though = signed === true ? ", though its zone is signed" : "";
  return { failures: [`is not secured by DNSSEC${though}: ${reason}`] };
}

function judgeSpf(dns: Dns, least: SpfResult): Part {
  const { mail } = dns;
  if (mail === null) return undeclaredMail();
  if (mail.spf === null) return { open: [`SPF was not read: ${whyOf(dns, "spf")}`] };
  const [record, second] = mail.spf;
  const { domain } = mail;
  if (record === undefined) return { failures: [`${domain} has no SPF record`] };
  if (second !== undefined) {
    return {
      failures: [`${domain} has ${mail.spf.length} SPF records, which are as good as none`],
    };
  }
  const result = spfOfOthers(record);
  if (result === "redirected") {
    return { open: [`SPF of ${domain} is decided by another domain's record, which was not read`] };
  }
  return SPF_RESULTS.indexOf(result) < SPF_RESULTS.indexOf(least)
    ? { failures: [`SPF of ${domain} gives ${result} for every other sender`] }
    : { held: `SPF ${result}` };
}

function judgeDmarc(dns: Dns, least: (typeof DMARC_POLICIES)[number]): Part {
  const { mail } = dns;
  if (mail === null) return undeclaredMail();
  if (mail.dmarc === null) return { open: [`DMARC was not read: ${whyOf(dns, "dmarc")}`] };
  const { domain } = mail;
  const [record, second] = mail.dmarc.records;
  if (record === undefined) return { failures: [`${domain} has no DMARC record`] };
  if (second !== undefined) {
    return { failures: [`${domain} has several DMARC records, which are as good as none`] };
  }
  const asked = dmarcPolicy(record, mail.dmarc.at !== domain);
  if (asked === null) return { failures: [`the DMARC record of ${domain} names no policy`] };
  if (DMARC_POLICIES.indexOf(asked.policy) < DMARC_POLICIES.indexOf(least)) {
    return { failures: [`DMARC of ${domain} asks for ${asked.policy}`] };
  }
  return asked.partly && least !== "none"
    ? { failures: [`DMARC of ${domain} asks for ${asked.policy} of a part of the mail only`] }
    : { held: `DMARC ${asked.policy}` };
}

function judgeMtaSts(dns: Dns): Part {
  const { mail } = dns;
  if (mail === null) return undeclaredMail();
  if (mail.mtaSts === null) return { open: [`MTA-STS was not read: ${whyOf(dns, "mta-sts")}`] };
  return mail.mtaSts.length === 1
    ? { held: "MTA-STS" }
    : {
        failures: [
          `${mail.domain} has ${mail.mtaSts.length === 0 ? "no" : "several"} MTA-STS records`,
        ],
      };
}

function undeclaredMail(): Part {
  return {
    open: ["the estate declares no mail for it: name the domain as dns.mail of the target"],
  };
}

function whyOf({ unread }: Dns, what: Dns["unread"][number]["what"]): string {
  return plain(unread.find((one) => one.what === what)?.why ?? "not asked", 300);
}
