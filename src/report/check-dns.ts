import { hostTitle, RANGES_LAST_DAYS } from "#facts/hosting.ts";
import type { CheckReport } from "#model/check-report.ts";
import type { Dns, HostedAddress, Hosting } from "#model/dns-facets.ts";
import { addFact, addUnder, factRoom, some, type View } from "./check-lines.ts";
import { cutItems } from "./items.ts";
import { cut } from "./width.ts";
import type { Span } from "./width.ts";
import { count, daysBetween } from "./words.ts";

const ADDRESSES_SHOWN = 4;

const DNSSEC: Readonly<Record<Dns["dnssec"]["status"], Span>> = {
  secure: { text: "DNSSEC secure" },
  insecure: { text: "no DNSSEC" },
  bogus: { text: "DNSSEC FAILS VALIDATION", tone: "bad" },
  unknown: { text: "DNSSEC not known" },
};

/** Adds what DNS says: addresses, aliases, who may certify the name, DNSSEC. */
export function addDns({ page, verbose, tight }: View, { dns }: CheckReport): void {
  if (dns === null) return;
  const { addresses, aliases, caa, dnssec } = dns;
  const last = aliases.at(-1);
  const alias = last === undefined ? [] : [`alias of ${cut(last.to, 60)}`];
  const words = [
    addresses === null
      ? "addresses not read"
      : some(
          addresses.map(({ address }) => address),
          tight ? 1 : ADDRESSES_SHOWN,
        ) || "no address",
    ...alias,
    caaWords(caa),
  ].join(" · ");
  const room = factRoom(page) - DNSSEC[dnssec.status].text.length - 3;
  addFact(page, "DNS", [tight ? cutItems(words, room) : words, " · ", DNSSEC[dnssec.status]]);
  if (!verbose) return;
  for (const { name, to, ttl } of aliases) {
    addUnder(page, `${cut(name, 100)} is an alias of ${cut(to, 100)} for ${count(ttl, "second")}`);
  }
  for (const { address, ttl } of addresses ?? []) {
    addUnder(page, `${cut(address, 60)} for ${count(ttl, "second")}`);
  }
  for (const { tag, value, critical } of caa?.records ?? []) {
    const must = critical ? " (critical)" : "";
    addUnder(page, `CAA of ${cut(caa?.at ?? "", 80)}: ${cut(tag, 30)} ${cut(value, 200)}${must}`);
  }
  addUnder(page, `DNSSEC: ${cut(dnssec.why, 300)}`);
  for (const { what, why } of dns.unread) addUnder(page, `${what} not read: ${cut(why, 300)}`);
}

function caaWords(caa: Dns["caa"]): string {
  if (caa === null) return "CAA not read";
  const issuers = caa.records.flatMap(({ tag, value }) =>
    tag === "issue" ? [cut((value.split(";")[0] ?? "").trim(), 40)] : [],
  );
  if (issuers.length === 0) return "no CAA";
  return `CAA ${some(
    issuers.map((one) => one || "nobody"),
    3,
  )}`;
}

/** Adds who hosts the addresses; nothing where no tables of ranges are on this machine. */
export function addHosting({ page, verbose, tight }: View, check: CheckReport): void {
  const { hosting, checkedAt } = check;
  if (hosting === null || hosting.sources.length === 0) return;
  const names = [...new Set(hosting.addresses.map(hostWords))];
  const text = [some(names, 3), ...ageWords(hosting, checkedAt)].join(" · ");
  addFact(page, "Hosting", tight ? cutItems(text, factRoom(page)) : text);
  if (!verbose) return;
  for (const { address, prefix, source, ...rest } of hosting.addresses) {
    const by =
      prefix === null ? "" : ` (${cut(prefix, 50)}, by the table ${cut(source ?? "", 60)})`;
    addUnder(page, `${cut(address, 60)}: ${hostWords({ address, prefix, source, ...rest })}${by}`);
  }
}

function hostWords({ provider, region, edge }: HostedAddress): string {
  if (provider === null) return "in no known range of a provider";
  const title = cut(hostTitle(provider), 60);
  if (edge !== null)
    return `${edge === title ? title : `${title}, ${cut(edge, 60)}`}: edge only, origin not known`;
  return region === null ? title : `${title} ${cut(region, 60)}`;
}

function ageWords({ addresses, sources }: Hosting, checkedAt: string): readonly string[] {
  const used = new Set(addresses.map(({ source }) => source));
  const own = sources.flatMap(({ id, label }) =>
    label !== null && used.has(id) ? [`by the table "${cut(label, 60)}"`] : [],
  );
  const old = sources.filter(
    ({ fetchedAt }) => (daysBetween(fetchedAt, checkedAt) ?? Infinity) > RANGES_LAST_DAYS,
  );
  if (old.length === 0) return own;
  return [...own, `${count(old.length, "table")} of ranges older than ${RANGES_LAST_DAYS} days`];
}
