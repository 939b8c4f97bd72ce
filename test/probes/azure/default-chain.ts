/**
 * Tests of the SDK's default chain, each way to a token by itself: the others would ask addresses that are no test's.
 * The library keeps for the whole process where managed identities are, so each such place is a file of its own.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import {
  startManagedIdentities,
  type ManagedIdentities,
} from "#fixtures/estate/azure/managed-identity.ts";
import resources from "#probes/azure/resources.ts";
import storage from "#probes/azure/storage.ts";
import { NO_REDACTION } from "../../support/no-redaction.ts";
import { testScan } from "../../support/probe-context.ts";
import { CANARY, CLIENT, FEDERATED, startFixture, TENANT, type Fixture } from "./fake.ts";

const HEADER = "canary.of.the.app.1234";
const MANAGED = "66666666-6666-4666-8666-666666666666";
/** Also since the library keeps the tokens of a managed identity for the whole process. */
const UNKNOWN = "88888888-8888-4888-8888-888888888888";
const SECRETS = [CANARY, FEDERATED, HEADER];

type Way = "secret" | "workload" | "app" | "machine";

/** The client id that each uses, and the path by which a managed identity is asked for. */
const WAYS: Record<Way, { readonly clientId: string; readonly asks: RegExp | null }> = {
  secret: { clientId: CLIENT, asks: null },
  workload: { clientId: CLIENT, asks: null },
  app: { clientId: MANAGED, asks: /^\/msi\/token\?/ },
  machine: { clientId: MANAGED, asks: /^\/metadata\/identity\/oauth2\/token\/?\?/ },
};

/** @param ways those that the file tests; one managed identity at most */
export function testChain(ways: readonly Way[]): void {
  let fixture: Fixture;
  let identities: ManagedIdentities;
  beforeAll(async () => {
    fixture = await startFixture();
    identities = await startManagedIdentities(fixture.azure, [MANAGED], HEADER);
  });
  afterAll(async () => {
    await identities.close();
    await fixture.close();
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    fixture.azure.setFaults();
    identities.fail(null);
  });

  /** Sets what such a place sets, and pins the chain to it. */
  function standIn(way: Way, clientId: string): void {
    const token = join(fixture.folder, "federated");
    writeFileSync(token, FEDERATED);
    const managed = { AZURE_TOKEN_CREDENTIALS: "ManagedIdentityCredential" };
    const set: Record<Way, Readonly<Record<string, string>>> = {
      secret: {
        AZURE_TOKEN_CREDENTIALS: "EnvironmentCredential",
        AZURE_TENANT_ID: TENANT,
        AZURE_CLIENT_SECRET: CANARY,
      },
      workload: {
        AZURE_TOKEN_CREDENTIALS: "WorkloadIdentityCredential",
        AZURE_TENANT_ID: TENANT,
        AZURE_FEDERATED_TOKEN_FILE: token,
      },
      app: { ...managed, IDENTITY_ENDPOINT: identities.appService, IDENTITY_HEADER: HEADER },
      machine: { ...managed, AZURE_POD_IDENTITY_AUTHORITY_HOST: identities.machine },
    };
    for (const [name, value] of Object.entries({ ...set[way], AZURE_CLIENT_ID: clientId })) {
      vi.stubEnv(name, value);
    }
  }

  /** All that two probes give, log and learn, before the scan's own redaction. */
  async function scan() {
    const learnt: string[] = [];
    const running = testScan(fixture.target({ credentials: undefined }), {
      environment: { ...process.env },
      redactor: { ...NO_REDACTION, learn: (secret) => void learnt.push(secret) },
    });
    const some = await running.gather(storage, ["transport"]);
    const all = await running.gather(resources);
    const written = JSON.stringify([some, all, running.logged]);
    return {
      observations: some.observations,
      problems: [...some.problems, ...all.problems],
      written,
      learnt,
    };
  }

  function expectNoSecretIn(written: string): void {
    for (const secret of [...SECRETS, ...fixture.azure.issued])
      expect(written).not.toContain(secret);
  }

  test.each(ways)("by %s: one token, and what was asked for", async (way) => {
    const { clientId, asks } = WAYS[way];
    standIn(way, clientId);
    const { issued } = fixture.azure;
    const before = new Set(issued);
    const asked = identities.calls.length;
    const { observations, problems, written, learnt } = await scan();
    expect(problems).toEqual([]);
    expect(observations).toHaveLength(5);
    expect(learnt).toEqual(
      expect.arrayContaining([...issued].filter((token) => !before.has(token))),
    );
    expect(issued.size - before.size).toBe(1);
    expect(identities.calls.slice(asked)).toEqual(
      asks === null ? [] : [expect.stringMatching(asks)],
    );
    expectNoSecretIn(written);
  });

  test.each(ways)("by %s: an identity that is unknown there", async (way) => {
    standIn(way, UNKNOWN);
    const { observations, problems, written } = await scan();
    expect(observations).toEqual([]);
    expect(problems).toHaveLength(1);
    const message = WAYS[way].asks === null ? "AADSTS700016" : "Identity not found";
    for (const problem of problems) {
      expect(problem).toMatchObject({
        reason: "denied",
        message: expect.stringContaining(message),
      });
      expect(problem.message).toContain("no usable Azure credential");
    }
    expectNoSecretIn(written);
  });

  test.each(ways)("by %s: a server that repeats what it was sent", async (way) => {
    standIn(way, WAYS[way].asks === null ? CLIENT : UNKNOWN);
    fixture.azure.setFaults({ path: /oauth2\/v2\.0\/token/, fault: { kind: "echo", status: 401 } });
    identities.fail(400);
    const { observations, problems, written } = await scan();
    expect(observations).toEqual([]);
    expect(problems[0]).toMatchObject({ reason: "denied" });
    expect(written).toContain("could not use");
    expectNoSecretIn(written);
  });

  if (ways.includes("workload")) {
    test("a workload without its token file", async () => {
      standIn("workload", CLIENT);
      vi.stubEnv("AZURE_FEDERATED_TOKEN_FILE", join(fixture.folder, "nowhere"));
      const { problems, written } = await scan();
      expect(problems[0]).toMatchObject({
        reason: "denied",
        message: expect.stringContaining("no usable Azure credential"),
      });
      expectNoSecretIn(written);
    });
  }
}
