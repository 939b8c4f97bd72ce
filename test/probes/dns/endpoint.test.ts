import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Target, targetSchema } from "#model/estate.ts";
import type { FacetName } from "#model/facets.ts";
import probe from "#probes/dns/endpoint.ts";
import { type Answering, type DnsServer, startDns } from "../../support/dns-server.ts";
import {
  a,
  aaaa,
  type AskedQuestion,
  caa,
  cname,
  dnsAnswer,
  dnskey,
  ds,
  extendedError,
  mx,
  rrsig,
  soa,
  txt,
} from "../../support/dns-messages.ts";
import { facetOf, testScan } from "../../support/probe-context.ts";

const NAME = "www.example.test";
const SUBJECT = `${NAME}:443`;
const TYPE = { A: 1, SOA: 6, MX: 15, TXT: 16, AAAA: 28, DS: 43, DNSKEY: 48, CAA: 257 } as const;

let server: DnsServer | null = null;
afterEach(async () => {
  await server?.stop();
  server = null;
});

type Rule = Parameters<typeof dnsAnswer>[1] | "silent";
/** Answers by `TYPE name`, with ` cd` where validation is not wanted; the rest does not exist. */
async function scan(
  rules: Readonly<Record<string, Rule>>,
  options: {
    readonly wanted?: readonly FacetName[];
    readonly mail?: string;
    readonly url?: string;
    readonly environment?: Readonly<Record<string, string>>;
  } = {},
) {
  const names = new Map(Object.entries(TYPE).map(([name, code]) => [code as number, name]));
  const answering: Answering = (question: AskedQuestion) => {
    const key = `${names.get(question.type)} ${question.name}`;
    const rule =
      (question.checkingDisabled ? rules[`${key} cd`] : undefined) ??
      rules[key] ??
      (Object.keys(rules).some((one) => one.endsWith(question.name)) ? {} : { rcode: 3 });
    return rule === "silent" ? null : dnsAnswer(question, rule);
  };
  server = await startDns(answering);
  const target: Target = targetSchema.parse({
    id: "www",
    provider: "endpoint",
    url: options.url ?? `https://${NAME}`,
    dns: {
      resolvers: [server.address],
      ...(options.mail === undefined ? {} : { mail: options.mail }),
    },
    // Waits of a tenth of a second.
    limits: { callTimeout: "PT1S" },
  });
  const { gather } = testScan(target, { environment: options.environment ?? {} });
  const gathered = await gather(probe, options.wanted ?? ["dns", "hosting"]);
  return {
    ...gathered,
    dns: facetOf(gathered, SUBJECT, "dns"),
    hosting: facetOf(gathered, SUBJECT, "hosting"),
    asked: server.asked,
  };
}

const ONE = { answers: [a(NAME, "192.0.2.1", 60)] };
const unsigned = { "SOA .": { answers: [soa("."), rrsig(".")], authentic: true } };

