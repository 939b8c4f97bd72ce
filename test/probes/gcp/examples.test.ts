/** Answers that Google gave or documents, against facts that a person read off each file. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fields, list, type Fields } from "#probes/common/json.ts";
import { toExposure } from "#probes/gcp/bucket-access.ts";
import * as bucket from "#probes/gcp/bucket-facets.ts";
import { toRetention } from "#probes/gcp/bucket-lifecycle.ts";
import { toRule } from "#probes/gcp/disk-facets.ts";
import { errorOf } from "#probes/gcp/errors.ts";
import { allowedBy } from "#probes/gcp/firewall-openings.ts";
import { vpcRules } from "#probes/gcp/firewall-rules.ts";
import { toKeyRotation } from "#probes/gcp/kms.ts";
import { computeSubject } from "#probes/gcp/names.ts";
import { toBackups, toRecoveryPoints } from "#probes/gcp/sql-backups.ts";
import { toLocation, toRedundancy } from "#probes/gcp/sql-facets.ts";
import { toExposure as sqlExposure, toIngress, toTransport } from "#probes/gcp/sql-network.ts";
import { byId, hostNamesOf, toTransport as tlsOf } from "#probes/gcp/tls-facets.ts";
import { has, sharedFolder } from "../../support/requirements.ts";

const folder = join(sharedFolder, "payloads/gcp");
const NOW = new Date("2026-06-01T00:00:00Z");
const read = new Set<string>();

function example(name: string): Fields {
  read.add(name);
  return fields(JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")));
}

/** Entries of a field in every scope of an aggregated listing. */
function scoped(name: string, field: string): readonly Fields[] {
  const { items } = example(name);
  return Object.values(fields(items)).flatMap((scope) => list(fields(scope)[field]));
}

/** Files that no probe asks for, and why. */
const NOT_ASKED: Readonly<Record<string, string>> = {
  "external-vpn-gateway": "the other side of a tunnel, which the tunnel names",
  "ha-vpn-gateway": "a gateway does nothing without its tunnels, which tell whether they are up",
  "target-vpn-gateway":
    "a gateway does nothing without its tunnels, which tell whether they are up",
};

