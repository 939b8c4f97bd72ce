import control from "#controls/transport/tls-weaknesses.ts";
import type { WeaknessEvidence } from "#facts/tls-weakness-evidence.ts";
import type { Facets } from "#model/facets.ts";
import {
  attacked,
  behaving,
  keyed,
  offering,
  soundEvidence,
} from "../support/weakness-evidence.ts";
import { defineCases } from "./cases.ts";

const RC4 = offering({ "TLSv1.2": ["TLS_ECDHE_RSA_WITH_RC4_128_SHA"] });
const TRIPLE_DES = offering({ "TLSv1.2": ["TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA"] });
const CUT_OFF = offering({ "TLSv1.2": ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"] }, {}, ["TLSv1.2"]);

/** The facets of a server in which nothing is wrong, but for these. */
function facets(changes: Partial<WeaknessEvidence> = {}): Partial<Facets> {
  const { behaviour, attacks, ...rest } = { ...soundEvidence(), ...changes };
  const all = { ...rest, tlsBehaviour: behaviour, tlsAttacks: attacks };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

export default defineCases(control, [
  {
    name: "nothing is wrong: what was not run is listed, and leaves nothing open",
    expect: {},
    facets: facets(),
    outcome: "pass",
    says: /^18 weaknesses are not there; not run without --active: Heartbleed, CCS injection, Ticketbleed, ROBOT, TLS POODLE, Client renegotiation; declared: no known weakness, broken ones violate$/,
  },
  {
    name: "active tests that found nothing are counted",
    expect: {},
    facets: facets({
      attacks: attacked({
        heartbleed: "not-vulnerable",
        "ccs-injection": "not-vulnerable",
        ticketbleed: "not-vulnerable",
        robot: "not-vulnerable",
        "tls-poodle": "not-vulnerable",
        "client-renegotiation": "not-vulnerable",
      }),
    }),
    outcome: "pass",
    says: "24 weaknesses are not there; declared: ",
  },
  {
    name: "a broken weakness violates: its name, its reference, what was seen, what to do",
    expect: {},
    facets: facets(RC4),
    outcome: "fail",
    says: "RC4 (CVE-2015-2808, RFC 7465): accepts TLS_ECDHE_RSA_WITH_RC4_128_SHA (TLSv1.2); not run without --active: Heartbleed",
    remedies: /nginx[^]*ssl_ciphers ECDHE-[^]*Apache[^]*SSLCipherSuite[^]*HAProxy/,
  },
  {
    name: "a weak one is told and does not violate",
    expect: {},
    facets: facets(TRIPLE_DES),
    outcome: "pass",
    says: "weak, which does not violate: SWEET32; not run",
  },
  {
    name: "a weak one violates the stricter reading",
    expect: { violates: "weak" },
    facets: facets(TRIPLE_DES),
    outcome: "fail",
    says: /^SWEET32 \(CVE-2016-2183, CVE-2016-6329\): accepts \S+_3DES_\S+ \(TLSv1\.2\); not run without --active: .*; declared: no known weakness, weak ones violate$/,
    remedies: "ssl_ciphers",
  },
  {
    name: "nothing is wrong by the stricter reading",
    expect: { violates: "weak" },
    facets: facets(),
    outcome: "pass",
    says: "18 weaknesses are not there",
  },
  {
    name: "an excepted one is told and does not violate",
    expect: { except: ["rc4"] },
    facets: facets(RC4),
    outcome: "pass",
    says: /excepted: RC4; not run .*; declared: no known weakness but rc4, broken ones violate$/,
  },
  {
    name: "an exception excuses nothing else",
    expect: { except: ["sweet32", "poodle"] },
    facets: facets(RC4),
    outcome: "fail",
    says: "RC4 (",
  },
  {
    name: "an unfinished list leaves it open, told once for all that hangs on it",
    expect: {},
    facets: facets(CUT_OFF),
    outcome: "unknown",
    says: /^FREAK, .*RC4.* not known: the suites of TLSv1\.2 are not all known \(connection reset\); not run without --active/,
  },
  {
    name: "what is open of a weak one leaves nothing open",
    expect: {},
    facets: facets({
      behaviour: behaving({ "encrypt-then-mac": "unknown" }),
      ...offering({ "TLSv1.2": ["TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"] }),
    }),
    outcome: "pass",
    says: "weaknesses are not there",
  },
  {
    name: "but for the stricter reading",
    expect: { violates: "weak" },
    facets: facets({
      behaviour: behaving({ "encrypt-then-mac": "unknown" }),
      ...offering({ "TLSv1.2": ["TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"] }),
    }),
    outcome: "unknown",
    says: "Lucky13 not known: accepts TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA (TLSv1.2); whether with encrypt-then-MAC is not known (cut off)",
  },
  {
    name: "what is open of an excepted one leaves nothing open",
    expect: { except: ["crime"] },
    facets: facets({ behaviour: behaving({ compression: "unknown" }) }),
    outcome: "pass",
    says: "weaknesses are not there",
  },
  {
    name: "what is open hides no weakness that was seen",
    expect: {},
    facets: facets({ ...RC4, behaviour: behaving({ compression: "unknown" }) }),
    outcome: "fail",
    says: "RC4 (",
  },
  {
    name: "an active test that found one",
    expect: {},
    facets: facets({ attacks: attacked({ heartbleed: "vulnerable" }) }),
    outcome: "fail",
    says: /^Heartbleed \(CVE-2014-0160\): it gave 16 bytes of its memory; not run without --active: CCS/,
    remedies: "Update OpenSSL to 1.0.1g",
  },
  {
    name: "the worst is told first, and what to do about it too",
    expect: {},
    facets: facets({
      ...offering({ SSLv3: ["TLS_RSA_WITH_NULL_SHA", "TLS_RSA_WITH_RC4_128_SHA"] }),
      attacks: attacked({ heartbleed: "vulnerable", robot: "vulnerable" }),
    }),
    outcome: "fail",
    says: /^vulnerable to Heartbleed, ROBOT, NULL suites, RC4; Heartbleed \(CVE-2014-0160\): /,
    remedies: /^Update OpenSSL to 1\.0\.1g[^]*what ends TLS[^]*ssl_ciphers/,
  },
  {
    name: "a test that could not be run says why, not that the flag is missing",
    expect: {},
    facets: facets({
      attacks: {
        tests: attacked({}).tests.map((one) =>
          one.test === "ticketbleed" ? { ...one, why: "it gives no tickets" } : one,
        ),
      },
    }),
    outcome: "pass",
    says: /not run without --active: Heartbleed, CCS injection, ROBOT, .*; not run: Ticketbleed \(it gives no tickets\); declared/,
  },
  {
    name: "an active test that ran and gave no answer leaves it open",
    expect: {},
    facets: facets({ attacks: attacked({ robot: "unknown" }) }),
    outcome: "unknown",
    says: "ROBOT not known: cut off",
  },
  {
    name: "weakness in a key: a new one is needed",
    expect: {},
    facets: facets(keyed({ keyType: "rsa", keyBits: 2048, roca: true })),
    outcome: "fail",
    says: "ROCA (CVE-2017-15361): the RSA key of 2048 bits of CN=www.nordlys.example",
    remedies: /^Make a new key[^\n]*revoke the old one\.$/,
  },
  {
    name: "old versions: what to do names versions and suites once",
    expect: {},
    facets: facets(
      offering({ SSLv3: ["TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_RSA_WITH_RC4_128_SHA"] }),
    ),
    outcome: "fail",
    says: /^vulnerable to POODLE, RC4; POODLE \(CVE-2014-3566, RFC 7568\): .*; RC4 .*; weak, which does not violate: SWEET32, BEAST, No forward secrecy/,
    remedies:
      /^Set the server to [^]*ssl_protocols TLSv1\.2 TLSv1\.3;[^]*ssl_ciphers(?![^]*ssl_ciphers)/,
  },
  {
    name: "what a server sends is one line",
    expect: {},
    facets: facets({
      certificate: { ...keyed({}).certificate, unfinished: ["a\nb\u202e"] },
    }),
    outcome: "unknown",
    says: "Weak key, ROCA not known: a\\u{a}b\\u{202e}",
  },
  {
    name: "a subject that speaks no TLS",
    expect: {},
    facets: {},
    outcome: "not-applicable",
    says: "speaks no TLS",
  },
]);
