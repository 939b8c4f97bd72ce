/** What a sub-account is not shown: its lists say nothing of it, and so nothing may be made of them. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { controls } from "#controls/index.ts";
import { readableBy } from "#derive/readable.ts";
import { evaluate } from "#evaluate/evaluate.ts";
import { credentialValue } from "#estate/credentials.ts";
import { kindOf } from "#facts/kinds.ts";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import { COMPLETE, NOW } from "#fixtures/estate/upcloud/complete.ts";
import { startRest, type FakeRest } from "#fixtures/estate/rest/server.ts";
import { upcloudApi, type UpcloudAccount } from "#fixtures/estate/upcloud/server.ts";
import { gather } from "#gather/gather.ts";
import { plan } from "#gather/plan.ts";
import { createRedactor } from "#gather/redact.ts";
import { estateSchema, type Estate } from "#model/estate.ts";
import type { Evidence } from "#model/evidence.ts";
import { expectationOf } from "#model/expectation.ts";
import type { Check } from "#model/policy.ts";
import type { Report } from "#model/report.ts";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { policy } from "../../support/evidence.ts";
import { ENTRIES } from "./probes.ts";
import { TOKEN } from "./upcloud.ts";

const FACETS: Readonly<Record<string, readonly [control: string, expect: object]>> = {
  location: ["data-residency", { countries: ["FI"] }],
  encryption: ["encryption-at-rest", {}],
  backups: ["backup-frequency", { maxInterval: "P1D" }],
  recoveryPoints: ["recovery-point-age", { maxGap: "P2D", window: "P2D" }],
  recoveryPoint: ["backup-location", { countries: ["FI"] }],
  redundancy: ["zone-redundancy", { minimumZones: 1 }],
  exposure: ["public-access", { openNetwork: "forbidden" }],
  ingress: [
    "internet-exposure",
    { firewall: "required", defaultInbound: "deny", managementPorts: "closed" },
  ],
  link: ["private-interconnect", { anyOf: ["vpn-tunnel-up"], encrypted: "required" }],
};
/** What stays unknown however much is given, and why. */
const UNTOLD: Readonly<Record<string, string>> = {
  "upcloud/database location": "its backups rest where no page says",
  "upcloud/object-storage exposure": "whether a bucket lets in anybody is in its own policy",
};

const readable = readableBy(ENTRIES);
const promised = [...new Set(ENTRIES.flatMap(({ kinds }) => kinds))].flatMap((kind) =>
  (kindOf(kind)?.facets ?? [])
    .filter(
      (facet) => readable("upcloud", kind, facet) && !Object.hasOwn(UNTOLD, `${kind} ${facet}`),
    )
    .map((facet) => ({ id: `${kind.replace("/", "-")}.${facet.toLowerCase()}`, kind, facet })),
);
const POLICY = policy(
  promised.map(({ id, kind, facet }) => {
    const [name = "", expected = {}] = FACETS[facet] ?? [];
    const control = controls.get(name);
    if (control === undefined) throw new Error(`no control for ${facet}`);
    const given: Check["expect"] = JSON.parse(
      JSON.stringify(expectationOf(control).parse(expected)),
    );
    return { id, checks: [{ control: name, expect: given, scope: { kinds: [kind] } }] };
  }),
);
const TYPES = [
  ...new Set(
    ENTRIES.flatMap(({ provides }) => Object.values(provides).flatMap((one) => one.permissions)),
  ),
].sort();

