import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { FIRST, HIDDEN, SECOND, startFixture, type Fixture } from "./fake.ts";
import storage from "#probes/azure/storage.ts";
import { facetOf, testScan, type TestScanOptions } from "../../support/probe-context.ts";

const ACCOUNTS_READ = "Microsoft.Storage/storageAccounts/read";
const LIST = /storageAccounts\?/;
const ALL = ["stgeo", "stold", "stopen", "stfiles", "stfresh"];

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.close());
afterEach(() => fixture.azure.setFaults());

function scan(fields: object = {}, options: TestScanOptions = {}) {
  return testScan(fixture.target({ ...fields }), { environment: fixture.environment, ...options });
}
const names = (gathered: { observations: readonly { subject: { name: string } }[] }) => [
  ...new Set(gathered.observations.map(({ subject }) => subject.name)),
];

describe("what is there", () => {
  test("every wanted facet of every account over all pages, and no problem", async () => {
    const gathered = await scan().gather(storage);
    expect(gathered.problems).toEqual([]);
    expect(names(gathered)).toEqual(ALL);
    // Eight facets of five accounts.
    expect(gathered.observations).toHaveLength(40);
    expect(gathered.observations[0]?.subject).toEqual({
      target: "production",
      provider: "azure",
      kind: "Microsoft.Storage/storageAccounts",
      id: `/subscriptions/${FIRST}/resourceGroups/production/providers/Microsoft.Storage/storageAccounts/stgeo`,
      name: "stgeo",
      region: "westeurope",
      tags: { purpose: "customers" },
    });
  });

  test("a geo-redundant account", async () => {
    const gathered = await scan().gather(storage);
    expect(facetOf(gathered, "stgeo", "location")?.regions).toEqual(["westeurope", "northeurope"]);
    expect(facetOf(gathered, "stgeo", "redundancy")).toMatchObject({
      zones: 3,
      geoRedundant: true,
    });
    expect(facetOf(gathered, "stgeo", "replication")?.destinations).toEqual([
      {
        region: "northeurope",
        subject: null,
        status: "active",
        whole: true,
        lastSync: "2026-06-01T11:58:30.000Z",
      },
    ]);
    expect(facetOf(gathered, "stfresh", "replication")?.destinations).toMatchObject([
      { status: "degraded", lastSync: null },
    ]);
    expect(facetOf(gathered, "stopen", "replication")).toEqual({ destinations: [] });
  });

  test("absent is not false", async () => {
    const gathered = await scan().gather(storage);
    expect(facetOf(gathered, "stold", "transport")).toMatchObject({
      secureOnly: null,
      minimumTls: "TLSv1.0",
      minimumTlsIsDefault: true,
    });
    expect(facetOf(gathered, "stopen", "transport")).toMatchObject({
      secureOnly: false,
      minimumTls: "TLSv1.0",
      minimumTlsIsDefault: false,
    });
    expect(facetOf(gathered, "stold", "exposure")).toMatchObject({
      anonymousAccess: null,
      openNetwork: null,
    });
    expect(facetOf(gathered, "stopen", "exposure")).toMatchObject({
      anonymousAccess: true,
      openNetwork: true,
    });
    expect(facetOf(gathered, "stold", "encryption")?.enabled).toBeNull();
    expect(facetOf(gathered, "stold", "versioning")).toEqual({ enabled: null });
    expect(facetOf(gathered, "stopen", "versioning")).toEqual({ enabled: false });
  });

  test("premium files have no blob service, so none is asked", async () => {
    const before = fixture.azure.calls.length;
    const gathered = await scan().gather(storage);
    expect(facetOf(gathered, "stfiles", "versioning")).toEqual({ enabled: null });
    const asked = fixture.azure.calls.slice(before).map(({ path }) => path);
    expect(asked.filter((path) => path.includes("stfiles"))).toEqual([]);
    expect(asked.filter((path) => path.includes("%24expand"))).toHaveLength(2);
  });

  test("only what is wanted is asked and given", async () => {
    const before = fixture.azure.calls.length;
    const gathered = await scan().gather(storage, ["transport"]);
    expect(new Set(gathered.observations.map(({ facet }) => facet))).toEqual(
      new Set(["transport"]),
    );
    const asked = fixture.azure.calls.slice(before).filter(({ server }) => server === "arm");
    // The proof that the subscription can be read, and its accounts on three pages.
    expect(asked).toHaveLength(4);
  });

  test("several subscriptions with one token", async () => {
    const before = fixture.azure.issued.size;
    const gathered = await scan({ subscriptions: [FIRST, SECOND] }).gather(storage);
    expect(names(gathered).sort()).toEqual([...ALL, "stsecond"].sort());
    expect(fixture.azure.issued.size - before).toBe(1);
  });

  test("the subscriptions of a management group", async () => {
    const whole = scan({ subscriptions: [], managementGroups: ["whole"] });
    const gathered = await whole.gather(storage);
    expect(names(gathered).sort()).toEqual([...ALL, "stsecond"].sort());
    expect(gathered.problems).toEqual([]);
  });
});

