import type { Parameter } from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import {
  atLeast,
  secureByDefault,
  sqlServerOldTls,
  tlsByDefault,
} from "#probes/aws/rds-defaults.ts";
import { toTransport, type UsedParameters } from "#probes/aws/rds-transport.ts";
import { parameter } from "./rds-answers.ts";

const used = (
  engine: string,
  version: string,
  parameters: readonly Parameter[],
  fields: Partial<UsedParameters> = {},
) => toTransport({ engine, version, group: "g", statuses: ["in-sync"], parameters, ...fields });

describe("a parameter that somebody set", () => {
  test.each([
    ["postgres", "rds.force_ssl", "1", true],
    ["postgres", "rds.force_ssl", "0", false],
    ["aurora-postgresql", "rds.force_ssl", "1", true],
    ["mysql", "require_secure_transport", "ON", true],
    ["mysql", "require_secure_transport", "1", true],
    ["mariadb", "require_secure_transport", "OFF", false],
    ["aurora-mysql", "require_secure_transport", "0", false],
    ["sqlserver-se", "rds.force_ssl", "1", true],
    ["mysql", "require_secure_transport", "perhaps", null],
    ["docdb", "tls", "enabled", true],
    ["docdb", "tls", "disabled", false],
    ["docdb", "tls", "fips-140-3", true],
    ["docdb", "tls", "later", null],
    // The parameter of another engine says nothing.
    ["oracle-ee", "rds.force_ssl", "1", null],
    ["custom-sqlserver-ee", "rds.force_ssl", "1", null],
  ] as const)("%s: %s is %s", (engine, name, value, secureOnly) => {
    expect(used(engine, "99", [parameter(name, value)]).secureOnly).toBe(secureOnly);
  });

  test.each([
    ["postgres", "ssl_min_protocol_version", "TLSv1.2", "TLSv1.2", undefined],
    ["postgres", "ssl_min_protocol_version", "TLSv1", "TLSv1.0", undefined],
    ["mysql", "tls_version", "TLSv1.3,TLSv1.2", "TLSv1.2", ["TLSv1.2", "TLSv1.3"]],
    [
      "mysql",
      "tls_version",
      "TLSv1, TLSv1.1,TLSv1.2",
      "TLSv1.0",
      ["TLSv1.0", "TLSv1.1", "TLSv1.2"],
    ],
    ["mysql", "tls_version", "TLSv1.2,TLSv9", null, undefined],
    ["docdb", "tls", "tls1.3+", "TLSv1.3", undefined],
    ["docdb", "tls", "enabled", "TLSv1.0", undefined],
    ["docdb", "tls", "fips-140-3", null, undefined],
  ] as const)("%s: %s is %s, so %s at least", (engine, name, value, minimumTls, versions) => {
    const told = used(engine, "5", [parameter(name, value)]);
    expect(told.minimumTls).toBe(minimumTls);
    expect(told.versions).toEqual(versions);
    expect(told.minimumTlsIsDefault).toBe(false);
  });

  test("a value that the provider set is its default", () => {
    const told = used("postgres", "16", [
      parameter("ssl_min_protocol_version", "TLSv1.2", "system"),
    ]);
    expect(told).toMatchObject({ minimumTls: "TLSv1.2", minimumTlsIsDefault: true });
  });
});

describe("a parameter that nobody set", () => {
  test.each([
    ["postgres", "15.4", true],
    ["postgres", "14.12", false],
    ["aurora-postgresql", "17.4", true],
    ["aurora-postgresql", "16.4", false],
    ["mysql", "8.0.36", false],
    ["mysql", "8.4.1", null],
    ["mariadb", "10.11.8", false],
    ["mariadb", "11.8.2", null],
    ["aurora-mysql", "8.0.mysql_aurora.3.05.2", false],
    ["sqlserver-ex", "16.00.4120.1", false],
    ["postgres", "", null],
    ["aurora", "5.6", null],
  ] as const)("%s %s", (engine, version, secureOnly) => {
    expect(used(engine, version, []).secureOnly).toBe(secureOnly);
    expect(secureByDefault({ engine, version })?.value ?? null).toBe(secureOnly);
  });

  test("an empty value is none", () => {
    expect(used("postgres", "16.1", [parameter("rds.force_ssl", "")]).secureOnly).toBe(true);
  });

  test("the default is told with its source", () => {
    expect(used("postgres", "14.1", []).detail).toContain(
      "rds.force_ssl is not set, by default off before 15 (https://docs.aws.amazon.com/",
    );
    expect(used("mysql", "8.4.1", []).detail).toContain("no default of this version is known");
  });

  test.each([
    ["postgres", "16.1", "TLSv1.2"],
    ["postgres", "12.9", null],
    ["mysql", "8.0.28", "TLSv1.2"],
    ["mysql", "8.0.27", null],
    ["mariadb", "10.11.8", null],
  ] as const)("TLS of %s %s", (engine, version, minimumTls) => {
    expect(used(engine, version, [])).toMatchObject({
      minimumTls,
      minimumTlsIsDefault: minimumTls !== null,
    });
    expect(tlsByDefault({ engine, version })?.value[0] ?? null).toBe(minimumTls);
  });
});

describe("SQL Server has a switch for each old version", () => {
  const versions = (ten: string, eleven: string, version = "15.00.4365.2") =>
    used("sqlserver-se", version, [parameter("rds.tls10", ten), parameter("rds.tls11", eleven)]);
  test.each([
    ["disabled", "disabled", "TLSv1.2", false],
    ["disabled", "enabled", "TLSv1.1", false],
    ["enabled", "disabled", "TLSv1.0", false],
    ["default", "default", "TLSv1.0", true],
    ["disabled", "odd", null, false],
  ] as const)("%s, %s", (ten, eleven, minimumTls, minimumTlsIsDefault) => {
    expect(versions(ten, eleven)).toMatchObject({ minimumTls, minimumTlsIsDefault });
  });

  test("the default went off with a minor version of each major one", () => {
    expect(versions("default", "default", "15.00.4375.4").minimumTls).toBe("TLSv1.2");
    expect(sqlServerOldTls("16.00.4120.1")).toBe(true);
    expect(sqlServerOldTls("16.00.4125.3")).toBe(false);
    expect(sqlServerOldTls("17.00.1000.1")).toBeNull();
    expect(versions("default", "default", "17.00.1000.1").minimumTls).toBeNull();
  });
});

test.each(["pending-reboot", "applying", "of no status"])(
  "a group that is %s says nothing of what is in force",
  (status) => {
    const parameters = [parameter("rds.force_ssl", "1")];
    const told = used("postgres", "16", parameters, { statuses: ["in-sync", status] });
    expect(told).toMatchObject({ secureOnly: null, minimumTls: null });
    expect(told.detail).toContain(status);
  },
);

test("versions are compared by number", () => {
  expect(atLeast("10.11", "10.2")).toBe(true);
  expect(atLeast("8.0.mysql_aurora.3.05.2", "8.4")).toBe(false);
  expect(atLeast("8", "8.0")).toBe(true);
  expect(atLeast("", "1")).toBe(false);
});
