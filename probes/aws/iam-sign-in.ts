import type { SignIn } from "#model/security-facets.ts";
import type { ReportRow } from "./credential-report.ts";

/** A user of IAM as the report shows it. @throws TypeError where a field that decides has no known value */
export function toSignIn(row: ReportRow): SignIn {
  return {
    root: false,
    password: flag(row, "password_enabled"),
    mfa: flag(row, "mfa_active"),
    activeKeys: keysOf(row),
    caveat: null,
  };
}

/**
 * The root user. Its password is told by the account's summary alone. Where an organisation has taken its credentials
 * away it has none, and no second factor either:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html
 * @param summary null: it was not read
 * @throws TypeError where a field that decides has no known value
 */
export function toRootSignIn(
  row: ReportRow,
  summary: Readonly<Record<string, number | undefined>> | null,
): SignIn {
  const said = summary?.["AccountPasswordPresent"];
  const password = said === undefined ? null : said > 0;
  const factor = summary?.["AccountMFAEnabled"];
  return {
    root: true,
    password,
    mfa: factor === undefined ? flag(row, "mfa_active") : factor > 0,
    activeKeys: keysOf(row),
    caveat: `${password === null ? "whether the root user still has a password is not told; an organisation may have taken its credentials away; " : ""}users of IAM Identity Center sign in elsewhere and are not listed`,
  };
}

/** `no_information`, `not_supported` and `N/A` stand for what AWS does not tell. */
function flag(row: ReportRow, column: string): boolean | null {
  const value = (row[column] ?? "").toLowerCase();
  if (value === "true" || value === "false") return value === "true";
  if (["no_information", "not_supported", "n/a"].includes(value)) return null;
  throw new TypeError(`${column} of the credential report is neither true nor false`);
}

function keysOf(row: ReportRow): number | null {
  const keys = [flag(row, "access_key_1_active"), flag(row, "access_key_2_active")];
  return keys.includes(null) ? null : keys.filter((active) => active === true).length;
}
