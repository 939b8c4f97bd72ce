import control from "#controls/transport/dns-security.ts";
import type { Dns, Dnssec, MailPolicies } from "#model/dns-facets.ts";
import { defineCases } from "./cases.ts";

function dns(fields: Partial<Dns>): { dns: Dns } {
  return {
    dns: {
      name: "www.example.test",
      resolvers: ["192.0.2.53:53"],
      addresses: [{ address: "192.0.2.1", ttl: 300 }],
      aliases: [],
      caa: { at: null, records: [] },
      dnssec: signed("secure"),
      mail: null,
      unread: [],
      ...fields,
    },
  };
}
function signed(status: Dnssec["status"], fields: Partial<Dnssec> = {}): Dnssec {
  return { status, zone: null, signed: null, delegated: null, why: "as a test says", ...fields };
}
function caa(...records: [tag: string, value: string][]): { dns: Dns } {
  return dns({
    caa: {
      at: "example.test",
      records: records.map(([tag, value]) => ({ critical: false, tag, value })),
    },
  });
}
function mail(fields: Partial<MailPolicies>, unread: Dns["unread"] = []): { dns: Dns } {
  return dns({
    mail: { domain: "example.test", mx: [], spf: [], dmarc: null, mtaSts: [], ...fields },
    unread,
  });
}
const dmarc = (record: string, at = "example.test") => mail({ dmarc: { at, records: [record] } });

