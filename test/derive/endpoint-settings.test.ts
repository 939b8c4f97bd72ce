import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { controls } from "#controls/index.ts";
import httpsOnly from "#controls/transport/https-only.ts";
import tlsVersions from "#controls/transport/tls-protocol-versions.ts";
import { deriveEndpointSettings } from "#derive/endpoint-settings.ts";
import { evaluate } from "#evaluate/evaluate.ts";
import type { Observation } from "#model/evidence.ts";
import type { HttpFacet, Transport } from "#model/facets.ts";
import type { Subject } from "#model/subject.ts";
import type { Protocols } from "#model/tls-facets.ts";
import { TLS_VERSIONS, type TlsVersion } from "#model/tls.ts";
import { bucket, estate, evidence, inventory, NOW, observe, policy } from "../support/evidence.ts";

function endpoint(id: string): Subject {
  return {
    target: "www",
    provider: "endpoint",
    kind: "endpoint",
    id,
    name: id,
    region: null,
    tags: {},
  };
}
function wire(...accepted: TlsVersion[]): Protocols {
  return {
    versions: TLS_VERSIONS.map((version) => ({
      version,
      status: accepted.includes(version) ? "accepted" : "rejected",
      why: null,
    })),
  };
}
const http: HttpFacet = {
  url: "http://www.example.com/",
  clearText: "redirects-to-https",
  status: 301,
  location: "https://www.example.com/",
  hsts: null,
  httpsAnswered: true,
};
const distribution = bucket("E1", { kind: "AWS::CloudFront::Distribution", region: null });
const listener = (name: string) => bucket(name, { kind: "AWS::ElasticLoadBalancingV2::Listener" });
function setting(fields: Partial<Transport>): Transport {
  return {
    secureOnly: true,
    minimumTls: "TLSv1.2",
    versions: ["TLSv1.2", "TLSv1.3"],
    hostNames: ["www.example.com"],
    minimumTlsIsDefault: false,
    platformFloor: null,
    detail: "TLSv1.2_2021",
    ...fields,
  };
}
function joined(...observations: Observation[]): Transport | undefined {
  const [one, ...others] = deriveEndpointSettings(observations);
  expect(others).toEqual([]);
  if (one === undefined) return undefined;
  expect(one.subject.kind).toBe("endpoint");
  return one.facet === "transport" ? one.value : undefined;
}
const seen = (id = "www.example.com:443") =>
  observe(endpoint(id), "protocols", wire("TLSv1.2", "TLSv1.3"));

const second = bucket("E2", { kind: distribution.kind, region: null });
/** A listing of two distributions, one with a wildcard and one with a name of its own. */
const both = [
  inventory([distribution, second], { kinds: [distribution.kind] }),
  observe(
    second,
    "transport",
    setting({ hostNames: ["*.example.com"], versions: ["TLSv1.0"], minimumTls: "TLSv1.0" }),
  ),
  observe(distribution, "transport", setting({})),
] as const;

