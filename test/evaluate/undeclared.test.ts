import { describe, expect, test } from "vitest";
import { controls } from "#controls/index.ts";
import { evaluate } from "#evaluate/evaluate.ts";
import type { Observation } from "#model/evidence.ts";
import type { Exposure, HttpFacet, Transport } from "#model/facets.ts";
import type { Undeclared } from "#model/report.ts";
import type { Subject } from "#model/subject.ts";
import type { Protocols } from "#model/tls-facets.ts";
import { TLS_VERSIONS, type TlsVersion } from "#model/tls.ts";
import { bucket, estate, evidence, inventory, NOW, observe, policy } from "../support/evidence.ts";

const www = { id: "www", provider: "endpoint", url: "https://www.example.com" };
const azure = {
  id: "azure",
  provider: "azure",
  tenant: "11111111-1111-4111-8111-111111111111",
  subscriptions: ["22222222-2222-4222-8222-222222222222"],
};
const endpoint: Subject = {
  target: "www",
  provider: "endpoint",
  kind: "endpoint",
  id: "www.example.com:443",
  name: "www.example.com:443",
  region: null,
  tags: {},
};

function azureSubject(kind: string, name: string, region: string | null): Subject {
  const id = `/subscriptions/2222/resourceGroups/g/providers/${kind}/${name}`;
  return { target: "azure", provider: "azure", kind, id, name, region, tags: {} };
}

function exposure(anonymousAccess: boolean | null): Exposure {
  return { anonymousAccess, openNetwork: null, through: ["bucket policy"], closedBy: [] };
}

function accepting(...versions: TlsVersion[]): Protocols {
  return {
    versions: TLS_VERSIONS.map((version) => ({
      version,
      status: versions.includes(version) ? "accepted" : "rejected",
      why: null,
    })),
  };
}

function http(clearText: HttpFacet["clearText"]): HttpFacet {
  const url = "http://www.example.com/";
  return { url, clearText, status: 200, location: null, hsts: null, httpsAnswered: true };
}

const openTransport: Transport = {
  secureOnly: false,
  minimumTls: null,
  minimumTlsIsDefault: false,
  platformFloor: null,
  detail: "no bucket policy",
};

/** What reality shows beside claims of these checks, which are about nothing else. */
function undeclared(
  observations: readonly Observation[],
  checks: readonly Parameters<typeof policy>[0][number][],
  targets?: readonly unknown[],
): readonly Undeclared[] {
  return evaluate({
    policies: [policy(checks)],
    estate: estate(targets === undefined ? {} : { targets }),
    attestations: [],
    waivers: [],
    evidence: evidence(observations),
    controls,
    readable: () => true,
    now: NOW,
    tool: { name: "probity", version: "0" },
  }).undeclared;
}

/** Speaks of every target and of nothing that the tests look at. */
const elsewhere = { checks: [{ control: "recovery-point-age", expect: { maxAge: "P1D" } }] };

describe("a door that no claim speaks of", () => {
  const open = bucket("open");
  const shut = bucket("shut");
  const seen = [
    inventory([open, shut]),
    observe(open, "exposure", exposure(true)),
    observe(shut, "exposure", exposure(false)),
  ];

  test("a public bucket is listed, a private one is not", () => {
    expect(undeclared(seen, [elsewhere])).toEqual([
      {
        kind: "public-access",
        subject: expect.objectContaining({ id: open.id, target: "aws" }),
        message: expect.stringMatching(
          /^open: anyone can reach its data without credentials \(through bucket policy\).*\(no claim speaks of it\)$/,
        ),
      },
    ]);
  });

  test("a bucket that a claim judged is that claim's and no surprise", () => {
    const claim = { checks: [{ control: "public-access" }] };
    expect(undeclared(seen, [elsewhere, claim])).toEqual([]);
  });

  test("it is listed where the claim speaks of other buckets only", () => {
    const claim = { checks: [{ control: "public-access", scope: { ids: [shut.id] } }] };
    expect(undeclared(seen, [elsewhere, claim])).toMatchObject([
      { kind: "public-access", subject: { id: open.id } },
    ]);
  });

  test("what could not be read shows nothing", () => {
    expect(undeclared([inventory([open])], [elsewhere])).toEqual([]);
    expect(
      undeclared([inventory([open]), observe(open, "exposure", exposure(null))], [elsewhere]),
    ).toEqual([]);
  });

  test("a bucket that lets in clear text is listed", () => {
    const listed = undeclared(
      [inventory([open]), observe(open, "transport", openTransport)],
      [elsewhere],
    );
    expect(listed).toMatchObject([{ kind: "https-only", subject: { id: open.id } }]);
    expect(listed[0]?.message).toMatch(/^open: clear text is let in \(no bucket policy\)/);
  });
});

