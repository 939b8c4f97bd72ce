import type { ResourceManagementClient } from "@azure/arm-resources";
import type { StorageManagementClient } from "@azure/arm-storage";
import type { Pipeline, PipelineResponse } from "@azure/core-rest-pipeline";
import type { TargetOf } from "#model/estate.ts";
import type { ProbeContext } from "#model/probe.ts";
import { httpsOrigin, openCredential } from "./credential.ts";
import { AzureFailure, failureOfArm, malformed } from "./errors.ts";
import { limitedClient, trustAlso } from "./http.ts";

const PUBLIC_ARM = "https://management.azure.com";
const SUBSCRIPTIONS_API = "2022-12-01";
const TOKEN_MILLISECONDS = 30_000;

/**
 * Azure Resource Manager as one target sees it. Every answer is ARM's own JSON: the SDK's models drop unknown fields
 * and rename others. Every call obeys its signal, asks once (gather retries) and throws what `classifyAzure` reads.
 */
export interface AzureSession {
  readonly subscription: (id: string, signal: AbortSignal) => Promise<unknown>;
  /** A page of all resources: the first (`link: null`), or the one that a nextLink names. */
  readonly resources: Pages;
  /** A page of the storage accounts. */
  readonly accounts: Pages;
  /** One storage account with its geo-replication statistics. */
  readonly account: (at: AccountPath, signal: AbortSignal) => Promise<unknown>;
  readonly blobService: (at: AccountPath, signal: AbortSignal) => Promise<unknown>;
}
export type Pages = (
  subscription: string,
  link: string | null,
  signal: AbortSignal,
) => Promise<unknown>;

/** Where a storage account is. */
export interface AccountPath {
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly name: string;
}

type SessionContext = Pick<
  ProbeContext,
  "signal" | "environment" | "secret" | "learn" | "now" | "maxAnswerBytes"
>;

/** By the signal of the target's scan, which its probes share: one credential and one token for all of them. */
const sessions = new WeakMap<AbortSignal, Promise<AzureSession>>();

/**
 * The session of a target in this scan. The Azure packages are loaded here and no sooner.
 * @throws AzureFailure when the target's credentials or addresses cannot be used.
 */
export function openSession(
  target: TargetOf<"azure">,
  context: SessionContext,
): Promise<AzureSession> {
  let session = sessions.get(context.signal);
  if (session === undefined) {
    session = makeSession(target, context);
    sessions.set(context.signal, session);
  }
  return session;
}

async function makeSession(
  target: TargetOf<"azure">,
  context: SessionContext,
): Promise<AzureSession> {
  const origin = httpsOrigin(target.endpoints?.["api"] ?? PUBLIC_ARM, "api");
  const trust = target.caFile === undefined ? null : await trustAlso(target.caFile);
  const { createDefaultHttpClient, createHttpHeaders, createPipelineRequest } =
    await import("@azure/core-rest-pipeline");
  const limits = { maxBytes: context.maxAnswerBytes, trust, signal: context.signal };
  const plainClient = createDefaultHttpClient();
  const http = limitedClient(plainClient, { ...limits, origin, milliseconds: null });
  const credential = await openCredential(
    target,
    context,
    // Managed identities and private authorities are elsewhere: the credential's own requests may go anywhere.
    limitedClient(plainClient, { ...limits, origin: null, milliseconds: TOKEN_MILLISECONDS }),
  );
  const scope = `${origin}/.default`;
  const options = {
    endpoint: origin,
    credentialScopes: scope,
    credentials: { scopes: [scope] },
    httpClient: http,
    retryOptions: { maxRetries: 0 },
    userAgentOptions: { userAgentPrefix: "probity" },
  };
  const resources = perSubscription<ResourceManagementClient>(async (id) => {
    const { ResourceManagementClient } = await import("@azure/arm-resources");
    return new ResourceManagementClient(credential, id, options);
  });
  const storage = perSubscription<StorageManagementClient>(async (id) => {
    const { StorageManagementClient } = await import("@azure/arm-storage");
    return new StorageManagementClient(credential, id, options);
  });
  // What the SDK has no call for, and the next pages, for which its pager takes neither signal nor onResponse.
  const get = async (client: { pipeline: Pipeline }, url: string, abortSignal: AbortSignal) =>
    dataOf(
      await client.pipeline.sendRequest(
        http,
        createPipelineRequest({
          url,
          abortSignal,
          headers: createHttpHeaders({ Accept: "application/json" }),
        }),
      ),
    );

  return {
    subscription: async (id, signal) => {
      const address = `${origin}/subscriptions/${encodeURIComponent(id)}?api-version=${SUBSCRIPTIONS_API}`;
      return get(await resources(id), address, signal);
    },
    resources: async (id, link, signal) => {
      const client = await resources(id);
      if (link !== null) return get(client, link, signal);
      return raw(signal, (with_) => client.resources.list(with_).byPage().next());
    },
    accounts: async (id, link, signal) => {
      const client = await storage(id);
      if (link !== null) return get(client, link, signal);
      return raw(signal, (with_) => client.storageAccounts.list(with_).byPage().next());
    },
    account: async ({ subscription, resourceGroup, name }, signal) => {
      const { storageAccounts } = await storage(subscription);
      return raw(signal, (with_) =>
        storageAccounts.getProperties(resourceGroup, name, {
          ...with_,
          expand: "geoReplicationStats",
        }),
      );
    },
    blobService: async ({ subscription, resourceGroup, name }, signal) => {
      const { blobServices } = await storage(subscription);
      return raw(signal, (with_) => blobServices.getServiceProperties(resourceGroup, name, with_));
    },
  };
}

function perSubscription<Client>(make: (id: string) => Promise<Client>) {
  const clients = new Map<string, Promise<Client>>();
  return (id: string): Promise<Client> => {
    const client = clients.get(id) ?? make(id);
    clients.set(id, client);
    return client;
  };
}

interface RawOptions {
  readonly abortSignal: AbortSignal;
  readonly onResponse: (response: PipelineResponse) => void;
}

/** The answer as it came. An answer that the SDK's models cannot take is still judged by what it is. */
async function raw(signal: AbortSignal, call: (options: RawOptions) => Promise<unknown>) {
  let seen: PipelineResponse | undefined;
  const onResponse = (response: PipelineResponse) => {
    seen = response;
  };
  try {
    await call({ abortSignal: signal, onResponse });
  } catch (error) {
    if (seen === undefined) throw error;
  }
  if (seen === undefined) throw malformed("the SDK gave no answer");
  return dataOf(seen);
}

function dataOf({ status, headers, bodyAsText }: PipelineResponse): unknown {
  const body = bodyAsText ?? "";
  if (status !== 200) {
    throw new AzureFailure(failureOfArm({ status, body, header: (name) => headers.get(name) }));
  }
  try {
    return JSON.parse(body);
  } catch {
    throw malformed("the answer is no JSON");
  }
}
