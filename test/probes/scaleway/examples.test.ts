/** Scaleway's recorded answers, against facts that a person read off each file. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { targetSchema } from "#model/estate.ts";
import * as databases from "#probes/scaleway/database-facets.ts";
import { toLocation } from "#probes/scaleway/facets.ts";
import { toIngress } from "#probes/scaleway/ingress.ts";
import objectStorage from "#probes/scaleway/object-storage.ts";
import { inWordsOfAws } from "#probes/scaleway/object-storage-dialect.ts";
import { counted, linked } from "#probes/scaleway/pages.ts";
import { toAccess, toExposure } from "#probes/s3-compatible/bucket-facets.ts";
import { fields, type Fields } from "#probes/common/json.ts";
import { facetOf, testScan } from "../../support/probe-context.ts";
import { has, sharedFolder } from "../../support/requirements.ts";
import { s3LayerOver } from "../../support/s3-layer.ts";

const folder = join(sharedFolder, "payloads/scaleway");
const textOf = (file: string) => readFileSync(join(folder, file), "utf8");
const read = (file: string): Fields => fields(JSON.parse(textOf(file)));
const entry = (file: string, key: string) => fields(read(file)[key]);
const entries = (file: string, key: string): readonly Fields[] => {
  const list = read(file)[key];
  if (!Array.isArray(list)) throw new Error(`${file} has no ${key}`);
  return list.map(fields);
};

/** Files whose facts nothing here states, and why. */
const SET_ASIDE: Readonly<Record<string, string>> = {
  "iam-api-keys.json": "API keys are no promise of a statement",
  "iam-users-owner.json": "second factors of an organization's users are no promise of a statement",
  "instance-volume-404.json": "nothing is asked for by the id of a volume",
  "rdb-instance-404.json":
    "nothing is asked for by the id of an instance but its list of addresses",
  "ipam-ips.json": "addresses of IPAM are private ones",
};

