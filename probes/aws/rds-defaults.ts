import type { TlsVersion } from "#model/tls.ts";

/** What the provider documents for a parameter that nobody has set. */
export interface Default<Value> {
  readonly value: Value;
  readonly words: string;
  readonly reference: string;
}

interface Version {
  readonly engine: string;
  readonly version: string;
}

const GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide";
const AURORA_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide";

/** Where clear text is refused from which version on; below `until` it is known to be let in. */
const SECURE: Readonly<
  Record<string, { readonly from: string | null; readonly until: string; readonly page: string }>
> = {
  postgres: { from: "15", until: "15", page: `${GUIDE}/PostgreSQL.Concepts.General.SSL.html` },
  "aurora-postgresql": {
    from: "17",
    until: "17",
    page: `${AURORA_GUIDE}/AuroraPostgreSQL.Security.html`,
  },
  // Later versions are not documented alike, so their value has to be told.
  mysql: { from: null, until: "8.4", page: `${GUIDE}/mysql-ssl-connections.require-ssl.html` },
  mariadb: { from: null, until: "11.8", page: `${GUIDE}/mariadb-ssl-connections.require-ssl.html` },
  "aurora-mysql": { from: null, until: "8.4", page: `${AURORA_GUIDE}/AuroraMySQL.Security.html` },
};

/** Whether clear text is refused where nobody has set it; null where that is not known. */
export function secureByDefault({ engine, version }: Version): Default<boolean> | null {
  if (engine.startsWith("sqlserver-")) {
    const reference = `${GUIDE}/SQLServer.Concepts.General.SSL.Using.html`;
    return { value: false, words: "off", reference };
  }
  const known = SECURE[engine];
  if (known === undefined || !/^\d/.test(version)) return null;
  const { from, until, page } = known;
  if (from !== null && atLeast(version, from)) {
    return { value: true, words: `on from ${from} on`, reference: page };
  }
  return atLeast(version, until)
    ? null
    : { value: false, words: `off before ${until}`, reference: page };
}

/** The lowest version of TLS where nobody has set one; null where that is not known. */
export function tlsByDefault({ engine, version }: Version): Default<readonly [TlsVersion]> | null {
  if (/^(?:aurora-)?postgres/.test(engine) && atLeast(version, "13")) {
    return {
      value: ["TLSv1.2"],
      words: "TLSv1.2",
      reference: "https://www.postgresql.org/docs/13/runtime-config-connection.html",
    };
  }
  if (engine === "mysql" && atLeast(version, "8.0.28")) {
    return {
      value: ["TLSv1.2"],
      words: "TLSv1.2 and later",
      reference: "https://dev.mysql.com/doc/relnotes/mysql/8.0/en/news-8-0-28.html",
    };
  }
  return null;
}

/** By major version, the last on which the old versions of TLS are on by default. */
const SQL_SERVER_LAST: Readonly<Record<string, string>> = {
  "12": "12.00.6449.1",
  "13": "13.00.6435.1",
  "14": "14.00.3465.1",
  "15": "15.00.4365.2",
  "16": "16.00.4120.1",
};

/**
 * Whether SQL Server accepts TLS 1.0 and 1.1 where nobody has set it; null where that is not known.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/SQLServer.Ciphers.html
 */
export function sqlServerOldTls(version: string): boolean | null {
  const last = SQL_SERVER_LAST[version.split(".")[0] ?? ""];
  if (last === undefined) return null;
  return atLeast(last, version);
}

/** Whether a dotted version is another or a later one; letters after a number do not count. */
export function atLeast(version: string, least: string): boolean {
  const parts = (text: string) => text.split(".").map((part) => Number.parseInt(part, 10) || 0);
  const own = parts(version);
  for (const [at, wanted] of parts(least).entries()) {
    const part = own[at] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}