describe("addresses", () => {
  test("both families, with TTLs and the aliases in between", async () => {
    const alias = cname(NAME, "cdn.example.net");
    const { dns, problems } = await scan({
      [`A ${NAME}`]: { answers: [alias, a("cdn.example.net", "192.0.2.1", 20)] },
      [`AAAA ${NAME}`]: {
        answers: [alias, aaaa("cdn.example.net", "2001:0db8:0000:0000:0000:0000:0000:0001")],
      },
    });
    expect(problems).toEqual([]);
    expect(dns).toMatchObject({
      name: NAME,
      resolvers: [server?.address],
      addresses: [
        { address: "192.0.2.1", ttl: 20 },
        { address: "2001:db8::1", ttl: 300 },
      ],
      aliases: [{ name: NAME, to: "cdn.example.net", ttl: 300 }],
    });
  });

  test("what a resolver did not follow is asked for", async () => {
    const { dns } = await scan({
      [`A ${NAME}`]: { answers: [cname(NAME, "b.example.test")] },
      [`AAAA ${NAME}`]: { answers: [cname(NAME, "b.example.test")] },
      "A b.example.test": { answers: [cname("b.example.test", "c.example.test")] },
      "A c.example.test": { answers: [a("c.example.test", "192.0.2.3")] },
    });
    expect(dns?.addresses).toMatchObject([{ address: "192.0.2.3" }]);
    expect(dns?.aliases.map(({ to }) => to)).toEqual(["b.example.test", "c.example.test"]);
  });

  test("an address of another name is none of this one", async () => {
    const stray = { answers: [a("evil.example", "198.51.100.66"), a(NAME, "192.0.2.1")] };
    const { dns } = await scan({ [`A ${NAME}`]: stray });
    expect(dns?.addresses).toMatchObject([{ address: "192.0.2.1" }]);
  });

  const chain = (length: number) =>
    Object.fromEntries(
      ["A", "AAAA"].flatMap((type) =>
        Array.from({ length }, (_, index) => {
          const own = index === 0 ? NAME : `n${index}.example.test`;
          return [`${type} ${own}`, { answers: [cname(own, `n${index + 1}.example.test`)] }];
        }),
      ),
    );
  test.each<[string, Readonly<Record<string, Rule>>, string]>([
    ["a name that does not exist", {}, "the name does not exist (NXDOMAIN)"],
    [
      "an alias that leads to none",
      {
        [`A ${NAME}`]: { rcode: 3, answers: [cname(NAME, "gone.example.net")] },
        [`AAAA ${NAME}`]: { rcode: 3, answers: [cname(NAME, "gone.example.net")] },
      },
      "the alias of www.example.test leads to a name that does not exist",
    ],
    [
      "an alias of itself",
      {
        [`A ${NAME}`]: { answers: [cname(NAME, NAME)] },
        [`AAAA ${NAME}`]: { answers: [cname(NAME, NAME)] },
      },
      "lead in a circle",
    ],
    [
      "aliases in a circle, one by one",
      {
        [`A ${NAME}`]: { answers: [cname(NAME, "b.example.test")] },
        "A b.example.test": { answers: [cname("b.example.test", NAME)] },
        [`AAAA ${NAME}`]: { answers: [cname(NAME, "b.example.test")] },
        "AAAA b.example.test": { answers: [cname("b.example.test", NAME)] },
      },
      "lead in a circle",
    ],
    ["aliases without end", chain(40), "never end"],
    [
      "more addresses than an endpoint has",
      {
        [`A ${NAME}`]: {
          answers: Array.from({ length: 300 }, (_, i) => a(NAME, `192.0.${i >> 8}.${i & 255}`)),
        },
      },
      "more than 256 addresses",
    ],
    ["a family that fails", { [`A ${NAME}`]: ONE, [`AAAA ${NAME}`]: { rcode: 2 } }, "SERVFAIL"],
    ["a family that is refused", { [`A ${NAME}`]: { rcode: 5 }, [`AAAA ${NAME}`]: {} }, "REFUSED"],
    ["a family that is silent", { [`A ${NAME}`]: ONE, [`AAAA ${NAME}`]: "silent" }, "in time"],
    ["no address at all", { [`A ${NAME}`]: {}, [`AAAA ${NAME}`]: {} }, "has no address"],
  ])("%s is no hosting, and told", async (_, rules, says) => {
    const { hosting, problems, dns } = await scan(rules);
    expect(hosting).toBeUndefined();
    const problem = problems.find(({ facets }) => facets.includes("hosting"));
    expect(problem?.message).toContain(says);
    // Never half of them as if they were all.
    expect(dns?.addresses ?? []).toEqual([]);
  });
});

