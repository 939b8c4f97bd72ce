/** A fake Azure with one subscription, as the tests of a probe use it. */
import { afterAll, afterEach } from "vitest";
import {
  armId,
  type ArmResource,
  type AzureEstate,
  type Below,
} from "#fixtures/estate/azure/estate.ts";
import type { FakeAzure } from "#fixtures/estate/azure/server.ts";
import { testScan, type TestScan, type TestScanOptions } from "../../support/probe-context.ts";
import { CANARY, CLIENT, FIRST, startFixture, TENANT } from "./fake.ts";

export interface OneSubscription {
  readonly azure: FakeAzure;
  readonly scan: (options?: TestScanOptions) => TestScan;
}

/** Starts it for the file; its faults are taken away after each test. */
export async function fakeSubscription(
  held: {
    readonly resources: readonly ArmResource[];
    readonly below?: Below;
  } & Partial<Pick<AzureEstate, "denied" | "pageSize">>,
): Promise<OneSubscription> {
  const { resources, below = {}, ...rest } = held;
  const fixture = await startFixture({
    tenant: TENANT,
    applications: [{ clientId: CLIENT, clientSecret: CANARY }],
    subscriptions: [{ id: FIRST, name: "Production", accounts: [], resources, below }],
    ...rest,
  });
  afterAll(() => fixture.close());
  afterEach(() => fixture.azure.setFaults());
  const { azure, environment, target } = fixture;
  return { azure, scan: (options = {}) => testScan(target(), { environment, ...options }) };
}

/** A resource of the subscription. */
export function resource(
  type: string,
  name: string,
  fields: Partial<Omit<ArmResource, "id" | "name" | "type">> = {},
): ArmResource {
  return {
    id: armId(FIRST, "production", type, name),
    name,
    type,
    location: "westeurope",
    ...fields,
  };
}
