import control from "#controls/transport/tls-cipher-suites.ts";
import { suiteName } from "#facts/cipher-suites.ts";
import type { CipherSuites } from "#model/tls-facets.ts";
import type { TlsVersion } from "#model/tls.ts";
import { defineCases } from "./cases.ts";

const intermediate = { profile: "mozilla-intermediate@6" };
const strict = { ...intermediate, violates: "weak" };
const good: [number, TlsVersion][] = [
  [0x1301, "TLSv1.3"],
  [0xc02f, "TLSv1.2"],
];
const staticRsa: [number, TlsVersion] = [0x002f, "TLSv1.2"];
const rc4: [number, TlsVersion] = [0x0005, "TLSv1.0"];

function suites(
  accepted: [number, TlsVersion][],
  unfinished: CipherSuites["unfinished"] = [],
  preferences: CipherSuites["preferences"] = [],
): { cipherSuites: CipherSuites } {
  return {
    cipherSuites: {
      suites: accepted.map(([code, version]) => ({
        version,
        code: `0x${code.toString(16).toUpperCase().padStart(4, "0")}`,
        name: suiteName(code),
      })),
      preferences,
      unfinished,
    },
  };
}

export default defineCases(control, [
  {
    name: "only suites of the profile",
    expect: intermediate,
    facets: suites(good),
    outcome: "pass",
    says: "accepts 2 suites, all of them in the profile; declared: mozilla-intermediate@6, broken suites violate",
  },
  {
    name: "a weak suite is told apart and does not violate",
    expect: intermediate,
    facets: suites([...good, staticRsa]),
    outcome: "pass",
    says: "none broken; weak, outside the profile: TLS_RSA_WITH_AES_128_CBC_SHA (TLSv1.2)",
  },
  {
    name: "a weak suite violates the stricter reading",
    expect: strict,
    facets: suites([...good, staticRsa]),
    outcome: "fail",
    says: "accepts suites outside mozilla-intermediate@6: TLS_RSA_WITH_AES_128_CBC_SHA (TLSv1.2)",
  },
  {
    name: "the stricter reading holds for the profile",
    expect: strict,
    facets: suites(good),
    outcome: "pass",
    says: "all of them in the profile",
  },
  {
    name: "a broken suite violates, and names the weak ones too",
    expect: intermediate,
    facets: suites([...good, staticRsa, rc4]),
    outcome: "fail",
    says: /accepts broken suites: TLS_RSA_WITH_RC4_128_SHA \(TLSv1\.0: RC4\); also weak, which does not violate: TLS_RSA_WITH_AES\S+ \(TLSv1\.2\); 1 of them without forward secrecy/,
    remedies:
      /ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:[^]*Apache: SSLCipherSuite [^]*HAProxy: ssl-default-bind-ciphers /,
  },
  {
    name: "a broken suite violates the stricter reading",
    expect: strict,
    facets: suites([rc4]),
    outcome: "fail",
    says: "accepts broken suites: TLS_RSA_WITH_RC4_128_SHA (TLSv1.0: RC4)",
  },
  {
    name: "a suite of SSLv2 is broken",
    expect: intermediate,
    facets: suites([[0x010080, "SSLv2"]]),
    outcome: "fail",
    says: "(SSLv2)",
  },
  {
    name: "one suite in several versions is named once",
    expect: intermediate,
    facets: suites([rc4, [0x0005, "TLSv1.2"]]),
    outcome: "fail",
    says: "TLS_RSA_WITH_RC4_128_SHA (TLSv1.0, TLSv1.2: RC4);",
  },
  {
    name: "an unfinished list leaves it open",
    expect: intermediate,
    facets: suites(good, [{ version: "TLSv1.2", why: "connection\nreset" }]),
    outcome: "unknown",
    says: "the list of TLSv1.2 could not be finished (connection\\u{a}reset)",
  },
  {
    name: "an unfinished list hides no violation that was seen",
    expect: intermediate,
    facets: suites([rc4], [{ version: "TLSv1.2", why: "connection reset" }]),
    outcome: "fail",
    says: "accepts broken suites",
  },
  {
    name: "no suite at all is no evidence",
    expect: intermediate,
    facets: suites([]),
    outcome: "unknown",
    says: "no suite was seen",
  },
  {
    name: "a suite that no registry knows may be broken",
    expect: intermediate,
    facets: suites([...good, [0xfefc, "TLSv1.2"]]),
    outcome: "unknown",
    says: "no registry knows unknown-0xFEFC (TLSv1.2)",
  },
  {
    name: "a suite that no registry knows is outside the profile",
    expect: strict,
    facets: suites([[0xfefc, "TLSv1.2"]]),
    outcome: "fail",
    says: "unknown-0xFEFC",
  },
  {
    name: "a weak suite may be forced where the client's order decides",
    expect: intermediate,
    facets: suites(
      [...good, staticRsa],
      [],
      [{ version: "TLSv1.2", order: "client", chachaForClients: null }],
    ),
    outcome: "pass",
    says: "1 of them without forward secrecy; in TLSv1.2 the client's order decides, so a client may end up with them",
  },
  {
    name: "nothing is said of the order where the server's own decides, or where nothing is weak",
    expect: intermediate,
    facets: suites(
      [...good, staticRsa],
      [],
      [
        { version: "TLSv1.2", order: "server", chachaForClients: null },
        { version: "TLSv1.3", order: "client", chachaForClients: null },
      ],
    ),
    outcome: "pass",
    says: /without forward secrecy; declared: /,
  },
  {
    name: "what a profile permits does not violate its strict reading",
    expect: { profile: "rfc9325@2022", violates: "weak" },
    facets: suites([...good, [0xc027, "TLSv1.2"]]),
    outcome: "pass",
    says: "accepts 3 suites, all of them in the profile; declared: rfc9325@2022",
  },
  {
    name: "what another profile permits may be weak by this one",
    expect: strict,
    facets: suites([...good, [0xc027, "TLSv1.2"]]),
    outcome: "fail",
    says: "accepts suites outside mozilla-intermediate@6: TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
  },
]);
