/** Answers of OVHcloud's API as they were recorded or written by OVHcloud, against facts that a person read off each file. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fields, type Fields } from "#probes/common/json.ts";
import type { Known } from "#probes/common/known.ts";
import * as bucket from "#probes/ovh/bucket-facets.ts";
import { errorOf } from "#probes/ovh/client.ts";
import { toLocation as ofServer } from "#probes/ovh/dedicated-servers.ts";
import { regionOf, tagsOf } from "#probes/ovh/details.ts";
import { toIngress } from "#probes/ovh/edge-firewall.ts";
import { readRule } from "#probes/ovh/firewall-rules.ts";
import { idOf } from "#probes/ovh/pages.ts";
import { toLocation as ofCloud } from "#probes/ovh/private-cloud.ts";
import { toSshKeys } from "#probes/ovh/ssh-keys.ts";
import { toExposure as ofContainer } from "#probes/ovh/swift.ts";
import { toLink } from "#probes/ovh/vrack-facets.ts";
import { has, sharedFolder } from "../../support/requirements.ts";

const folder = join(sharedFolder, "payloads/ovh");
const raw = (file: string): unknown =>
  JSON.parse(readFileSync(join(folder, `${file}.json`), "utf8"));
const one = (file: string): Fields => fields(raw(file));
const all = (file: string): readonly unknown[] => {
  const body = raw(file);
  if (!Array.isArray(body)) throw new TypeError(file);
  return body;
};
const answered = (value: unknown): Known<unknown> => ({
  ok: true,
  value,
  observedAt: "2026-06-01T12:00:00.000Z",
  sha256: "",
  operation: "GET",
  permission: "",
});

/** Files that no probe asks for, and why. */
const NOT_ASKED: Readonly<Record<string, string>> = {
  "backupFTP-access-get": "addresses that reach the storage; no facet is about them",
  "backupFTP-access-list": "addresses that reach the storage; no facet is about them",
  "cloud-v1-storage-lifecycle": "how long objects are kept is read by S3",
  "dedicated-server-ips": "a server's addresses are those of /ip that are routed to it",
  "ip-game-firewall": "a firewall for games",
  "vps-details": "where a VPS is tells its datacentre; this tells no more than that it runs",
};