describe.runIf(has("shared"))("Google's answers", () => {
  test.each(["bucket-minimal", "bucket-softdelete"])(
    "%s: a multi-region, objects for a week",
    (name) => {
      const raw = example(name);
      expect(bucket.toLocation(raw).regions).toEqual(["us"]);
      expect(bucket.toVersioning(raw)).toEqual({ enabled: true });
      expect(toRetention(raw)).toMatchObject({ after: "P7D", whole: null });
      expect(bucket.toEncryption(raw).keyManagement).toBe("provider");
      expect(bucket.toImmutability(raw)).toMatchObject({
        mode: "none",
        detail: "no retention policy; deleted objects come back for 7 days",
      });
      expect(bucket.toRedundancy(raw)).toMatchObject({ geoRedundant: true });
      // Nothing prevents single objects from having lists of their own.
      expect(toExposure(raw, { bindings: [] }, 0).anonymousAccess).toBeNull();
    },
  );

  test("bucket-full-testbench: everything is set", () => {
    const raw = example("bucket-full-testbench");
    expect(bucket.toLocation(raw).regions).toEqual(["us-central1"]);
    expect(bucket.toImmutability(raw)).toMatchObject({ mode: "compliance", minimumDays: 0 });
    expect(bucket.toEncryption(raw).keyManagement).toBe("customer");
    expect(bucket.toRedundancy(raw)).toMatchObject({ zoneRedundant: true, geoRedundant: false });
    // Its one rule has so many conditions that it says nothing of all objects.
    expect(toRetention(raw)).toMatchObject({ after: null, whole: null });
    // Lists let everybody in, and prevention closes them.
    expect(toExposure(raw, { bindings: [] }, 0).anonymousAccess).toBe(false);
  });

  test.each([
    ["bucket-not-found-404", "notFound"],
    ["sql-instance-not-found", "instanceDoesNotExist"],
  ])("%s", (name, code) => {
    expect(errorOf(example(name))).toMatchObject({ code, throttled: false });
  });

  test("objects-list-last: the last page, with what each object tells", () => {
    const raw = example("objects-list-last");
    expect(raw["nextPageToken"]).toBeUndefined();
    expect(list(raw["items"]).map(({ size, timeCreated }) => [size, timeCreated])).toEqual([
      ["56535", "2022-08-15T11:33:34.866Z"],
      ["45506", "2022-08-15T11:33:34.886Z"],
    ]);
  });

  test.each([
    [
      "sql-instance-postgres",
      true,
      { regions: ["us-central1"], zones: ["us-central1-a"], possible: ["us"] },
      [86_400, 0],
      true,
      ["no public address"],
    ],
    [
      "sql-instance-pitr",
      false,
      { regions: ["us-central1"], zones: ["us-central1-a"] },
      [],
      false,
      ["no authorized networks are the whole Internet"],
    ],
    [
      "sql-instance-binlog",
      false,
      { regions: ["us-central1"], zones: ["us-central1-a"] },
      [],
      false,
      ["no authorized networks are the whole Internet"],
    ],
    [
      "sql-instance-private-network",
      false,
      { regions: ["us-central1"], zones: ["us-central1-a"] },
      [],
      false,
      ["no public address"],
    ],
  ])("%s", (name, secureOnly, location, intervals, redundant, closedBy) => {
    const raw = example(name);
    expect(toTransport(raw).secureOnly).toBe(secureOnly);
    expect(toLocation(raw, [])).toEqual(location);
    const { rules } = toBackups(raw, null);
    expect(rules.map((rule) => rule.longestInterval)).toEqual(intervals);
    expect(toRedundancy(raw).zoneRedundant).toBe(redundant);
    expect(sqlExposure(raw, NOW)).toMatchObject({ openNetwork: false, closedBy });
  });

  test("sql-instances-list-cartography: an old instance that lets the Internet in, by TLS alone", () => {
    const [raw = {}] = list(example("sql-instances-list-cartography")["items"]);
    expect(toTransport(raw)).toMatchObject({
      secureOnly: true,
      detail: "no sslMode, requireSsl true",
    });
    expect(sqlExposure(raw, NOW)).toMatchObject({
      openNetwork: true,
      through: ["authorized network 0.0.0.0/0"],
    });
    expect(toIngress(raw, NOW)).toMatchObject({
      allowed: [{ ports: [5432, 5432], ranges: ["203.0.113.0/24", "0.0.0.0/0"] }],
      reachable: true,
    });
    expect(toBackups(raw, null).rules[0]?.places).toEqual([
      { region: null, vault: null, retention: "P30D" },
    ]);
  });

  test("sql-backup-run: in the multi-region that is the default", () => {
    const run = example("sql-backup-run");
    const raw = { region: "us-central1", settings: { backupConfiguration: { enabled: true } } };
    expect(toLocation(raw, [run]).regions).toEqual(["us-central1", "us"]);
    const since = Date.parse("2020-01-01T00:00:00Z");
    expect(toRecoveryPoints(raw, [run], null, since).points).toEqual(["2020-01-21T11:26:18.663Z"]);
  });

  test("ssl-policy: MODERN, and still TLS 1.0", () => {
    const policy = example("ssl-policy");
    const raw = { sslPolicy: policy["selfLink"] };
    expect(tlsOf(raw, byId([policy]), [])).toMatchObject({ minimumTls: "TLSv1.0" });
  });

  test.each([
    ["target-https-proxy-global", "global"],
    ["target-https-proxy-regional", "us-central1"],
  ])("%s has no policy", (name, region) => {
    const raw = example(name);
    expect(computeSubject("kind", raw).region).toBe(region);
    expect(tlsOf(raw, new Map(), [])).toMatchObject({ minimumTlsIsDefault: true });
  });

  test("cartography: proxies joined to their policies and forwarding rules", () => {
    const policies = byId([
      ...scoped("cartography-ssl-policy-aggregated-response", "sslPolicies"),
      ...scoped("cartography-ssl-policy-response", "sslPolicies"),
      ...scoped("cartography-regional-ssl-policy-response", "sslPolicies"),
    ]);
    const rules = [
      ...list(example("cartography-https-forwarding-rule-response")["items"]),
      ...list(example("cartography-regional-https-forwarding-rule-response")["items"]),
    ];
    const proxies = [
      ...scoped("cartography-target-https-proxy-aggregated-response", "targetHttpsProxies"),
      ...scoped("cartography-target-https-proxy-response", "targetHttpsProxies"),
      ...scoped("cartography-regional-target-https-proxy-response", "targetHttpsProxies"),
      ...list(example("cartography-target-ssl-proxy-response")["items"]),
    ];
    const told = proxies.map((raw) => {
      const { id, name } = computeSubject("kind", raw);
      const hosts = hostNamesOf(raw, id, rules, new Map());
      const { minimumTls, minimumTlsIsDefault, hostNames } = tlsOf(raw, policies, hosts);
      return [name, minimumTls, minimumTlsIsDefault, hostNames];
    });
    const global = ["test-https-proxy", "TLSv1.0", false, ["35.1.2.4"]];
    // An internal address is no name under which it is reached from outside.
    const regional = ["regional-https-proxy", "TLSv1.2", false, []];
    expect(told).toEqual([
      global,
      regional,
      global,
      regional,
      ["test-ssl-proxy", "TLSv1.0", true, []],
    ]);
  });

  test("firewall-rule: without sources it is for everybody", () => {
    const machine = { tags: new Set<string>(), accounts: new Set<string>() };
    const allowed = allowedBy([vpcRules([example("firewall-rule")], machine)]);
    expect(allowed.map(({ protocol, ports, ranges }) => [protocol, ports, ranges])).toEqual([
      ["tcp", [80, 80], ["0.0.0.0/0"]],
      ["tcp", [1000, 2000], ["0.0.0.0/0"]],
      ["udp", [1184, 1184], ["0.0.0.0/0"]],
      ["udp", [2, 2], ["0.0.0.0/0"]],
    ]);
  });

  test("kms-crypto-key: rotated every three days; its enums are numbers, which we do not ask for", () => {
    expect(toKeyRotation(example("kms-crypto-key"))).toMatchObject({
      enabled: true,
      periodDays: 3,
    });
  });

  test("snapshot-schedule-resource-policy: daily within four hours, kept for eight days beside the disk", () => {
    expect(toRule(example("snapshot-schedule-resource-policy"))).toMatchObject({
      longestInterval: 86_400,
      window: 14_400,
      places: [{ region: "us-central1", vault: null, retention: "P8D" }],
    });
  });

  test("no file of the folder is forgotten", () => {
    const files = readdirSync(folder)
      .filter((file) => file.endsWith(".json") && file !== "manifest.json")
      .map((file) => file.replace(/\.json$/, ""));
    expect(files.filter((file) => !read.has(file) && !Object.hasOwn(NOT_ASKED, file))).toEqual([]);
    for (const file of Object.keys(NOT_ASKED)) expect(files).toContain(file);
  });
});