describe("CAA", () => {
  const at = async (rules: Readonly<Record<string, Rule>>) =>
    (await scan({ [`A ${NAME}`]: ONE, ...rules })).dns;

  test("the nearest name with records decides", async () => {
    const dns = await at({
      "CAA example.test": { answers: [caa("example.test", "issue", "near.example")] },
      "CAA test": { answers: [caa("test", "issue", "far.example")] },
    });
    expect(dns?.caa).toEqual({
      at: "example.test",
      records: [{ critical: false, tag: "issue", value: "near.example" }],
    });
  });

  test("none up to the top", async () => {
    expect((await at({}))?.caa).toEqual({ at: null, records: [] });
  });

  test("an alias brings the records of what it leads to", async () => {
    const dns = await at({
      [`CAA ${NAME}`]: {
        answers: [cname(NAME, "cdn.example.net"), caa("cdn.example.net", "issue", ";")],
      },
    });
    expect(dns?.caa).toMatchObject({ at: NAME, records: [{ value: ";" }] });
  });

  test("records of another name are none of this one (RFC 8659 3)", async () => {
    const dns = await at({
      [`CAA ${NAME}`]: { answers: [caa("evil.example", "issue", "evil.example")] },
      "CAA example.test": {
        answers: [
          caa(NAME, "issue", "below.example"),
          caa("test", "issue", "above.example"),
          // Of an alias, but not of the name that was asked for.
          cname("else.example", "cdn.example.net"),
          caa("cdn.example.net", "issue", "aside.example"),
          caa("EXAMPLE.test", "issue", "own.example"),
        ],
      },
    });
    expect(dns?.caa).toMatchObject({ at: "example.test", records: [{ value: "own.example" }] });
  });

  test("of an alias those of its end count, and none on the way", async () => {
    const dns = await at({
      [`CAA ${NAME}`]: {
        answers: [
          caa("c.example.net", "issue", "end.example"),
          cname("b.example.net", "c.example.net"),
          cname(NAME, "b.example.net"),
          caa(NAME, "issue", "own.example"),
          caa("b.example.net", "issue", "way.example"),
        ],
      },
    });
    expect(dns?.caa).toMatchObject({ at: NAME, records: [{ value: "end.example" }] });
  });

  test("an alias that the resolver did not follow is followed", async () => {
    const alias = { answers: [cname(NAME, "cdn.example.net")] };
    const dns = await at({
      [`CAA ${NAME}`]: alias,
      "CAA cdn.example.net": { answers: [caa("cdn.example.net", "issue", "end.example")] },
      "CAA example.test": { answers: [caa("example.test", "issue", "above.example")] },
    });
    expect(dns?.caa).toMatchObject({ at: NAME, records: [{ value: "end.example" }] });
  });

  test.each<[string, Readonly<Record<string, Rule>>, string]>([
    ["fails", { "CAA cdn.example.net": { rcode: 2 } }, "SERVFAIL"],
    [
      "leads in a circle",
      { "CAA cdn.example.net": { answers: [cname("cdn.example.net", NAME)] } },
      "circle",
    ],
  ])("an alias that %s hides what stands above it", async (_, rules, why) => {
    const dns = await at({
      [`CAA ${NAME}`]: { answers: [cname(NAME, "cdn.example.net")] },
      "CAA example.test": { answers: [caa("example.test", "issue", "above.example")] },
      ...rules,
    });
    expect(dns?.caa).toBeNull();
    expect(dns?.unread).toMatchObject([{ what: "caa", why: expect.stringContaining(why) }]);
  });

  test("an alias to a name without any leaves it to the name above (RFC 8659 3)", async () => {
    const dns = await at({
      [`CAA ${NAME}`]: {
        answers: [cname(NAME, "cdn.example.net")],
        authorities: [soa("example.net")],
      },
      "CAA example.net": { answers: [caa("example.net", "issue", "aside.example")] },
      "CAA example.test": { answers: [caa("example.test", "issue", "above.example")] },
    });
    expect(dns?.caa).toMatchObject({ at: "example.test", records: [{ value: "above.example" }] });
  });

  test("a level that fails hides what stands above it", async () => {
    const dns = await at({
      "CAA example.test": { rcode: 2 },
      "CAA test": { answers: [caa("test", "issue", "far.example")] },
    });
    expect(dns?.caa).toBeNull();
    expect(dns?.unread).toEqual([
      { what: "caa", why: "CAA of example.test could not be looked up (SERVFAIL)" },
    ]);
    // What was read stays.
    expect(dns?.addresses).toHaveLength(1);
  });

  test("a level that fails above records is no matter", async () => {
    const dns = await at({
      [`CAA ${NAME}`]: { answers: [caa(NAME, "issue", "ca.example")] },
      "CAA test": "silent",
    });
    expect(dns?.caa?.at).toBe(NAME);
  });
});