describe("the setting behind an endpoint's name", () => {
  test("comes with the name of its source", () => {
    const value = joined(seen(), observe(distribution, "transport", setting({})));
    expect(value).toMatchObject({
      secureOnly: true,
      minimumTls: "TLSv1.2",
      versions: ["TLSv1.2", "TLSv1.3"],
      detail: "CloudFront distribution E1: TLSv1.2_2021",
    });
  });

  test.each([
    ["another name", "other.example.com:443", undefined],
    ["a name below it", "a.www.example.com:443", undefined],
    ["the name in capitals with its dot", "WWW.example.com.:443", "TLSv1.2"],
  ])("%s", (_, id, minimum) => {
    const value = joined(seen(id), observe(distribution, "transport", setting({})));
    expect(value?.minimumTls).toBe(minimum);
  });

  test("a wildcard stands for one label, and the name itself goes before it", () => {
    expect(joined(seen("app.example.com:443"), ...both)?.minimumTls).toBe("TLSv1.0");
    expect(joined(seen("www.example.com:443"), ...both)?.minimumTls).toBe("TLSv1.2");
    expect(joined(seen("a.b.example.com:443"), ...both)).toBeUndefined();
  });

  test("a wildcard counts for nothing where a name may have been missed", () => {
    const [listing, wide, exact] = both;
    const name = seen("www.example.com:443");
    const cut = inventory([second], { kinds: [distribution.kind], complete: false });
    for (const seenOf of [
      [name, listing, wide],
      [name, wide],
      [name, cut, wide],
    ]) {
      expect(joined(...seenOf)).toMatchObject({
        secureOnly: null,
        minimumTls: null,
        unseen: [
          expect.stringMatching(/^whether CloudFront distribution E2, .* is not known: not/),
        ],
      });
    }
    const all = inventory([second], { kinds: [distribution.kind] });
    expect(joined(name, all, wide)?.minimumTls).toBe("TLSv1.0");
    expect(joined(name, cut, exact)?.minimumTls).toBe("TLSv1.2");
  });

  test("another port is another door, but clear text is looked for at 80", () => {
    const old = setting({ port: 8443, versions: ["TLSv1.0"], minimumTls: "TLSv1.0" });
    const clear = setting({ port: 80, versions: [], minimumTls: null, secureOnly: false });
    const value = joined(
      seen(),
      observe(listener("https"), "transport", setting({ port: 443 })),
      observe(listener("old"), "transport", old),
      observe(listener("http"), "transport", clear),
      observe(listener("other"), "transport", { ...clear, port: 8080 }),
    );
    expect(value).toMatchObject({ versions: ["TLSv1.2", "TLSv1.3"], secureOnly: false });
    expect(value?.detail).not.toContain("old");
    expect(value?.detail).not.toContain("other");
  });

  test("several of one name let in what any of them does", () => {
    const value = joined(
      seen(),
      observe(distribution, "transport", setting({ secureOnly: null })),
      observe(
        bucket("E2", { kind: distribution.kind }),
        "transport",
        setting({ versions: ["TLSv1.1", "TLSv1.2"], minimumTls: "TLSv1.1" }),
      ),
    );
    expect(value).toMatchObject({ versions: ["TLSv1.1", "TLSv1.2", "TLSv1.3"], secureOnly: true });
  });

  test("a floor stands for all versions above it, and what says nothing adds nothing", () => {
    const { versions: _, ...floor } = setting({ minimumTls: "TLSv1.1", secureOnly: null });
    expect(joined(seen(), observe(distribution, "transport", floor))).toMatchObject({
      versions: ["TLSv1.1", "TLSv1.2", "TLSv1.3"],
      secureOnly: null,
    });
    const nothing = { ...floor, minimumTls: null };
    expect(joined(seen(), observe(distribution, "transport", nothing))).toBeUndefined();
  });

  test("is as old as the oldest that went into it", () => {
    const earlier = "2026-05-30T00:00:00Z";
    const old = { ...observe(distribution, "transport", setting({})), observedAt: earlier };
    const fresh = observe(listener("l"), "transport", setting({ port: 443 }));
    const [one] = deriveEndpointSettings([seen(), fresh, old]);
    expect(one?.observedAt).toBe(earlier);
  });
});

/** Outcome and message of both controls for the endpoint, in one evaluation each. */
function judged(protocols: Protocols, transport: Transport | null) {
  const subject = endpoint("www.example.com:443");
  const scope = { providers: ["endpoint" as const] };
  const expected = { allowed: ["TLSv1.2", "TLSv1.3"], required: [] };
  const report = evaluate({
    policies: [
      policy([
        { checks: [{ control: "tls-protocol-versions", expect: expected, scope }] },
        { checks: [{ control: "https-only", expect: { hsts: "optional" }, scope }] },
      ]),
    ],
    estate: estate({
      targets: [{ id: "www", provider: "endpoint", url: "https://www.example.com" }],
    }),
    attestations: [],
    waivers: [],
    evidence: evidence([
      inventory([subject], { kinds: ["endpoint"], target: "www", provider: "endpoint" }),
      observe(subject, "protocols", protocols),
      observe(subject, "http", http),
      ...(transport === null ? [] : [observe(distribution, "transport", transport)]),
    ]),
    controls,
    readable: () => true,
    now: NOW,
    tool: { name: "probity", version: "test" },
    full: true,
  });
  return report.claims.map(({ checks }) => {
    const evaluations = checks[0]?.evaluations ?? [];
    expect(evaluations).toHaveLength(1);
    return evaluations.map(({ outcome, message }) => `${outcome}: ${message}`).join();
  });
}

