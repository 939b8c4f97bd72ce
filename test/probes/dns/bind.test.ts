/** A real tree of zones: an authoritative BIND, and one that validates by the tree's own root. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Dns } from "#model/dns-facets.ts";
import { targetSchema } from "#model/estate.ts";
import probe from "#probes/dns/endpoint.ts";
import { type Bind, startBind } from "../../support/bind.ts";
import { facetOf, testScan } from "../../support/probe-context.ts";
import { has } from "../../support/requirements.ts";

const LONG = "x".repeat(200);
/** More than fits into a packet, so that TCP is asked; BIND loads no more than 100 of a name. */
const MANY = Array.from({ length: 90 }, (_, index) => `many A 192.0.2.${index}`);

describe.skipIf(!has("bind"))("BIND", () => {
  let bind: Bind;
  beforeAll(async () => {
    bind = await startBind([
      {
        name: "signed",
        state: "signed",
        records: [
          "www A 192.0.2.1",
          "www AAAA 2001:db8::1",
          "alias CNAME www",
          "away CNAME www.unsigned.test.",
          "dangling CNAME nothing.signed.test.",
          "circle CNAME circle2",
          "circle2 CNAME circle",
          "text TXT only",
          '@ CAA 0 issue "ca.example; account=1"',
          '@ CAA 128 issuewild ";"',
          "@ MX 10 mx",
          "mx A 192.0.2.5",
          `@ TXT "v=spf1 mx" " -all"`,
          '_dmarc TXT "v=DMARC1; p=reject"',
          '_mta-sts TXT "v=STSv1; id=20260101T000000Z"',
          ...Array.from({ length: 20 }, (_, index) => `@ TXT "${LONG}${index}"`),
          ...MANY,
        ],
      },
      { name: "unsigned", state: "unsigned", records: ["www A 192.0.2.2"] },
      { name: "island", state: "island", records: ["www A 192.0.2.3"] },
      { name: "expired", state: "expired", records: ["www A 192.0.2.4"] },
    ]);
  }, 60_000);
  afterAll(() => bind?.stop());

  const look = async (name: string, resolver: string, mail?: string) => {
    const target = targetSchema.parse({
      id: "www",
      provider: "endpoint",
      url: `https://${name}`,
      dns: { resolvers: [resolver], ...(mail === undefined ? {} : { mail }) },
    });
    const { gather } = testScan(target);
    const gathered = await gather(probe);
    return {
      dns: facetOf(gathered, `${name}:443`, "dns"),
      hosting: facetOf(gathered, `${name}:443`, "hosting"),
      problems: gathered.problems.map(({ message }) => message),
    };
  };
  const validated = (name: string, mail?: string) => look(name, bind.resolver, mail);

  test("a signed name: addresses, CAA from above, mail", async () => {
    const { dns, hosting, problems } = await validated("www.signed.test", "signed.test");
    expect(problems).toEqual([]);
    expect(dns).toMatchObject({
      addresses: [{ address: "192.0.2.1" }, { address: "2001:db8::1" }],
      aliases: [],
      caa: { at: "signed.test" },
      dnssec: { status: "secure" },
      mail: {
        mx: [{ preference: 10, exchange: "mx.signed.test" }],
        spf: ["v=spf1 mx -all"],
        dmarc: { at: "signed.test", records: ["v=DMARC1; p=reject"] },
        mtaSts: ["v=STSv1; id=20260101T000000Z"],
      },
      unread: [],
    });
    expect(dns?.caa?.records.toSorted((one, other) => (one.tag < other.tag ? -1 : 1))).toEqual([
      { critical: false, tag: "issue", value: "ca.example; account=1" },
      { critical: true, tag: "issuewild", value: ";" },
    ]);
    expect(hosting?.addresses).toHaveLength(2);
  });

  test.each<[string, Partial<Dns["dnssec"]>]>([
    ["alias.signed.test", { status: "secure" }],
    ["many.signed.test", { status: "secure" }],
    ["away.signed.test", { status: "insecure", zone: "signed.test", signed: true }],
    ["www.unsigned.test", { status: "insecure", signed: false, delegated: false }],
    ["www.island.test", { status: "insecure", signed: true, delegated: false }],
    ["www.expired.test", { status: "bogus" }],
  ])("DNSSEC of %s", async (name, expected) => {
    const { dns } = await validated(name);
    expect(dns?.dnssec).toMatchObject(expected);
  });

  test.each<[string, Partial<Dns["dnssec"]>]>([
    ["www.signed.test", { status: "unknown", signed: true, delegated: true }],
    ["www.expired.test", { status: "unknown" }],
    ["www.unsigned.test", { status: "insecure" }],
    ["www.island.test", { status: "insecure", signed: true, delegated: false }],
  ])("DNSSEC of %s by who does not validate", async (name, expected) => {
    const { dns } = await look(name, bind.authoritative);
    expect(dns?.dnssec).toMatchObject(expected);
  });

  test("all addresses of a name whose answer fits no packet", async () => {
    const { dns } = await validated("many.signed.test");
    expect(dns?.addresses).toHaveLength(90);
  });

  test.each([
    ["nothing.signed.test", "the name does not exist"],
    ["dangling.signed.test", "leads to a name that does not exist"],
    ["circle.signed.test", /SERVFAIL|circle/],
    ["text.signed.test", "the name has no address"],
    ["www.expired.test", "fails DNSSEC validation"],
  ])("%s has no hosting", async (name, says) => {
    const { hosting, problems } = await validated(name);
    expect(hosting).toBeUndefined();
    expect(problems.at(-1)).toMatch(says);
  });
});