describe("DNSSEC", () => {
  const secure = { answers: [a(NAME, "192.0.2.1"), rrsig(NAME)], authentic: true };
  const zone = {
    "SOA www.example.test": { authorities: [soa("example.test")] },
    "DNSKEY example.test": { answers: [dnskey("example.test")] },
    "DS example.test": { answers: [ds("example.test")] },
  };
  test.each<[string, Readonly<Record<string, Rule>>, object]>([
    ["a validated answer", { [`A ${NAME}`]: secure }, { status: "secure", signed: true }],
    [
      "one family that is not validated",
      {
        [`A ${NAME}`]: secure,
        [`AAAA ${NAME}`]: { answers: [aaaa(NAME, "20010db8000000000000000000000001")] },
        ...unsigned,
        ...zone,
      },
      { status: "insecure" },
    ],
    [
      "an answer that a validating resolver does not vouch for",
      { [`A ${NAME}`]: ONE, ...unsigned, "SOA www.example.test": { authorities: [soa("test")] } },
      { status: "insecure", zone: "test", signed: false, delegated: false },
    ],
    [
      "a resolver that does not validate, and a zone with keys that the parent knows",
      { [`A ${NAME}`]: ONE, "SOA .": { answers: [soa("."), rrsig(".")] }, ...zone },
      { status: "unknown", zone: "example.test", signed: true, delegated: true },
    ],
    [
      "a resolver that does not validate, and a parent that knows no keys",
      {
        [`A ${NAME}`]: ONE,
        "SOA .": { answers: [soa("."), rrsig(".")] },
        ...zone,
        "DS example.test": {},
      },
      { status: "insecure", signed: true, delegated: false },
    ],
    [
      "a resolver that gives signatures of another name for those of the root",
      {
        [`A ${NAME}`]: ONE,
        "SOA .": { answers: [soa("."), rrsig("test")] },
        ...zone,
        "DS example.test": {},
      },
      { status: "unknown", signed: null, delegated: null },
    ],
    [
      "a resolver that hides DNSSEC",
      { [`A ${NAME}`]: ONE, "SOA .": { answers: [soa(".")] }, ...zone, "DS example.test": {} },
      { status: "unknown", signed: null, delegated: null },
    ],
    [
      "a parent that fails to answer",
      {
        [`A ${NAME}`]: ONE,
        "SOA .": { answers: [soa("."), rrsig(".")] },
        ...zone,
        "DS example.test": { rcode: 2 },
      },
      { status: "unknown", delegated: null },
    ],
    [
      "a failure that is said to be validation's",
      {
        [`A ${NAME}`]: { rcode: 2, additional: [extendedError(7)] },
        [`A ${NAME} cd`]: { answers: [a(NAME, "192.0.2.1")] },
      },
      { status: "bogus", why: "the resolver says: signature expired" },
    ],
    [
      "a signed answer that only who does not validate gets",
      {
        [`A ${NAME}`]: { rcode: 2 },
        [`A ${NAME} cd`]: { answers: [a(NAME, "192.0.2.1"), rrsig(NAME)] },
      },
      { status: "bogus" },
    ],
  ])("%s", async (_, rules, expected) => {
    const { dns } = await scan(rules, { wanted: ["dns"] });
    expect(dns?.dnssec).toMatchObject(expected);
    // What fails validation is no address.
    if (dns?.dnssec.status === "bogus") expect(dns.addresses).toBeNull();
  });

  test.each<[string, Readonly<Record<string, Rule>>]>([
    ["a failure whatever is asked", { [`A ${NAME}`]: { rcode: 2 } }],
    [
      "a failure of the moment, unsigned",
      { [`A ${NAME}`]: { rcode: 2 }, [`A ${NAME} cd`]: { answers: [a(NAME, "192.0.2.1")] } },
    ],
    [
      "a failure, and signatures of another name",
      {
        [`A ${NAME}`]: { rcode: 2 },
        [`A ${NAME} cd`]: { answers: [a(NAME, "192.0.2.1"), rrsig("evil.example")] },
      },
    ],
  ])("%s is not bogus", async (_, rules) => {
    const { dns } = await scan({ ...rules, [`AAAA ${NAME}`]: {} }, { wanted: ["dns"] });
    expect(dns?.dnssec.status).toBe("unknown");
  });
});

describe("mail", () => {
  const base = { [`A ${NAME}`]: ONE };
  const mailOf = async (rules: Readonly<Record<string, Rule>>, mail = "sub.example.test") =>
    (await scan({ ...base, ...rules }, { mail })).dns;

  test("is not asked for where the estate declares none", async () => {
    const { dns, asked } = await scan(base);
    expect(dns?.mail).toBeNull();
    expect(asked.filter((one) => /^1[56] /.test(one))).toEqual([]);
  });

  test("the records, and nothing else of the same names", async () => {
    const dns = await mailOf({
      "MX sub.example.test": { answers: [mx("sub.example.test", 10, "mx.example.test")] },
      "TXT sub.example.test": {
        answers: [
          txt("sub.example.test", "google-site-verification=x"),
          txt("sub.example.test", "v=spf1 mx ", "-all"),
          txt("sub.example.test", "v=spf10 is another"),
        ],
      },
      "TXT _dmarc.example.test": {
        answers: [txt("_dmarc.example.test", "v=DMARC1; p=none; sp=reject")],
      },
      "TXT _mta-sts.sub.example.test": {
        answers: [txt("_mta-sts.sub.example.test", "v=STSv1; id=2026")],
      },
    });
    expect(dns?.mail).toEqual({
      domain: "sub.example.test",
      mx: [{ preference: 10, exchange: "mx.example.test" }],
      spf: ["v=spf1 mx -all"],
      dmarc: { at: "example.test", records: ["v=DMARC1; p=none; sp=reject"] },
      mtaSts: ["v=STSv1; id=2026"],
    });
  });

  test("records of another name count nowhere, those of an alias do", async () => {
    const alias = cname("_dmarc.sub.example.test", "dmarc.example.net");
    const dns = await mailOf({
      "MX sub.example.test": { answers: [mx("evil.example", 1, "mx.evil.example")] },
      "TXT sub.example.test": { answers: [txt("evil.example", "v=spf1 -all")] },
      "TXT _dmarc.sub.example.test": {
        answers: [
          txt("_dmarc.example.test", "v=DMARC1; p=reject"),
          alias,
          txt("dmarc.example.net", "v=DMARC1; p=none"),
        ],
      },
      "TXT _mta-sts.sub.example.test": { answers: [txt("_mta-sts.example.test", "v=STSv1; id=1")] },
    });
    expect(dns?.mail).toEqual({
      domain: "sub.example.test",
      mx: [],
      spf: [],
      dmarc: { at: "sub.example.test", records: ["v=DMARC1; p=none"] },
      mtaSts: [],
    });
  });

  test("a domain is the same in capital letters", async () => {
    const spf = { "TXT sub.example.test": { answers: [txt("SUB.example.TEST", "v=spf1 -all")] } };
    expect((await mailOf(spf, "Sub.Example.Test"))?.mail?.spf).toEqual(["v=spf1 -all"]);
  });

  test("absent is kept apart from not read", async () => {
    const dns = await mailOf({
      "TXT sub.example.test": {},
      "TXT _dmarc.sub.example.test": { rcode: 2 },
      "TXT _mta-sts.sub.example.test": "silent",
    });
    expect(dns?.mail).toEqual({
      domain: "sub.example.test",
      mx: [],
      spf: [],
      dmarc: null,
      mtaSts: null,
    });
    expect(dns?.unread.map(({ what }) => what).toSorted()).toEqual(["dmarc", "mta-sts"]);
  });
});