describe.runIf(has("shared"))("OVHcloud's examples", () => {
  test("servers: one of Beauharnois, and an older one of Gravelines that tells no region", () => {
    expect(ofServer(one("dedicated-server-manager"))).toEqual({
      regions: ["ca-east-bhs"],
      zones: ["ca-east-bhs-a"],
    });
    expect(ofServer(one("dedicated-server-prometheus"))).toEqual({
      regions: ["gra3"],
      zones: null,
    });
    // The IAM's part names no tags, which is not "none".
    expect(tagsOf(one("dedicated-server-manager"))).toBeNull();
  });

  test("resources of the IAM have a name and a type", () => {
    const entries = all("iam-resource-dedicatedServer").map(fields);
    expect(entries.map(({ type }) => type)).toEqual(["dedicatedServer", "dedicatedServer"]);
    expect(entries.map(({ name }) => idOf(name))).toContain("ns0000001.ip-203-0-113.eu");
  });

  test("backup storage: none, and one that is being set up", () => {
    const header = () => undefined;
    expect(errorOf(raw("backupFTP-404"), 404, header)).toMatchObject({ absent: true });
    expect(one("backupFTP-provisioning")["ftpBackupName"]).toBe("");
  });

  test.each(["cloud-v2-bucket-404", "cloud-v2-error-404"])(
    "%s: what was asked for is not there",
    (file) => {
      const said = errorOf(raw(file), 404, () => "EU.ext-1.abc");
      expect(said).toMatchObject({
        absent: true,
        code: expect.stringContaining("Client::NotFound::"),
      });
      expect(said.message).toContain("query EU.ext-1.abc");
    },
  );

  test("a region with Swift and both classes of S3", () => {
    expect(all("cloud-regions").map(idOf)).toEqual(["BHS"]);
    const { services, countryCode } = one("cloud-region-BHS");
    expect(services).toMatchObject([
      { name: "storage" },
      { name: "storage-s3-high-perf" },
      { name: "storage-s3-standard" },
    ]);
    expect(countryCode).toBe("ca");
  });

  test("a bucket of version 1 that says nothing of its settings: nothing is known", () => {
    const file = one("cloud-v1-storage-container");
    const settings = bucket.settingsOf(file);
    expect(settings).toEqual({ encryption: null, versioning: null, objectLock: null });
    expect(bucket.toEncryption(settings)).toMatchObject({ enabled: null, algorithm: null });
    expect(bucket.toVersioning(settings)).toEqual({ enabled: null });
    expect(bucket.toImmutability(settings)).toMatchObject({ mode: null });
    expect(() => bucket.toReplication(file)).toThrow("nothing is said of replication");
    expect(regionOf(file["region"])).toBe("bhs");
  });

  test("a bucket of version 2 in Gravelines: encrypted and versioned", () => {
    const settings = bucket.settingsOf(one("cloud-v2-bucket-get"));
    expect(bucket.toEncryption(settings)).toMatchObject({ enabled: true, algorithm: "AES-256" });
    expect(bucket.toVersioning(settings)).toEqual({ enabled: true });
    expect(bucket.toImmutability(settings)).toMatchObject({ mode: null });
  });

  test("buckets of a list of version 2 tell no settings; one is still being made", () => {
    const list = all("cloud-v2-bucket-list").map(fields);
    expect(list.map(({ id }) => id)).toEqual(["GRA_bucket-1", "SBG_bucket-2"]);
    for (const entry of list)
      expect(bucket.toEncryption(bucket.settingsOf(entry)).enabled).toBeNull();
  });

  test("a container that is private", () => {
    expect(ofContainer(one("cloud-swift-container"))).toMatchObject({ anonymousAccess: false });
  });

  test("a key that is none: broken, and no short one", () => {
    const [key = {}] = all("cloud-v2-sshKey-list").map(fields);
    expect(() => toSshKeys(key)).toThrow(TypeError);
  });

  test("a firewall that denies SSH and nothing else", () => {
    const [address] = all("ip-firewall-list").map(idOf);
    expect(all("ip-firewall-rule-list").map(idOf)).toEqual(["5", "19"]);
    const rule = one("ip-firewall-rule-deny-ssh-any");
    expect(readRule(rule)).toMatchObject({ sequence: 19, action: "deny", ports: [22, 22] });
    const told = toIngress("198.51.100.42/32", {}, [
      { address: address ?? "", settings: one("ip-firewall-get"), rules: [rule] },
    ]);
    expect(told.firewall).toBe(true);
    expect(told.allowed.map(({ protocol, ports }) => `${protocol} ${ports?.join("-")}`)).toEqual([
      "tcp 0-21",
      "tcp 23-65535",
      "udp 0-65535",
    ]);
  });

  test("a rule for what is established opens nothing", () => {
    expect(readRule(one("ip-firewall-rule-established"))).toMatchObject({
      action: "permit",
      opens: false,
    });
  });

  test("blocks of IPv6 that a vRack has: no firewall can stand before them", () => {
    for (const block of all("ip-list-objects").map(fields)) {
      const told = toIngress(idOf(block["ip"]), block, []);
      expect(told).toMatchObject({ firewall: false, reachable: null });
      expect(told.detail).toContain("routed to pn-0000");
    }
  });

  test("a private cloud in Roubaix", () => {
    expect(ofCloud(one("dedicatedCloud-location-rbx"))).toEqual({
      regions: ["eu-west-rbx"],
      zones: null,
    });
  });

  test("a vRack with one project, whose network is active: alone it connects nothing", () => {
    const vrack = idOf(one("vrack-get")["serviceName"]);
    const [project = ""] = all("vrack-cloudProject").map(idOf);
    const known = answered(raw("cloud-network-private-list"));
    const link = toLink(vrack, [{ kind: "cloudProject", name: project, known }], true);
    expect(link).toMatchObject({ encrypted: false, peer: project });
    expect(link.tunnels).toEqual([
      {
        name: `cloudProject ${project}, network TestFromTheCLI in BHS5`,
        up: false,
        since: null,
      },
    ]);
  });

  test.each(["vrack-allowedServices-one", "vrack-allowedServices-two-interfaces"])(
    "%s: what could take part does not",
    (file) => {
      expect(one(file)["dedicatedServerInterface"]).toBeDefined();
      const probe = readFileSync(new URL("../../../probes/ovh/vrack.ts", import.meta.url), "utf8");
      expect(probe).not.toContain("allowedServices");
    },
  );

  test("every file of the folder is looked at by some test, or set aside with a reason", () => {
    const tests = readdirSync(import.meta.dirname)
      .filter((file) => file.endsWith(".test.ts"))
      .map((file) => readFileSync(join(import.meta.dirname, file), "utf8"))
      .join("\n");
    const files = readdirSync(folder)
      .filter((file) => file.endsWith(".json") && file !== "manifest.json")
      .map((file) => file.replace(/\.json$/, ""));
    expect(files.filter((file) => !tests.includes(file))).toEqual([]);
    for (const file of Object.keys(NOT_ASKED)) expect(files).toContain(file);
  });
});