describe("an endpoint that no claim speaks of", () => {
  const speaks = { checks: [{ control: "tls-certificate" }] };
  const seen = [
    inventory([endpoint], { target: "www", provider: "endpoint", kinds: ["*"] }),
    observe(endpoint, "protocols", accepting("TLSv1.0", "TLSv1.2")),
    observe(endpoint, "http", http("serves")),
  ];

  test("an old protocol that it accepts and its clear-text door are listed, without its name twice", () => {
    const listed = undeclared(seen, [speaks], [www]);
    expect(listed).toMatchObject([
      { kind: "https-only", subject: { id: endpoint.id } },
      { kind: "tls-protocol-versions", subject: { id: endpoint.id } },
    ]);
    expect(listed.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^http:\/\/www\.example\.com\/ serves in clear text.*\(no claim speaks of it\)$/,
      ),
      expect.stringMatching(/^accepts TLSv1\.0;.*\(no claim speaks of it\)$/),
    ]);
  });

  test("what it does well is not", () => {
    const good = [
      ...seen.slice(0, 1),
      observe(endpoint, "protocols", accepting("TLSv1.2", "TLSv1.3")),
      observe(endpoint, "http", http("redirects-to-https")),
    ];
    expect(undeclared(good, [speaks], [www])).toEqual([]);
  });

  test("a claim that allows the old protocol has declared it", () => {
    const claim = {
      checks: [
        {
          control: "tls-protocol-versions",
          expect: { allowed: ["TLSv1.0", "TLSv1.2"], required: [] },
        },
        { control: "https-only", expect: { hsts: "optional" } },
      ],
    };
    expect(undeclared(seen, [claim], [www])).toEqual([]);
  });
});

describe("a region that no claim declares", () => {
  const network = (name: string, region: string | null) =>
    azureSubject("Microsoft.Network/virtualNetworks", name, region);
  const residency = {
    checks: [{ control: "data-residency", expect: { regions: ["westeurope"] } }],
  };
  const listing = (...items: Subject[]) => [
    inventory(items, { target: "azure", provider: "azure", kinds: ["*"] }),
  ];

  test("holds no data and is listed all the same", () => {
    const seen = listing(
      network("home", "westeurope"),
      network("far", "eastus"),
      network("farther", "eastus"),
      network("lost", "brazilsouth"),
    );
    expect(undeclared(seen, [residency], [azure])).toMatchObject([
      {
        kind: "region",
        subject: { kind: "target", id: "azure", region: "eastus" },
        message: expect.stringMatching(
          /^2 resources in eastus, a region that no claim declares: 2 ×/,
        ),
      },
      {
        kind: "region",
        subject: { region: "brazilsouth" },
        message: expect.stringMatching(/^1 resource in brazilsouth, /),
      },
    ]);
  });

  test("is never the region of what has none", () => {
    const zone = azureSubject("Microsoft.Network/dnsZones", "example.com", "global");
    expect(undeclared(listing(zone, network("new", null)), [residency], [azure])).toEqual([]);
    const role = bucket("role", { kind: "AWS::IAM::Role", region: "global" });
    expect(undeclared([inventory([role], { kinds: ["*"] })], [elsewhere])).toEqual([]);
  });

  test("is none where no claim and no configuration names any", () => {
    const seen = listing(network("far", "eastus"));
    const claim = { checks: [{ control: "encryption-at-rest" }] };
    expect(undeclared(seen, [claim], [azure])).toEqual([]);
  });

  test("is one that the target does not read, where no claim speaks of residency", () => {
    const seen = [inventory([bucket("near"), bucket("far", { region: "us-east-1" })])];
    expect(undeclared(seen, [elsewhere])).toMatchObject([
      { kind: "region", subject: { target: "aws", region: "us-east-1" } },
    ]);
  });
});

describe("a target that no claim speaks of", () => {
  test("is listed as a whole", () => {
    const claim = {
      checks: [{ control: "public-access", scope: { providers: ["aws" as const] } }],
    };
    expect(undeclared([], [claim], [azure])).toMatchObject([
      { kind: "target", subject: { kind: "target", id: "azure", provider: "azure" } },
    ]);
    expect(undeclared([], [{ checks: [{ control: "public-access" }] }], [azure])).toEqual([]);
  });
});
