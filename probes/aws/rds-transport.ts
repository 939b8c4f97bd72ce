import type { Parameter } from "@aws-sdk/client-rds";
import type { Transport } from "#model/facets.ts";
import { plain } from "#model/text.ts";
import { TLS_VERSIONS, type TlsVersion } from "#model/tls.ts";
import { secureByDefault, sqlServerOldTls, tlsByDefault, type Default } from "./rds-defaults.ts";

/** A parameter group as one database uses it. */
export interface UsedParameters {
  readonly engine: string;
  /** Such as `16.3`. */
  readonly version: string;
  readonly group: string;
  /** What the database says of having taken the group over: `in-sync`, `pending-reboot`, … */
  readonly statuses: readonly string[];
  readonly parameters: readonly Parameter[];
}

/** What one parameter comes to. */
interface Told<Value> {
  /** null: cannot be told. */
  readonly value: Value | null;
  readonly isDefault: boolean;
  readonly words: string;
}

const NOTHING = { minimumTls: null, minimumTlsIsDefault: false, platformFloor: null };

/**
 * What a database's parameters say of encryption in transit. Parameters that are set but not taken over say nothing of
 * what is in force: a new value waits for a reboot, and the old one is not shown.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.html
 */
export function toTransport(used: UsedParameters): Transport {
  const { engine, group, statuses } = used;
  const waiting = statuses.find((status) => status !== "in-sync");
  if (waiting !== undefined) {
    const detail = `parameter group ${plain(group, 80)} is ${plain(waiting, 40)}: what is in force is not shown`;
    return { ...NOTHING, secureOnly: null, detail };
  }
  const family = familyOf(engine);
  if (family === null) {
    const detail = `no parameter of ${plain(engine, 40)} that is read says whether clear text is refused`;
    return { ...NOTHING, secureOnly: null, detail };
  }
  if (family === "docdb") return docdb(used);
  const secure = flag(used, family === "mysql" ? "require_secure_transport" : "rds.force_ssl");
  const lowest =
    family === "postgres"
      ? oneVersion(used, "ssl_min_protocol_version")
      : family === "mysql"
        ? listedVersions(used, "tls_version")
        : sqlServerVersions(used);
  return {
    secureOnly: secure.value,
    minimumTls: lowest.value?.[0] ?? null,
    ...(family === "mysql" && lowest.value !== null && !lowest.isDefault
      ? { versions: lowest.value }
      : {}),
    minimumTlsIsDefault: lowest.value !== null && lowest.isDefault,
    platformFloor: null,
    detail: `${secure.words}; ${lowest.words}; parameter group ${plain(group, 80)}`,
  };
}

function familyOf(engine: string): "postgres" | "mysql" | "sqlserver" | "docdb" | null {
  if (engine === "postgres" || engine === "aurora-postgresql") return "postgres";
  if (/^(?:mysql|mariadb|aurora|aurora-mysql)$/.test(engine)) return "mysql";
  if (engine.startsWith("sqlserver-")) return "sqlserver";
  return engine === "docdb" ? "docdb" : null;
}

function find({ parameters }: UsedParameters, name: string): Parameter | undefined {
  const found = parameters.find(({ ParameterName }) => ParameterName === name);
  const { ParameterValue } = found ?? {};
  return ParameterValue === undefined || ParameterValue === "" ? undefined : found;
}

function said(name: string, { ParameterValue, Source }: Parameter): string {
  return `${name} is ${plain(ParameterValue ?? "", 80)} (${plain(Source ?? "no source", 40)})`;
}

function byDefault<Value>(name: string, found: Default<Value> | null): Told<Value> {
  if (found === null) {
    const words = `${name} is not set, and no default of this version is known`;
    return { value: null, isDefault: false, words };
  }
  const words = `${name} is not set, by default ${found.words} (${found.reference})`;
  return { value: found.value, isDefault: true, words };
}

