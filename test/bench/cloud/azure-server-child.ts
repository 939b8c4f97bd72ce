/** A fake Azure of some subscriptions, held to its limits, behind a latency; tells its addresses, and on "calls" what it was asked. */
import { makeAuthority } from "#fixtures/estate/authority.ts";
import { startAzure } from "#fixtures/estate/azure/server.ts";
import { azureEstateOf } from "./azure-estate.ts";

/** What the fake was asked. */
export interface AzureAsked {
  /** Calls answered for each subscription. */
  readonly subscriptions: readonly number[];
  /** Of those, single things of the storage provider, and its lists. */
  readonly storageReads: readonly number[];
  readonly storageLists: readonly number[];
  readonly queries: number;
  readonly refused: number;
}

const { subscriptions, latency } = JSON.parse(process.argv[2] ?? "{}") as {
  subscriptions: number;
  latency: number;
};
const authority = makeAuthority();
const estate = azureEstateOf(subscriptions);
const azure = await startAzure(estate, { authority, latency, limited: true });
const { armUrl: api, tokenUrl: token } = azure;
process.send?.({ api, token, caPem: authority.caPem });
process.on("message", () => {
  const asked = azure.calls.filter(({ server, status }) => server === "arm" && status !== 429);
  const count = (path: RegExp) =>
    estate.subscriptions.map(
      ({ id }) => asked.filter((call) => call.path.includes(id) && path.test(call.path)).length,
    );
  const told: AzureAsked = {
    subscriptions: count(/^\/subscriptions\//),
    storageReads: count(/\/Microsoft\.Storage\/storageAccounts\//),
    storageLists: count(/\/Microsoft\.Storage\/storageAccounts\?/),
    queries: asked.filter(({ path }) => /ResourceGraph/.test(path)).length,
    refused: azure.calls.filter(({ status }) => status === 429).length,
  };
  process.send?.(told);
});
process.on("disconnect", () => void azure.close());
