import { createServer } from "node:https";
import { once } from "node:events";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import resources from "#probes/azure/resources.ts";
import storage from "#probes/azure/storage.ts";
import { testScan, type TestScanOptions } from "../../support/probe-context.ts";
import { FIRST, HIDDEN, SECOND, startFixture, type Fixture } from "./fake.ts";

const LIST = /\/resources\?/;
const PERMISSION = "Microsoft.Resources/subscriptions/resources/read";

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.close());
afterEach(() => fixture.azure.setFaults());

function scan(subscriptions: readonly string[] = [FIRST], options: TestScanOptions = {}) {
  return testScan(fixture.target({ subscriptions }), {
    environment: fixture.environment,
    ...options,
  });
}

/** The one inventory observation, with its items' names. */
async function inventory(running = scan()) {
  const { observations, problems } = await running.gather(resources);
  const [seen] = observations;
  if (observations.length !== 1 || seen?.facet !== "inventory") {
    throw new Error(`expected one inventory and got ${observations.length} observations`);
  }
  return { ...seen, problems, names: seen.value.items.map(({ name }) => name) };
}

describe("what is there", () => {
  test("all kinds of all subscriptions over all pages, in one complete inventory", async () => {
    const seen = await inventory(scan([FIRST, SECOND]));
    expect(seen.problems).toEqual([]);
    expect(seen.value).toMatchObject({ kinds: ["*"], complete: true });
    expect(seen.names).toEqual([
      "stgeo",
      "stold",
      "stopen",
      "stfiles",
      "stfresh",
      "www",
      "example.com",
      "stsecond",
    ]);
    expect(seen.subject).toMatchObject({ kind: "target", id: "production" });
    expect(seen.source).toMatchObject({
      probe: "azure-resources",
      operation: "GET /subscriptions/{subscriptionId}/resources",
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test("kinds in Microsoft's casing, regions in the spelling of ids, tags", async () => {
    const { value } = await inventory();
    expect(value.items.find(({ name }) => name === "www")).toEqual({
      target: "production",
      provider: "azure",
      kind: "Microsoft.Web/sites",
      id: `/subscriptions/${FIRST}/resourceGroups/production/providers/Microsoft.Web/sites/www`,
      name: "www",
      region: "westeurope",
      tags: { purpose: "customers" },
    });
    expect(value.items.find(({ name }) => name === "example.com")).toMatchObject({
      region: "global",
      tags: {},
    });
    expect(value.items.find(({ name }) => name === "stold")?.region).toBe("westeurope");
  });

  test.each(["beside each other", "one after the other"])(
    "two probes of a target, %s, share one token",
    async (how) => {
      const before = fixture.azure.issued.size;
      const running = scan();
      const first = running.gather(resources);
      if (how === "one after the other") await first;
      await Promise.all([first, running.gather(storage)]);
      expect(fixture.azure.issued.size - before).toBe(1);
    },
  );

  test("a name with spaces", async () => {
    const id = `/subscriptions/${FIRST}/resourceGroups/g/providers/microsoft.alertsmanagement/smartDetectorAlertRules/Failure Anomalies - shop`;
    const value = [
      {
        id,
        type: "microsoft.alertsmanagement/smartDetectorAlertRules",
        name: "Failure Anomalies - shop",
      },
    ];
    fixture.azure.setFaults({
      path: LIST,
      fault: { kind: "body", body: JSON.stringify({ value }) },
    });
    const seen = await inventory();
    expect(seen.value).toMatchObject({ complete: true, items: [{ id, region: null, tags: {} }] });
  });
});

describe("what goes wrong", () => {
  test("a subscription that the identity cannot see", async () => {
    const seen = await inventory(scan([HIDDEN, SECOND]));
    expect(seen.value.complete).toBe(false);
    expect(seen.names).toEqual(["stsecond"]);
    expect(seen.problems).toMatchObject([
      {
        subject: { kind: "target" },
        facets: ["inventory"],
        reason: "denied",
        permission: "Microsoft.Resources/subscriptions/read",
        message: expect.stringMatching(/^subscription 4{8}.*may not see it.*SubscriptionNotFound/),
      },
    ]);
  });

  test("nothing at all was read: problems and no inventory", async () => {
    const { observations, problems } = await scan([HIDDEN]).gather(resources);
    expect(observations).toEqual([]);
    expect(problems).toHaveLength(1);
  });

  test("the listing is denied", async () => {
    fixture.azure.setFaults({ path: LIST, fault: { kind: "denied" } });
    const { observations, problems } = await scan().gather(resources);
    expect(observations).toEqual([]);
    expect(problems).toMatchObject([{ reason: "denied", permission: PERMISSION }]);
  });

  test("a page that fails leaves the inventory incomplete", async () => {
    fixture.azure.setFaults({ path: /skiptoken/, fault: { kind: "denied" } });
    const seen = await inventory();
    expect(seen.value.complete).toBe(false);
    expect(seen.names).toEqual(["stgeo", "stold"]);
    expect(seen.problems).toMatchObject([{ facets: ["inventory"], reason: "denied" }]);
  });

  test("a nextLink or a redirect to another host is not followed, and the token does not go there", async () => {
    const asked: unknown[] = [];
    const { certPem, keyPem } = fixture.certificate;
    const elsewhere = createServer({ cert: certPem, key: keyPem }, (request, response) => {
      asked.push(request.headers);
      response.end('{"value":[]}');
    });
    elsewhere.listen(0, "127.0.0.1");
    await once(elsewhere, "listening");
    const address = elsewhere.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    try {
      for (const scheme of ["https", "http"]) {
        const to = new URL(`${scheme}://127.0.0.1:${port}/subscriptions/${FIRST}/resources`);
        fixture.azure.setFaults({ path: LIST, times: 1, fault: { kind: "next-link", to } });
        const seen = await inventory();
        expect(seen.value.complete).toBe(false);
        expect(seen.problems).toMatchObject([{ reason: "malformed" }]);

        const fault = { kind: "status", status: 302, headers: { Location: to.href } } as const;
        fixture.azure.setFaults({ path: LIST, fault });
        const redirected = await scan().gather(resources);
        expect(redirected.observations).toEqual([]);
        expect(redirected.problems).toMatchObject([
          { reason: "malformed", message: expect.stringContaining("status 302") },
        ]);
      }
      expect(asked).toEqual([]);
    } finally {
      elsewhere.close();
      elsewhere.closeAllConnections();
    }
  });

  test("a nextLink that leads to its own page ends", async () => {
    fixture.azure.setFaults({ path: /skiptoken/, fault: { kind: "next-link", to: "itself" } });
    const before = fixture.azure.calls.length;
    const seen = await inventory();
    expect(seen.value.complete).toBe(false);
    expect(seen.names).toHaveLength(4);
    expect(seen.problems).toMatchObject([
      { reason: "malformed", message: expect.stringMatching(/has no end/) },
    ]);
    const pages = fixture.azure.calls.slice(before).filter(({ path }) => LIST.test(path));
    expect(pages).toHaveLength(2);
  });

  test.each([7, "/relative", "...", "x".repeat(20_000), { href: "x" }])(
    "a nextLink that is none: %j",
    async (nextLink) => {
      fixture.azure.setFaults({ path: LIST, fault: { kind: "merge", fields: { nextLink } } });
      const seen = await inventory();
      expect(seen.value.complete).toBe(false);
      expect(seen.problems).toMatchObject([
        { reason: "malformed", message: expect.stringMatching(/nextLink/) },
      ]);
    },
  );

  test("entries without id, type or name", async () => {
    const fields = {
      value: [null, 7, {}, { id: "/subscriptions/x/y", type: "target", name: "z" }],
    };
    fixture.azure.setFaults({ path: LIST, times: 1, fault: { kind: "merge", fields } });
    const seen = await inventory();
    expect(seen.value.complete).toBe(false);
    expect(seen.problems).toMatchObject([
      { reason: "malformed", message: expect.stringMatching(/4 entries of the listing/) },
    ]);
  });

  test("the answer for a subscription is about another", async () => {
    const fields = { subscriptionId: SECOND };
    const path = new RegExp(`/subscriptions/${FIRST}\\?`);
    fixture.azure.setFaults({ path, fault: { kind: "merge", fields } });
    const { observations, problems } = await scan().gather(resources);
    expect(observations).toEqual([]);
    expect(problems).toMatchObject([
      {
        reason: "malformed",
        message: expect.stringMatching(/not about this subscription/),
        permission: null,
      },
    ]);
  });

  test("an entry that two pages hold is one item", async () => {
    const id = `/subscriptions/${FIRST}/resourceGroups/g/providers/Microsoft.Web/sites/`;
    const type = "Microsoft.Web/sites";
    const value = [
      { id: `${id}www`, type, name: "www" },
      { id: `${id}WWW`, type, name: "WWW" },
    ];
    fixture.azure.setFaults({
      path: LIST,
      fault: { kind: "body", body: JSON.stringify({ value }) },
    });
    expect((await inventory()).names).toHaveLength(1);
  });

  test("tags of another shape are not read as none", async () => {
    const id = `/subscriptions/${FIRST}/resourceGroups/g/providers/Microsoft.Web/sites/www`;
    const value = [{ id, type: "Microsoft.Web/sites", name: "www", tags: { a: { b: 1 } } }];
    fixture.azure.setFaults({
      path: LIST,
      fault: { kind: "body", body: JSON.stringify({ value }) },
    });
    expect((await inventory()).value.items[0]?.tags).toBeNull();
  });
});