function flag(used: UsedParameters, name: string): Told<boolean> {
  const found = find(used, name);
  if (found === undefined) return byDefault(name, secureByDefault(used));
  const text = found.ParameterValue?.toLowerCase() ?? "";
  const value = /^(?:1|on|true)$/.test(text) ? true : /^(?:0|off|false)$/.test(text) ? false : null;
  return { value, isDefault: found.Source !== "user", words: said(name, found) };
}

const NAMES: Readonly<Record<string, TlsVersion>> = {
  tlsv1: "TLSv1.0",
  "tlsv1.0": "TLSv1.0",
  "tlsv1.1": "TLSv1.1",
  "tlsv1.2": "TLSv1.2",
  "tlsv1.3": "TLSv1.3",
};

function oneVersion(used: UsedParameters, name: string): Told<readonly TlsVersion[]> {
  const found = find(used, name);
  if (found === undefined) return byDefault(name, tlsByDefault(used));
  const version = NAMES[found.ParameterValue?.toLowerCase() ?? ""];
  return {
    value: version === undefined ? null : [version],
    isDefault: found.Source !== "user",
    words: said(name, found),
  };
}

/** A list of versions, oldest first; one name that is none leaves all of it open. */
function listedVersions(used: UsedParameters, name: string): Told<readonly TlsVersion[]> {
  const found = find(used, name);
  if (found === undefined) return byDefault(name, tlsByDefault(used));
  const names = (found.ParameterValue ?? "").toLowerCase().split(",");
  const versions = new Set(names.map((one) => NAMES[one.trim()]));
  return {
    value: versions.has(undefined) ? null : TLS_VERSIONS.filter((version) => versions.has(version)),
    isDefault: found.Source !== "user",
    words: said(name, found),
  };
}

/** SQL Server has a switch for each old version; TLS 1.2 cannot be turned off. */
function sqlServerVersions(used: UsedParameters): Told<readonly TlsVersion[]> {
  const old = sqlServerOldTls(used.version);
  const states = (["rds.tls10", "rds.tls11"] as const).map((name) => {
    const found = find(used, name);
    const text = found?.ParameterValue?.toLowerCase() ?? "default";
    const set = text === "enabled" ? true : text === "disabled" ? false : null;
    return {
      on: text === "default" ? old : set,
      isDefault: text === "default" || found?.Source !== "user",
      words: `${name} is ${plain(text, 40)}`,
    };
  });
  const [ten, eleven] = states;
  const value: readonly TlsVersion[] | null =
    ten?.on === true
      ? ["TLSv1.0"]
      : ten?.on === false && eleven?.on === true
        ? ["TLSv1.1"]
        : ten?.on === false && eleven?.on === false
          ? ["TLSv1.2"]
          : null;
  return {
    value,
    isDefault: states.every(({ isDefault }) => isDefault),
    words: states.map(({ words }) => words).join(", "),
  };
}

/**
 * DocumentDB: one parameter for both questions.
 * https://docs.aws.amazon.com/documentdb/latest/developerguide/security.encryption.ssl.html
 */
function docdb(used: UsedParameters): Transport {
  const found = find(used, "tls");
  if (found === undefined) {
    return { ...NOTHING, secureOnly: null, detail: "the parameter tls is not told" };
  }
  const text = found.ParameterValue?.toLowerCase() ?? "";
  const lowest: Readonly<Record<string, TlsVersion>> = {
    enabled: "TLSv1.0",
    "tls1.2+": "TLSv1.2",
    "tls1.3+": "TLSv1.3",
  };
  const minimumTls = lowest[text] ?? null;
  const on = minimumTls !== null || text === "fips-140-3";
  return {
    secureOnly: on ? true : text === "disabled" ? false : null,
    minimumTls,
    minimumTlsIsDefault: minimumTls !== null && found.Source !== "user",
    platformFloor: null,
    detail: `${said("tls", found)}; parameter group ${plain(used.group, 80)}`,
  };
}