/** Claims that rest on what is of another type. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  "server:*": ["upcloud-storage.backups", "upcloud-storage.recoverypoints"],
};
const KINDS: Readonly<Record<string, readonly string[]>> = {
  "storage:*": ["upcloud/storage", "upcloud/storage-template", "upcloud/storage-backup"],
  "server:*": ["upcloud/server", "upcloud/ip-address"],
  "managed_database:*": ["upcloud/database"],
  "managed_object_storage:*": ["upcloud/object-storage"],
  "file_storage:*": ["upcloud/file-storage"],
  "network_gateway:*": ["upcloud/gateway"],
  "network:*": ["upcloud/network"],
  "router:*": ["upcloud/router"],
  "managed_kubernetes:*": ["upcloud/kubernetes"],
  "managed_loadbalancer:*": ["upcloud/load-balancer"],
};

describe("an account", () => {
  let api: FakeRest;
  let estate: Estate;
  let account: UpcloudAccount;
  const folder = mkdtempSync(join(tmpdir(), "probity-upcloud-"));
  beforeAll(async () => {
    const authority = makeAuthority();
    const options = () => ({ account, keys: { token: TOKEN, password: "-" }, now: () => NOW });
    account = { ...COMPLETE, type: "main" };
    api = await startRest({
      authority,
      answer: (request) => upcloudApi(options()).answer(request),
      errorBody: upcloudApi(options()).errorBody,
    });
    const caFile = join(folder, "ca.pem");
    writeFileSync(caFile, authority.caPem);
    estate = estateSchema.parse({
      version: 1,
      targets: [
        {
          id: "up",
          provider: "upcloud",
          caFile,
          endpoints: { api: `${api.url}/1.3` },
          credentials: { env: { token: "T" } },
        },
      ],
    });
  });
  afterAll(async () => {
    await api.close();
    rmSync(folder, { recursive: true });
  });

  const read = (own: UpcloudAccount): Promise<Evidence> => {
    account = own;
    const environment = { T: TOKEN };
    return gather(estate.targets, plan([POLICY], estate, controls, ENTRIES), {
      now: () => NOW,
      sleep: () => Promise.resolve(),
      random: () => 0.5,
      signal: new AbortController().signal,
      log: () => {},
      redactor: createRedactor(),
      secret: (one, name) => credentialValue(one.credentials, name, environment),
      environment,
      active: false,
      maxAnswerBytes: 1_000_000,
    });
  };
  const judge = (evidence: Evidence): Report =>
    evaluate({
      policies: [POLICY],
      estate,
      attestations: [],
      waivers: [],
      evidence,
      controls,
      readable,
      now: NOW,
      tool: { name: "probity", version: "0" },
    });
  const unmet = ({ claims }: Report) =>
    Object.fromEntries(
      claims.flatMap(({ id, verdict, reason }) => (verdict === "upheld" ? [] : [[id, reason]])),
    );
  const given = TYPES.map((name) => name.replace(":*", ""));

  test("a main account is shown everything, and every claim is upheld", async () => {
    const report = judge(await read({ ...COMPLETE, type: "main" }));
    expect(unmet(report)).toEqual({});
    expect(report.problems).toEqual([]);
    expect(promised.length).toBeGreaterThan(15);
  });

  test("so is a sub-account that was given everything", async () => {
    const report = judge(await read({ ...COMPLETE, type: "sub", given }));
    expect(unmet(report)).toEqual({});
    expect(report.problems).toEqual([]);
  });

  test.each(TYPES)("without %s what rests on it is unverified, and nothing else", async (name) => {
    const left = given.filter((type) => `${type}:*` !== name);
    const report = judge(await read({ ...COMPLETE, type: "sub", given: left }));
    const rests = promised
      .filter(({ id, kind }) => KINDS[name]?.includes(kind) || ALSO[name]?.includes(id))
      .map(({ id }) => id);
    const verdicts = report.claims.filter(({ verdict }) => verdict !== "upheld");
    expect(verdicts.map(({ id }) => id).sort()).toEqual(rests.sort());
    for (const { verdict } of verdicts) expect(verdict).toBe("unverified");
    expect(report.problems.length).toBeGreaterThan(0);
    for (const one of report.problems)
      expect([one.reason, one.permission]).toEqual(["denied", name]);
    expect(Object.keys(KINDS).sort()).toEqual(TYPES);
  });

  test("of one that may not say what it was given nothing is upheld", async () => {
    api.setFaults({ path: /permission$/, fault: { kind: "status", status: 500 } });
    const report = judge(await read({ ...COMPLETE, type: "sub", given }));
    api.setFaults();
    expect(new Set(report.claims.map(({ verdict }) => verdict))).toEqual(new Set(["unverified"]));
  });

  test.each<[string, RegExp, string]>([
    ["no name of its own", /account$/, '{"account":{}}'],
    ["a list of accounts that is none", /account\/list/, '{"accounts":{"account":7}}'],
  ])("nothing is upheld for %s", async (_, path, body) => {
    api.setFaults({ path, fault: { kind: "body", body } });
    const report = judge(await read({ ...COMPLETE, type: "main" }));
    api.setFaults();
    expect(new Set(report.claims.map(({ verdict }) => verdict))).toEqual(new Set(["unverified"]));
    expect(new Set(report.problems.map(({ reason }) => reason))).toEqual(new Set(["malformed"]));
  });

  test("who is asked is asked once in a scan", async () => {
    const before = api.calls.length;
    await read({ ...COMPLETE, type: "sub", given });
    const paths = api.calls.slice(before).map(({ path }) => path);
    for (const path of ["/1.3/account", "/1.3/account/list", "/1.3/permission", "/1.3/server"]) {
      expect(paths.filter((one) => one === path)).toHaveLength(1);
    }
  });
});