describe("an endpoint and the service behind it in one evaluation", () => {
  const good = wire("TLSv1.2", "TLSv1.3");

  test("both hold", () => {
    const [versions, clear] = judged(good, setting({}));
    expect(versions).toMatch(/^pass: accepts .*; the setting lets in TLSv1.2, TLSv1.3 \(CloudF/);
    expect(clear).toMatch(/^pass: .*as the setting says/);
  });

  test("the setting is worse than the wire", () => {
    const lax = setting({
      versions: TLS_VERSIONS.slice(2),
      minimumTls: "TLSv1.0",
      secureOnly: false,
    });
    const [versions, clear] = judged(good, lax);
    expect(versions).toMatch(
      /^fail: the setting lets in TLSv1.0, TLSv1.1 \(CloudFront distribution E1: .*; the wire rejects TLSv1.0, TLSv1.1/,
    );
    expect(clear).toMatch(/^fail: the setting lets clear text in \(CloudFront distribution E1: /);
  });

  test("the wire is worse than the setting", () => {
    const [versions] = judged(wire("TLSv1.0", "TLSv1.2"), setting({}));
    expect(versions).toMatch(
      /^fail: accepts TLSv1.0; the wire rejects TLSv1.3, .*; the wire accepts TLSv1.0, which the setting does not let in \(CloudFront distribution E1: /,
    );
  });

  test("without the setting the wire is judged alone", () => {
    expect(judged(good, null)[0]).toMatch(/^pass: accepts TLSv1.2, TLSv1.3; declared/);
    expect(judged(wire("TLSv1.0"), null)[0]).toMatch(/^fail: accepts TLSv1.0; declared/);
  });
});

describe("whatever wire and setting are", () => {
  const worst = (outcome: string) => ["pass", "unknown", "fail"].indexOf(outcome);
  const status = fc.constantFrom("accepted" as const, "rejected" as const, "unknown" as const);
  const wires = fc.array(status, { minLength: 6, maxLength: 6 }).map((all) => ({
    versions: TLS_VERSIONS.map((version, at) => ({
      version,
      status: all[at] ?? "unknown",
      why: null,
    })),
  }));
  const settings = fc
    .record({
      named: fc.subarray([...TLS_VERSIONS]),
      secureOnly: fc.constantFrom(true, false, null),
    })
    .map(({ named, secureOnly }) =>
      setting({ versions: named, minimumTls: named[0] ?? null, secureOnly }),
    );
  const common = { labels: [], observedAt: {}, now: NOW, subject: endpoint("www.example.com:443") };

  test("the versions are judged no better together than the worse of the two alone", () => {
    const expected = {
      allowed: ["TLSv1.2" as const, "TLSv1.3" as const],
      required: ["TLSv1.2" as const],
    };
    const outcome = (facets: { protocols?: Protocols; transport?: Transport }) =>
      worst(tlsVersions.evaluate({ ...common, expect: expected, facets }).outcome);
    fc.assert(
      fc.property(wires, settings, (protocols, transport) => {
        const alone = Math.max(outcome({ protocols }), outcome({ transport }));
        expect(outcome({ protocols, transport })).toBe(alone);
      }),
    );
  });

  test("clear text is judged no better together than on the wire, and fails where the setting does", () => {
    const clearText = fc.constantFrom(
      "refused" as const,
      "redirects-to-https" as const,
      "redirects-elsewhere" as const,
      "serves" as const,
      "unknown" as const,
    );
    const outcome = (facets: { http?: HttpFacet; transport?: Transport }) =>
      worst(httpsOnly.evaluate({ ...common, expect: { hsts: "optional" }, facets }).outcome);
    fc.assert(
      fc.property(clearText, settings, (seenText, transport) => {
        const wireFacet = { ...http, clearText: seenText };
        const together = outcome({ http: wireFacet, transport });
        expect(together).toBeGreaterThanOrEqual(outcome({ http: wireFacet }));
        expect(together === 2).toBe(
          outcome({ http: wireFacet }) === 2 || transport.secureOnly === false,
        );
      }),
    );
  });
});
