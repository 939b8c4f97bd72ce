/** One row of the credential report, by the names of its columns. */
export type ReportRow = Readonly<Record<string, string>>;

/** The columns that are read; AWS adds others in time. */
const NEEDED = [
  "user",
  "arn",
  "password_enabled",
  "mfa_active",
  "access_key_1_active",
  "access_key_2_active",
];

/**
 * Reads the report. Names of users may hold commas, and nothing says that AWS puts quotes around them: a row with more
 * fields than columns is put together again where its ARN agrees with its name.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
 * @throws TypeError when a column or a field is missing, or there is no user: a shifted row would be read as another user's
 */
export function parseReport(text: string): readonly ReportRow[] {
  const [header, ...rows] = parseCsv(text.replace(/^\uFEFF/, ""));
  if (header === undefined) throw new TypeError("a credential report without header");
  const missing = NEEDED.filter((column) => !header.includes(column));
  if (missing.length > 0) {
    throw new TypeError(`a credential report without ${missing.join(", ")}`);
  }
  const users = rows.map((row): ReportRow => {
    const fields = row.length === header.length ? row : mended(row, header.length);
    return Object.fromEntries(header.map((column, at) => [column, fields[at] ?? ""]));
  });
  // The root user is in every report.
  if (users.length === 0) throw new TypeError("a credential report without users");
  return users;
}

function mended(row: readonly string[], width: number): readonly string[] {
  const commas = (row.length - width) / 2;
  const user = row.slice(0, commas + 1).join(",");
  const arn = row.slice(commas + 1, 2 * commas + 2).join(",");
  if (!Number.isInteger(commas) || commas < 1 || !arn.endsWith(`/${user}`)) {
    throw new TypeError(
      "a row of the credential report has another number of fields than its header",
    );
  }
  return [user, arn, ...row.slice(2 * commas + 2)];
}

/** Comma-separated values with quotes as in RFC 4180; empty lines are left out. */
function parseCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = "";
  let quoted = false;
  const endRow = () => {
    row.push(field);
    field = "";
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
  };
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charAt(at);
    if (quoted) {
      if (sign !== '"') field += sign;
      else if (text.charAt(at + 1) === '"') {
        field += '"';
        at += 1;
      } else quoted = false;
    } else if (sign === '"' && field === "") quoted = true;
    else if (sign === ",") {
      row.push(field);
      field = "";
    } else if (sign === "\n") endRow();
    else if (sign !== "\r") field += sign;
  }
  endRow();
  return rows;
}
