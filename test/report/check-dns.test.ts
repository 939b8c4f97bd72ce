import { describe, expect, test } from "vitest";
import type { CheckReport } from "#model/check-report.ts";
import type { Dns, HostedAddress, RangeSource } from "#model/dns-facets.ts";
import { renderCheckText } from "#report/check-text.ts";
import { goodCheck } from "../support/sample-check.ts";
import { terminalFaults } from "./terminal.ts";

const HOSTILE = "\u001b[31m\u202eevil\u0007";

const dns = (fields: Partial<Dns> = {}): Dns => ({
  name: "www.nordlys.example",
  resolvers: ["192.0.2.53:53"],
  addresses: [{ address: "192.0.2.1", ttl: 300 }],
  aliases: [],
  caa: {
    at: "nordlys.example",
    records: [{ critical: false, tag: "issue", value: "ca.example; x=1" }],
  },
  dnssec: { status: "secure", zone: null, signed: true, delegated: true, why: "validated" },
  mail: null,
  unread: [],
  ...fields,
});
const source = (fields: Partial<RangeSource> = {}): RangeSource => ({
  id: "azure",
  covers: ["azure"],
  origin: "list",
  fetchedAt: "2026-11-20T00:00:00Z",
  sha256: "0".repeat(64),
  label: null,
  ...fields,
});
const hosted = (fields: Partial<HostedAddress> = {}): HostedAddress => ({
  address: "192.0.2.1",
  source: "azure",
  prefix: "192.0.2.0/24",
  provider: "azure",
  region: "francecentral",
  edge: null,
  ...fields,
});
function shown(fields: Partial<CheckReport>, width = 100, verbose = false): string {
  const check = { ...goodCheck(), ...fields };
  return renderCheckText(check, { width, colour: false, verbose });
}
/** The lines of a fact. */
const fact = (text: string, name: string) =>
  text.split("\n").find((line) => line.trim().startsWith(name)) ?? "";

describe("DNS", () => {
  test.each<[string, Partial<Dns>, readonly string[]]>([
    ["all of it", {}, ["192.0.2.1", "CAA ca.example", "DNSSEC secure"]],
    ["no address", { addresses: [] }, ["no address"]],
    ["addresses that were not read", { addresses: null }, ["addresses not read"]],
    ["no CAA", { caa: { at: null, records: [] } }, ["no CAA"]],
    ["CAA that was not read", { caa: null }, ["CAA not read"]],
    [
      "CAA for nobody",
      { caa: { at: "x", records: [{ critical: false, tag: "issue", value: ";" }] } },
      ["CAA nobody"],
    ],
    [
      "what fails validation",
      { dnssec: { status: "bogus", zone: null, signed: null, delegated: null, why: "" } },
      ["DNSSEC FAILS VALIDATION"],
    ],
    [
      "an alias",
      { aliases: [{ name: "www.nordlys.example", to: "cdn.example", ttl: 1 }] },
      ["alias of cdn.example"],
    ],
  ])("%s", (_, fields, expected) => {
    const line = fact(shown({ dns: dns(fields) }, 160), "DNS");
    for (const words of expected) expect(line).toContain(words);
  });

  test("what was not asked takes no line", () => {
    expect(fact(shown({ dns: null }), "DNS")).toBe("");
  });
});

describe("hosting", () => {
  const of = (addresses: readonly HostedAddress[], sources: readonly RangeSource[]) =>
    fact(shown({ hosting: { name: "x", addresses, sources } }, 160), "Hosting");
  test.each<[string, readonly HostedAddress[], readonly RangeSource[], string]>([
    ["a cloud", [hosted(), hosted()], [source()], "Microsoft Azure francecentral"],
    [
      "an edge",
      [hosted({ provider: "cloudflare", region: null, edge: "Cloudflare" })],
      [source()],
      "Cloudflare: edge only, origin not known",
    ],
    [
      "nobody that is known",
      [hosted({ provider: null, region: null, prefix: null, source: null })],
      [source()],
      "in no known range of a provider",
    ],
    [
      "a table that is old",
      [hosted()],
      [source({ fetchedAt: "2026-01-01T00:00:00Z" })],
      "1 table of ranges older than 30 days",
    ],
    ["a table of one's own", [hosted()], [source({ label: "made up" })], 'by the table "made up"'],
  ])("%s", (_, addresses, sources, expected) => {
    expect(of(addresses, sources)).toContain(expected);
  });

  test("without tables it takes no line", () => {
    expect(of([hosted()], [])).toBe("");
  });
});

test.each([40, 60, 80])("on %i columns nothing runs over, and nothing acts", (width) => {
  const text = shown(
    {
      dns: dns({
        aliases: [{ name: HOSTILE, to: HOSTILE.repeat(40), ttl: 1 }],
        caa: { at: HOSTILE, records: [{ critical: true, tag: HOSTILE, value: HOSTILE.repeat(9) }] },
        dnssec: { status: "unknown", zone: null, signed: null, delegated: null, why: HOSTILE },
        unread: [{ what: "mx", why: HOSTILE }],
      }),
      hosting: {
        name: HOSTILE,
        addresses: [hosted({ provider: HOSTILE, region: HOSTILE, edge: HOSTILE, source: HOSTILE })],
        sources: [source({ id: HOSTILE, label: HOSTILE.repeat(20) })],
      },
    },
    width,
    true,
  );
  expect(terminalFaults(text, width, false)).toEqual([]);
});