describe("hosting", () => {
  const ranges = mkdtempSync(join(tmpdir(), "probity-ranges-"));
  beforeAll(() => {
    writeFileSync(
      join(ranges, "own-test.ranges.json"),
      JSON.stringify({
        version: 1,
        id: "own-test",
        covers: ["azure"],
        origin: "table",
        fetchedAt: "2026-05-30T00:00:00.000Z",
        sha256: "0".repeat(64),
        label: "of a test",
        from: ["test.json"],
        published: null,
        groups: [
          {
            provider: "azure",
            region: "francecentral",
            edge: null,
            prefixes: ["192.0.2.0/24"],
          },
        ],
      }),
    );
  });
  afterAll(() => rmSync(ranges, { recursive: true, force: true }));
  const environment = { PROBITY_RANGES: ranges };

  test("each address by the tables of this machine", async () => {
    const { hosting, asked } = await scan(
      { [`A ${NAME}`]: { answers: [a(NAME, "192.0.2.1"), a(NAME, "198.51.100.1")] } },
      { environment, wanted: ["hosting"] },
    );
    expect(hosting).toEqual({
      name: NAME,
      addresses: [
        {
          address: "192.0.2.1",
          source: "own-test",
          prefix: "192.0.2.0/24",
          provider: "azure",
          region: "francecentral",
          edge: null,
        },
        {
          address: "198.51.100.1",
          source: null,
          prefix: null,
          provider: null,
          region: null,
          edge: null,
        },
      ],
      sources: [
        {
          id: "own-test",
          covers: ["azure"],
          origin: "table",
          fetchedAt: "2026-05-30T00:00:00.000Z",
          sha256: "0".repeat(64),
          label: "of a test",
        },
      ],
    });
    // No more is asked than is wanted.
    expect(asked.toSorted()).toEqual([`1 ${NAME}`, `28 ${NAME}`]);
  });

  test("without tables the addresses are known and nothing of them", async () => {
    const { hosting } = await scan({ [`A ${NAME}`]: ONE });
    expect(hosting).toMatchObject({
      addresses: [{ address: "192.0.2.1", provider: null }],
      sources: [],
    });
  });

  test("an address that is declared needs no DNS, and has none", async () => {
    const { observations, problems, asked } = await scan(
      {},
      { url: "https://192.0.2.9", environment },
    );
    expect(observations).toMatchObject([
      { facet: "hosting", value: { addresses: [{ address: "192.0.2.9", provider: "azure" }] } },
    ]);
    expect(problems).toMatchObject([{ facets: ["dns"], reason: "unsupported" }]);
    expect(asked).toEqual([]);
  });

  test.each(["localhost", "app.localhost", "gone.invalid"])("%s is not asked for", async (name) => {
    const { observations, problems, asked } = await scan({}, { url: `https://${name}` });
    expect(observations).toEqual([]);
    expect(problems.flatMap(({ facets }) => facets)).toEqual(["dns", "hosting"]);
    expect(asked).toEqual([]);
  });
});