export default defineCases(control, [
  {
    name: "CAA names who may certify",
    expect: { caa: true },
    facets: caa(["issue", "ca.example; account=1"], ["iodef", "mailto:x@example.test"]),
    outcome: "pass",
    says: "CAA: ca.example; declared: CAA",
  },
  {
    name: "CAA lets nobody certify",
    expect: { caa: true },
    facets: caa(["issue", ";"]),
    outcome: "pass",
    says: "CAA: nobody may certify it",
  },
  {
    name: "no CAA",
    expect: { caa: true },
    facets: dns({}),
    outcome: "fail",
    says: "has no CAA record: every authority may certify it",
  },
  {
    name: "CAA that says nothing of issuing",
    expect: { caa: true },
    facets: caa(["iodef", "mailto:x@example.test"], ["issuewild", ";"]),
    outcome: "fail",
    says: "has CAA records of example.test without issue",
  },
  {
    name: "CAA that was not read",
    expect: { caa: true },
    facets: dns({ caa: null, unread: [{ what: "caa", why: "no answer in time" }] }),
    outcome: "unknown",
    says: "CAA was not read: no answer in time",
  },
  {
    name: "the declared authorities only",
    expect: { issuers: ["Ca.example", "other.example"] },
    facets: caa(["issue", "CA.example"], ["issuewild", ";"]),
    outcome: "pass",
    says: "declared: CAA for Ca.example, other.example only",
  },
  {
    name: "another authority too",
    expect: { issuers: ["ca.example"] },
    facets: caa(["issue", "ca.example"], ["issuewild", "wild.example"]),
    outcome: "fail",
    says: "CAA lets wild.example certify it",
  },
  {
    name: "signed and validated",
    expect: { dnssec: true },
    facets: dns({}),
    outcome: "pass",
    says: "DNSSEC: as a test says",
  },
  {
    name: "not signed",
    expect: { dnssec: true },
    facets: dns({ dnssec: signed("insecure") }),
    outcome: "fail",
    says: "is not secured by DNSSEC: as a test says",
  },
  {
    name: "signed, and nobody vouches for it",
    expect: { dnssec: true },
    facets: dns({ dnssec: signed("insecure", { signed: true, delegated: false }) }),
    outcome: "fail",
    says: "though its zone is signed",
  },
  {
    name: "signed wrongly",
    expect: { dnssec: true },
    facets: dns({ addresses: null, dnssec: signed("bogus") }),
    outcome: "fail",
    says: "fails DNSSEC validation",
  },
  {
    name: "a resolver that cannot tell",
    expect: { dnssec: true },
    facets: dns({ dnssec: signed("unknown") }),
    outcome: "unknown",
    says: "whether DNSSEC secures it is not known",
  },
  {
    name: "mail that the estate does not declare",
    expect: { spf: "fail" },
    facets: dns({}),
    outcome: "unknown",
    says: "the estate declares no mail for it: name the domain as dns.mail",
  },
  {
    name: "SPF as strict as declared",
    expect: { spf: "softfail" },
    facets: mail({ spf: ["v=spf1 mx ~all"] }),
    outcome: "pass",
    says: "SPF softfail",
  },
  {
    name: "SPF stricter than declared",
    expect: { spf: "softfail" },
    facets: mail({ spf: ["v=spf1 include:x.example -ALL"] }),
    outcome: "pass",
    says: "SPF fail",
  },
  {
    name: "SPF that lets everybody send",
    expect: { spf: "softfail" },
    facets: mail({ spf: ["v=spf1 all -all"] }),
    outcome: "fail",
    says: "SPF of example.test gives pass for every other sender",
  },
  {
    name: "SPF without a word on others",
    expect: { spf: "softfail" },
    facets: mail({ spf: ["v=spf1 include:-all.example"] }),
    outcome: "fail",
    says: "gives neutral",
  },
  {
    name: "SPF that another record decides",
    expect: { spf: "fail" },
    facets: mail({ spf: ["v=spf1 redirect=_spf.example"] }),
    outcome: "unknown",
    says: "is decided by another domain's record",
  },
  {
    name: "no SPF",
    expect: { spf: "fail" },
    facets: mail({}),
    outcome: "fail",
    says: "example.test has no SPF record",
  },
  {
    name: "two SPF records",
    expect: { spf: "fail" },
    facets: mail({ spf: ["v=spf1 -all", "v=spf1 mx -all"] }),
    outcome: "fail",
    says: "as good as none",
  },
  {
    name: "SPF that was not read",
    expect: { spf: "fail" },
    facets: mail({ spf: null }, [{ what: "spf", why: "SERVFAIL" }]),
    outcome: "unknown",
    says: "SPF was not read: SERVFAIL",
  },
  {
    name: "DMARC as declared",
    expect: { dmarc: "quarantine" },
    facets: dmarc("v=DMARC1; p=reject; rua=mailto:x@example.test"),
    outcome: "pass",
    says: "DMARC reject",
  },
  {
    name: "DMARC that only looks",
    expect: { dmarc: "quarantine" },
    facets: dmarc("v=DMARC1; p=none"),
    outcome: "fail",
    says: "DMARC of example.test asks for none",
  },
  {
    name: "DMARC of the domain above has a word for those below",
    expect: { dmarc: "reject" },
    facets: dmarc("v=DMARC1; p=reject; sp=none", "test"),
    outcome: "fail",
    says: "asks for none",
  },
  {
    name: "DMARC of the domain above without one",
    expect: { dmarc: "reject" },
    facets: dmarc("v=DMARC1;p=reject", "test"),
    outcome: "pass",
    says: "DMARC reject",
  },
  {
    name: "DMARC for a part of the mail",
    expect: { dmarc: "reject" },
    facets: dmarc("v=DMARC1; p=reject; pct=20"),
    outcome: "fail",
    says: "of a part of the mail only",
  },
  {
    name: "DMARC without a policy",
    expect: { dmarc: "none" },
    facets: dmarc("v=DMARC1; rua=mailto:x@example.test"),
    outcome: "fail",
    says: "names no policy",
  },
  {
    name: "no DMARC",
    expect: { dmarc: "none" },
    facets: mail({ dmarc: { at: null, records: [] } }),
    outcome: "fail",
    says: "has no DMARC record",
  },
  {
    name: "DMARC that was not read",
    expect: { dmarc: "none" },
    facets: mail({}, [{ what: "dmarc", why: "no answer in time" }]),
    outcome: "unknown",
    says: "DMARC was not read: no answer in time",
  },
  {
    name: "MTA-STS",
    expect: { mtaSts: true },
    facets: mail({ mtaSts: ["v=STSv1; id=1"] }),
    outcome: "pass",
    says: "MTA-STS",
  },
  {
    name: "no MTA-STS",
    expect: { mtaSts: true },
    facets: mail({}),
    outcome: "fail",
    says: "has no MTA-STS records",
  },
  {
    name: "MTA-STS that was not read",
    expect: { mtaSts: true },
    facets: mail({ mtaSts: null }),
    outcome: "unknown",
    says: "MTA-STS was not read: not asked",
  },
  {
    name: "one part that fails is enough, whatever is open",
    expect: { caa: true, dnssec: true },
    facets: dns({ dnssec: signed("unknown") }),
    outcome: "fail",
    says: "has no CAA record",
  },
]);
