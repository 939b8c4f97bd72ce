/** How an instance of Cloud SQL is reached; pure. Each throws where the answer cannot be understood. */
import { isInternet } from "#facts/internet-addresses.ts";
import { parseRange } from "#model/address-ranges.ts";
import type { Exposure, Transport } from "#model/facets.ts";
import type { Ingress } from "#model/security-facets.ts";
import { fields, flag, list, moment, text, type Fields } from "#probes/common/json.ts";
import { settingsOf } from "./sql-settings.ts";

/** https://cloud.google.com/sql/docs/mysql/configure-ssl-instance: `sslMode` goes before `requireSsl`, which is older. */
export function toTransport(raw: Fields): Transport {
  const { sslMode, requireSsl } = fields(settingsOf(raw)["ipConfiguration"]);
  const mode = text(sslMode);
  const modes: Readonly<Record<string, boolean>> = {
    ALLOW_UNENCRYPTED_AND_ENCRYPTED: false,
    ENCRYPTED_ONLY: true,
    TRUSTED_CLIENT_CERTIFICATE_REQUIRED: true,
  };
  const old = flag(requireSsl);
  return {
    secureOnly: mode === null ? (old === true ? true : null) : (modes[mode] ?? null),
    minimumTls: null,
    minimumTlsIsDefault: false,
    platformFloor: null,
    detail:
      mode === null
        ? `no sslMode, requireSsl ${old === null ? "not told" : String(old)}`
        : `sslMode ${mode.slice(0, 80)}`,
  };
}

/** Ranges of addresses that are let in now. */
function authorizedRanges(raw: Fields, now: Date): readonly string[] {
  const { ipConfiguration } = settingsOf(raw);
  if (typeof ipConfiguration !== "object" || ipConfiguration === null) {
    throw new TypeError("an instance without ipConfiguration");
  }
  const { authorizedNetworks } = fields(ipConfiguration);
  return list(authorizedNetworks).flatMap(({ value, expirationTime }) => {
    const ends = moment(expirationTime);
    if (ends === null && expirationTime !== undefined) {
      throw new TypeError("an authorized network that ends at no moment");
    }
    if (ends !== null && Date.parse(ends) <= now.getTime()) return [];
    const range = text(value);
    if (range === null) throw new TypeError("an authorized network without range");
    return [range];
  });
}

/** Whether it has an address that the Internet can reach; null: not told. */
function isPublic(raw: Fields): boolean | null {
  const told = flag(fields(settingsOf(raw)["ipConfiguration"])["ipv4Enabled"]);
  if (told !== null) return told;
  return list(raw["ipAddresses"]).some(({ type }) => type === "PRIMARY") ? true : null;
}

export function toExposure(raw: Fields, now: Date): Exposure {
  const open = isPublic(raw);
  const texts = authorizedRanges(raw, now);
  const ranges = texts.map(parseRange);
  if (ranges.includes(null)) throw new TypeError("an authorized network that is no range");
  // Several together may be it.
  const wide = isInternet(ranges.filter((range) => range !== null));
  const alone = texts.filter((one) => {
    const range = parseRange(one);
    return range !== null && isInternet([range]);
  });
  const shown = (alone.length > 0 ? alone : texts).slice(0, 5);
  const said = { anonymousAccess: false };
  if (open === false) {
    return { ...said, openNetwork: false, through: [], closedBy: ["no public address"] };
  }
  if (wide)
    return {
      ...said,
      openNetwork: open,
      through: shown.map((range) => `authorized network ${range}`),
      closedBy: [],
    };
  const closedBy = ["no authorized networks are the whole Internet"];
  return { ...said, openNetwork: false, through: [], closedBy };
}

const PORTS: readonly (readonly [RegExp, number])[] = [
  [/^MYSQL/, 3306],
  [/^POSTGRES/, 5432],
  [/^SQLSERVER/, 1433],
];

/** Authorized networks reach the database's own port; through Google's proxy one gets in by a role alone. */
export function toIngress(raw: Fields, now: Date): Ingress {
  const version = text(raw["databaseVersion"]) ?? "";
  const port = PORTS.find(([form]) => form.test(version))?.[1];
  const ranges = authorizedRanges(raw, now);
  const reachable = isPublic(raw);
  const rule = "authorized networks";
  return {
    allowed:
      ranges.length === 0
        ? []
        : [
            {
              protocol: "tcp",
              ports: port === undefined ? null : [port, port],
              ranges,
              others: [],
              rule,
            },
          ],
    reachable,
    detail:
      reachable === null
        ? "whether it has a public address is not told"
        : reachable
          ? "a public address"
          : "no public address",
    firewall: true,
  };
}