describe("what goes wrong", () => {
  test("the listing is denied: all facets of the target are missing, with the permission", async () => {
    fixture.azure.setFaults({ path: LIST, fault: { kind: "denied" } });
    const { observations, problems } = await scan().gather(storage);
    expect(observations).toEqual([]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({
      subject: null,
      facets: Object.keys(storage.provides),
      reason: "denied",
      permission: ACCOUNTS_READ,
      target: "production",
      probe: "azure-storage",
    });
    expect(problems[0]?.message).toMatch(
      /^subscription 2{8}.*AuthorizationFailed.*perform action 'Microsoft.Storage\/storageAccounts\/read'.*role Reader/,
    );
  });

  test("a subscription that the identity cannot see costs the others nothing", async () => {
    const gathered = await scan({ subscriptions: [HIDDEN, SECOND] }).gather(storage);
    expect(names(gathered)).toEqual(["stsecond"]);
    // The probe of all resources says which could not be looked at.
    expect(gathered.problems).toEqual([]);
  });

  test("one denied blob service costs one facet of one account", async () => {
    fixture.azure.setFaults({ path: /stopen\/blobServices/, fault: { kind: "denied" } });
    const gathered = await scan().gather(storage);
    expect(gathered.observations).toHaveLength(39);
    expect(gathered.problems).toHaveLength(1);
    expect(gathered.problems[0]).toMatchObject({
      subject: { name: "stopen" },
      facets: ["versioning"],
      reason: "denied",
      permission: "Microsoft.Storage/storageAccounts/blobServices/read",
    });
  });

  test("an account that is gone when it is asked", async () => {
    const body = JSON.stringify({ error: { code: "ResourceNotFound", message: "not found" } });
    const fault = { kind: "status", status: 404, body } as const;
    fixture.azure.setFaults({ path: /stgeo\?/, fault });
    const { problems } = await scan().gather(storage, ["replication"]);
    expect(problems).toMatchObject([{ facets: ["replication"], reason: "partial" }]);
  });

  test.each([
    ["7", [7000]],
    ["Mon, 01 Jun 2026 12:00:09 GMT", "a date"],
    [undefined, "jitter"],
  ])("throttled with Retry-After %s, then served", async (retryAfter, waits) => {
    const fault = retryAfter === undefined ? {} : { retryAfter };
    fixture.azure.setFaults({ path: LIST, times: 1, fault: { kind: "throttled", ...fault } });
    const running = scan();
    const gathered = await running.gather(storage, ["transport"]);
    expect(gathered.problems).toEqual([]);
    expect(names(gathered)).toEqual(ALL);
    expect(running.waits).toHaveLength(1);
    if (Array.isArray(waits)) expect(running.waits).toEqual(waits);
  });

  test("throttled beyond the deadline is given up at once, and said", async () => {
    const fault = { kind: "throttled", retryAfter: "600" } as const;
    fixture.azure.setFaults({ path: LIST, fault });
    const running = scan();
    const { observations, problems } = await running.gather(storage);
    expect(observations).toEqual([]);
    expect(running.waits).toEqual([]);
    expect(problems).toMatchObject([{ reason: "throttled", permission: null }]);
  });

  test("the SDK does not retry beside gather", async () => {
    fixture.azure.setFaults({ path: LIST, fault: { kind: "status", status: 503 } });
    const before = fixture.azure.calls.length;
    const running = scan();
    const { problems } = await running.gather(storage);
    expect(problems).toMatchObject([
      { reason: "unreachable", message: expect.stringMatching(/status 503: ServerBusy/) },
    ]);
    const asked = fixture.azure.calls.slice(before).filter(({ path }) => LIST.test(path));
    expect(asked).toHaveLength(running.waits.length + 1);
    expect(asked.length).toBeGreaterThan(1);
  });

  test.each([
    ["no JSON", "<html>maintenance</html>", /is no JSON/],
    ["no listing", '{"value":{}}', /no ARM listing/],
    ["nothing", "", /is no JSON/],
    ["null", "null", /no ARM listing/],
    [
      "entries that are nothing",
      '{"value":[null,7,"x",{},{"id":"/etc/passwd"}]}',
      /^subscription 2{8}\S+: 5 entries .*no ARM id/,
    ],
  ])("garbage: %s", async (_name, body, message) => {
    fixture.azure.setFaults({ path: LIST, fault: { kind: "body", body } });
    const { observations, problems } = await scan().gather(storage);
    expect(observations).toEqual([]);
    expect(problems).toMatchObject([
      { reason: "malformed", message: expect.stringMatching(message) },
    ]);
  });

  test("an account that the SDK's own models cannot take is read all the same", async () => {
    const id = `/subscriptions/${FIRST}/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/odd`;
    const type = "Microsoft.Storage/storageAccounts";
    const properties = {
      encryption: 7,
      networkAcls: "?",
      supportsHttpsTrafficOnly: true,
      keyCreationTime: [],
    };
    const value = [
      {
        id,
        type,
        name: "odd",
        location: "West US",
        properties,
        identity: { userAssignedIdentities: 3 },
      },
    ];
    fixture.azure.setFaults({
      path: LIST,
      fault: { kind: "body", body: JSON.stringify({ value }) },
    });
    const gathered = await scan().gather(storage, ["transport", "encryption", "replication"]);
    expect(facetOf(gathered, "odd", "transport")?.secureOnly).toBe(true);
    expect(facetOf(gathered, "odd", "encryption")?.enabled).toBeNull();
    // Its SKU is not there, so what it replicates is not known: one facet, and only that.
    expect(gathered.problems).toMatchObject([
      { subject: { name: "odd" }, facets: ["replication"], reason: "malformed" },
    ]);
  });

  test("an account that two pages hold is read once", async () => {
    const id = `/subscriptions/${FIRST}/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/twice`;
    const entry = { id, type: "Microsoft.Storage/storageAccounts", name: "twice" };
    const value = [
      entry,
      { ...entry, id: id.toUpperCase().replace("/SUBSCRIPTIONS", "/subscriptions") },
    ];
    const body = JSON.stringify({ value });
    fixture.azure.setFaults({ path: LIST, fault: { kind: "body", body } });
    expect((await scan().gather(storage, ["transport"])).observations).toHaveLength(1);
  });

  test("a hang ends at the deadline", async () => {
    fixture.azure.setFaults({ path: LIST, fault: { kind: "hang" } });
    const { problems } = await scan({}, { callMilliseconds: 300 }).gather(storage);
    expect(problems).toMatchObject([{ reason: "timeout" }]);
  });

  test("a hang of one account's question costs that facet only", async () => {
    fixture.azure.setFaults({ path: /stold\/blobServices/, fault: { kind: "hang" } });
    const gathered = await scan({}, { callMilliseconds: 1500 }).gather(storage);
    expect(gathered.problems).toMatchObject([
      { subject: { name: "stold" }, facets: ["versioning"], reason: "timeout" },
    ]);
    expect(gathered.observations).toHaveLength(39);
  });

  test("a connection cut in the middle is tried again", async () => {
    fixture.azure.setFaults({ path: LIST, times: 1, fault: { kind: "cut" } });
    const running = scan();
    const gathered = await running.gather(storage, ["transport"]);
    expect(gathered.problems).toEqual([]);
    expect(names(gathered)).toEqual(ALL);
    expect(running.waits).toHaveLength(1);
  });

  test("an answer that is too large is not read", async () => {
    const { observations, problems } = await scan({}, { maxAnswerBytes: 1200 }).gather(storage);
    expect(observations).toEqual([]);
    expect(problems).toMatchObject([
      { reason: "too-large", message: expect.stringMatching(/larger than 1200 bytes/) },
    ]);
  });
});