describe.runIf(has("shared"))("Scaleway's recorded answers", () => {
  const used = new Set<string>(["manifest.json", ...Object.keys(SET_ASIDE)]);
  const of = (name: string, act: (file: string) => void | Promise<void>) => {
    used.add(name);
    test(name, () => act(name));
  };

  of("instance-servers-list.json", (file) => {
    const servers = entries(file, "servers");
    expect(servers).toHaveLength(5);
    const link = '</servers?page=1&per_page=50&order=creation_date_desc>; rel="last"';
    const answer = {
      body: read(file),
      header: (name: string) => (name === "link" ? link : undefined),
    };
    expect(
      linked("servers").next(answer, { path: "/servers?page=1", taken: 5, page: 1 }),
    ).toBeNull();
    expect(toLocation(fields(servers[0]))).toEqual({ regions: ["fr-par"], zones: ["fr-par-1"] });
  });
  of("instance-servers-list-private-network.json", (file) => {
    const servers = entries(file, "servers");
    const group = { inbound_default_policy: "accept" };
    // It is stopped, and keeps its address.
    expect(toIngress(group, [], { servers })).toMatchObject({
      reachable: true,
      detail: "1 instances, 1 with a public address",
    });
  });
  of("instance-server-detail.json", (file) => {
    const servers = [entry(file, "server")];
    expect(toIngress({ inbound_default_policy: "drop" }, [], { servers })).toMatchObject({
      reachable: false,
      allowed: [],
    });
  });
  of("instance-security-group.json", (file) => {
    // It lets everything in, as nobody set anything; no instance has it.
    const ingress = toIngress(entry(file, "security_group"), [], { servers: [] });
    expect(ingress.allowed.map(({ protocol, ranges }) => [protocol, ...ranges])).toEqual([
      ["tcp", "0.0.0.0/0", "::/0"],
      ["udp", "0.0.0.0/0", "::/0"],
      ["icmp", "0.0.0.0/0", "::/0"],
    ]);
    expect(ingress).toMatchObject({ reachable: false, idle: true });
  });
  for (const [file, key] of [
    ["instance-snapshot.json", "snapshot"],
    ["instance-volume.json", "volume"],
  ] as const) {
    of(file, () => expect(toLocation(entry(file, key)).zones).toEqual(["fr-par-1"]));
  }
  of("instance-images-private.json", (file) => {
    const [image] = entries(file, "images");
    expect(image).toMatchObject({ name: "cli-img-boring-meninsky", public: false });
    expect(toLocation(fields(image)).regions).toEqual(["fr-par"]);
  });
  of("block-volume.json", (file) => {
    expect(toLocation(read(file))).toEqual({ regions: ["fr-par"], zones: ["fr-par-1"] });
  });
  of("block-snapshot.json", (file) => {
    expect(toLocation(read(file))).toEqual({ regions: ["fr-par"], zones: ["fr-par-1"] });
  });
  of("baremetal-server.json", (file) => {
    expect(toLocation(read(file))).toEqual({ regions: ["fr-par"], zones: ["fr-par-2"] });
  });
  of("vpc-private-network.json", (file) => {
    expect(read(file)).toMatchObject({ name: "cli-pn-jolly-maxwell", region: "fr-par" });
    expect(toLocation(read(file))).toEqual({ regions: ["fr-par"], zones: null });
  });

  of("rdb-instances-list.json", (file) => {
    const [one] = entries(file, "instances");
    const answer = { body: read(file), header: () => undefined };
    expect(counted("instances").next(answer, { path: "/x?page=1", taken: 1, page: 1 })).toBeNull();
    expect(databases.toEncryption(fields(one))).toMatchObject({ enabled: false });
    expect(databases.hasPublicEndpoint(fields(one))).toBe(true);
    expect(databases.toRedundancy(fields(one))).toMatchObject({ zoneRedundant: false });
  });
  of("rdb-instance-detail.json", (file) => {
    const one = read(file);
    expect(databases.toBackups(one).rules).toMatchObject([
      {
        name: "backup_schedule every 24 h",
        longestInterval: 86_400,
        places: [{ region: null, retention: "P7D" }],
      },
    ]);
    // One private endpoint, and one that is public.
    expect(databases.hasPublicEndpoint(one)).toBe(true);
    expect(databases.toInstanceLocation(one)).toEqual({ regions: ["fr-par"], zones: null });
  });
  of("rdb-backup-creating.json", (file) => {
    expect(databases.toRecoveryPoint(read(file))).toMatchObject({
      at: "2025-01-07T13:40:57.645Z",
      usable: false,
      deletedAt: "2032-01-02T22:04:05.000Z",
    });
    expect(databases.toBackupLocation(read(file))).toEqual({
      regions: [],
      zones: null,
      possible: ["fr-par", "pl-waw"],
    });
  });
  of("rdb-backup-ready.json", (file) => {
    // Of Paris by the API, and kept in Amsterdam.
    expect(read(file)["region"]).toBe("fr-par");
    expect(databases.toBackupLocation(read(file))).toEqual({ regions: ["nl-ams"], zones: null });
    expect(databases.toRecoveryPoint(read(file))).toMatchObject({ usable: true });
  });
  of("rdb-acls.json", (file) => {
    const instance = { endpoints: [{ load_balancer: {} }], read_replicas: [] };
    expect(databases.toExposure(instance, entries(file, "rules"))).toMatchObject({
      anonymousAccess: false,
      openNetwork: true,
    });
  });

  of("object-bucket-policy.json", (file) => {
    const policy = inWordsOfAws(textOf(file));
    expect(toExposure([], policy)).toMatchObject({
      anonymousAccess: true,
      through: ['bucket policy statement "my-id" allows everyone *'],
    });
    const access = toAccess([], policy, []);
    expect(access.grants.map(({ principal }) => principal)).toEqual([
      "*",
      "user_id:11111111-1111-1111-1111-111111111111",
    ]);
  });
  for (const file of [
    "object-list-buckets.xml",
    "object-bucket-acl.xml",
    "object-bucket-lifecycle.xml",
    "object-bucket-tagging-404.xml",
    "object-bucket-versioning-enabled.xml",
    "object-list-objects-v2.xml",
  ]) {
    used.add(file);
  }
  test("the recorded XML of buckets, through the probe", async () => {
    const answers: Readonly<Record<string, string>> = {
      acl: "object-bucket-acl.xml",
      lifecycle: "object-bucket-lifecycle.xml",
      versioning: "object-bucket-versioning-enabled.xml",
      "list-type": "object-list-objects-v2.xml",
    };
    const layer = await s3LayerOver("http://127.0.0.1:1", ({ bucket, query, region }) => {
      if (bucket === "") {
        const body = textOf("object-list-buckets.xml");
        return {
          status: 200,
          body: region === "fr-par" ? body : body.replaceAll(/<Bucket>.*<\/Bucket>/g, ""),
        };
      }
      if (query.has("tagging"))
        return { status: 404, body: textOf("object-bucket-tagging-404.xml") };
      if (query.has("location")) {
        const xmlns = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
        return { status: 200, body: `<LocationConstraint ${xmlns}>fr-par</LocationConstraint>` };
      }
      const file = Object.entries(answers).find(([name]) => query.has(name))?.[1];
      if (file !== undefined) return { status: 200, body: textOf(file) };
      return { status: 404, body: "<Error><Code>NoSuchBucketPolicy</Code></Error>" };
    });
    const target = targetSchema.parse({
      id: "scaleway",
      provider: "scaleway",
      projects: ["105bdce1-64c0-48ab-899d-868455867ecf"],
      endpoints: { s3: layer.url },
      credentials: { env: { accessKey: "KEY", secretKey: "SECRET" } },
      backups: [{ id: "set", bucket: "cli-test-bucket-list-8501647004036398711" }],
    });
    const found = await testScan(target, { environment: { KEY: "key", SECRET: "secret" } }).gather(
      objectStorage,
      ["versioning", "retention", "exposure", "accessPolicy", "recoveryPoints"],
    );
    await layer.close();
    expect(found.problems).toEqual([]);
    const name = "cli-test-bucket-list-8501647004036398711";
    expect(facetOf(found, "scaleway", "inventory")?.items).toHaveLength(2);
    expect(facetOf(found, name, "versioning")).toEqual({ enabled: true });
    // Only what begins with logs/ goes, after a year; classes are no deletion.
    expect(facetOf(found, name, "retention")).toMatchObject({ after: "P365D", whole: false });
    expect(facetOf(found, name, "accessPolicy")?.grants).toMatchObject([
      {
        principal: "105bdce1-64c0-48ab-899d-868455867ecf:105bdce1-64c0-48ab-899d-868455867ecf",
        actions: ["ACL FULL_CONTROL"],
      },
    ]);
    expect(facetOf(found, "set", "recoveryPoints")).toMatchObject({ points: [], retention: null });
  });

  test("no file is forgotten", () => {
    expect(readdirSync(folder).filter((file) => !used.has(file))).toEqual([]);
  });
});
