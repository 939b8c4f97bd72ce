import control from "#controls/transport/https-only.ts";
import type { HttpFacet, Transport } from "#model/facets.ts";
import { defineCases } from "./cases.ts";

function http(fields: Partial<HttpFacet>): { http: HttpFacet } {
  return {
    http: {
      url: "http://www.example.com/",
      clearText: "refused",
      status: null,
      location: null,
      hsts: null,
      httpsAnswered: true,
      ...fields,
    },
  };
}

function setting(secureOnly: boolean | null): { transport: Transport } {
  return {
    transport: {
      secureOnly,
      minimumTls: null,
      minimumTlsIsDefault: false,
      platformFloor: null,
      detail: "supportsHttpsTrafficOnly",
    },
  };
}

const year = { maxAgeSeconds: 31_536_000, includeSubDomains: true, preload: false };
const required = { hsts: "required" };

export default defineCases(control, [
  {
    name: "clear text is refused",
    expect: {},
    facets: http({}),
    outcome: "pass",
    says: "http://www.example.com/ refuses clear text; declared: HTTPS only",
  },
  {
    name: "clear text is redirected to HTTPS",
    expect: {},
    facets: http({
      clearText: "redirects-to-https",
      status: 301,
      location: "https://www.example.com/",
    }),
    outcome: "pass",
    says: "redirects to HTTPS",
  },
  ...(
    [
      ["another address that serves", "serves", "fail", "serves in clear text at 192.0.2.2"],
      ["another address that sends on to clear text", "redirects-elsewhere", "fail", "192.0.2.2"],
      ["another address that is not known", "unknown", "unknown", "at 192.0.2.2 (no answer)"],
      [
        "another address that redirects",
        "redirects-to-https",
        "pass",
        "at 192.0.2.1; but 192.0.2.2 redirects",
      ],
      ["another address that refuses too", "refused", "pass", "at each of its 2 addresses"],
    ] as const
  ).map(([name, clearText, outcome, says]) => ({
    name,
    expect: {},
    facets: http({
      addresses: [
        { address: "192.0.2.1", clearText: "refused", status: null, why: null },
        {
          address: "192.0.2.2",
          clearText,
          status: null,
          why: clearText === "unknown" ? "no answer" : null,
        },
      ],
    }),
    outcome,
    says,
  })),
  {
    name: "clear text is served",
    expect: {},
    facets: http({ clearText: "serves", status: 200 }),
    outcome: "fail",
    says: "http://www.example.com/ serves in clear text (status 200)",
    remedies: /^Close port 80, or redirect[^]*nginx: return 301[^]*Apache: [^]*HAProxy: /,
  },
  {
    name: "clear text is redirected to clear text",
    expect: {},
    facets: http({ clearText: "redirects-elsewhere", location: "http://other.example/\n" }),
    outcome: "fail",
    says: "redirects to clear text again (http://other.example/\\u{a})",
  },
  {
    name: "clear text could not be tried",
    expect: {},
    facets: http({ clearText: "unknown" }),
    outcome: "unknown",
    says: "could not tell whether http://www.example.com/ serves in clear text",
  },
  {
    name: "HSTS is there",
    expect: required,
    facets: http({ hsts: year }),
    outcome: "pass",
    says: "HSTS for 365 days",
  },
  {
    name: "HSTS is missing",
    expect: required,
    facets: http({}),
    outcome: "fail",
    says: "the HTTPS answer carries no HSTS; declared: HTTPS only, HSTS",
  },
  {
    name: "HSTS is missing, whatever clear text does",
    expect: required,
    facets: http({ clearText: "unknown" }),
    outcome: "fail",
    says: "carries no HSTS",
  },
  {
    name: "HSTS is not asked for",
    expect: { hsts: "optional" },
    facets: http({}),
    outcome: "pass",
    says: "refuses clear text",
  },
  {
    name: "HTTPS gave no answer",
    expect: required,
    facets: http({ httpsAnswered: false }),
    outcome: "unknown",
    says: "HSTS is not known",
  },
  {
    name: "HSTS is turned off",
    expect: required,
    facets: http({ hsts: { ...year, maxAgeSeconds: 0 } }),
    outcome: "fail",
    says: "HSTS is turned off (max-age=0)",
  },
  {
    name: "a year of HSTS is a year in its shortest reading",
    expect: { ...required, hstsMinAge: "P1Y" },
    facets: http({ hsts: year }),
    outcome: "pass",
    says: "HSTS for 365 days; declared: HTTPS only, HSTS for P1Y or longer",
  },
  {
    name: "HSTS for too short a time",
    expect: { ...required, hstsMinAge: "P1Y" },
    facets: http({ hsts: { ...year, maxAgeSeconds: 86_400 } }),
    outcome: "fail",
    says: "HSTS holds for 24 h only",
  },
  {
    name: "a setting that refuses clear text",
    expect: {},
    facets: setting(true),
    outcome: "pass",
    says: "clear text is refused (supportsHttpsTrafficOnly)",
  },
  {
    name: "a setting that lets clear text in",
    expect: {},
    facets: setting(false),
    outcome: "fail",
    says: "clear text is let in (supportsHttpsTrafficOnly); declared: encrypted connections only",
  },
  {
    name: "a setting that does not say",
    expect: {},
    facets: setting(null),
    outcome: "unknown",
    says: "nothing says whether clear text is refused",
  },
  {
    name: "HSTS is no matter of a service's setting",
    expect: required,
    facets: setting(true),
    outcome: "pass",
    says: "clear text is refused",
  },
  {
    name: "wire and setting both refuse clear text",
    expect: {},
    facets: { ...http({}), ...setting(true) },
    outcome: "pass",
    says: "refuses clear text, as the setting says (supportsHttpsTrafficOnly)",
  },
  {
    name: "the setting lets in what the wire refuses",
    expect: {},
    facets: { ...http({ clearText: "redirects-to-https" }), ...setting(false) },
    outcome: "fail",
    says: "the setting lets clear text in (supportsHttpsTrafficOnly); the wire contradicts it: no clear text is served there; declared",
  },
  {
    name: "the wire serves what the setting refuses",
    expect: {},
    facets: { ...http({ clearText: "serves", status: 200 }), ...setting(true) },
    outcome: "fail",
    says: "serves in clear text (status 200); the setting contradicts the wire: it refuses clear text (supportsHttpsTrafficOnly)",
    remedies: /^Close port 80/,
  },
  {
    name: "both let clear text in",
    expect: {},
    facets: { ...http({ clearText: "serves", status: 200 }), ...setting(false) },
    outcome: "fail",
    says: /\(status 200\); the setting lets clear text in \(supportsHttpsTrafficOnly\); declared/,
  },
  {
    name: "a good setting does not answer for the wire",
    expect: {},
    facets: { ...http({ clearText: "unknown" }), ...setting(true) },
    outcome: "unknown",
    says: "could not tell whether",
  },
  {
    name: "a setting that fails does so whatever is open on the wire",
    expect: {},
    facets: { ...http({ clearText: "unknown" }), ...setting(false) },
    outcome: "fail",
    says: "the setting lets clear text in",
  },
  {
    name: "a setting that does not say leaves the wire to speak",
    expect: {},
    facets: { ...http({}), ...setting(null) },
    outcome: "pass",
    says: /refuses clear text; declared/,
  },
]);
