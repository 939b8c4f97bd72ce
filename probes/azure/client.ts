import type { PipelineResponse } from "@azure/core-rest-pipeline";
import type { TargetOf } from "#model/estate.ts";
import type { ProbeContext } from "#model/probe.ts";
import { perScan } from "#probes/common/per-scan.ts";
import { httpsOrigin, openCredential } from "./credential.ts";
import { AzureFailure, failureOfArm, malformed, saysAbsent } from "./errors.ts";
import { limitedClient, trustAlso } from "./http.ts";

const PUBLIC_ARM = "https://management.azure.com";
const GRAPH_PATH = "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01";
const TOKEN_MILLISECONDS = 30_000;

/**
 * Azure Resource Manager as one target sees it. Every answer is ARM's own JSON: the SDK's models drop unknown fields
 * and rename others. Every call obeys its signal, asks once (gather retries) and throws what `classifyAzure` reads.
 */
export interface AzureClient {
  /**
   * One GET.
   * @param path path and query with api-version, or the whole address that a nextLink names
   */
  readonly get: (path: string, signal: AbortSignal) => Promise<unknown>;
  /** One page of a Resource Graph query; the body as Microsoft documents it. */
  readonly graph: (body: unknown, signal: AbortSignal) => Promise<unknown>;
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

type ClientContext = Pick<
  ProbeContext,
  "signal" | "environment" | "secret" | "learn" | "now" | "maxAnswerBytes"
>;

/**
 * The client of a target in this scan, of whose probes all share one credential and one token. The Azure packages are
 * loaded here and no sooner.
 * @throws AzureFailure when the target's credentials or addresses cannot be used.
 */
export const openClient = perScan(makeClient);

async function makeClient(target: TargetOf<"azure">, context: ClientContext): Promise<AzureClient> {
  const origin = httpsOrigin(target.endpoints?.["api"] ?? PUBLIC_ARM, "api");
  const trust = target.caFile === undefined ? null : await trustAlso(target.caFile);
  const rest = await import("@azure/core-rest-pipeline");
  const limits = { maxBytes: context.maxAnswerBytes, trust, signal: context.signal };
  const plainClient = rest.createDefaultHttpClient();
  const http = limitedClient(plainClient, { ...limits, origin, milliseconds: null });
  const credential = await openCredential(
    target,
    context,
    // Managed identities and private authorities are elsewhere: the credential's own requests may go anywhere.
    limitedClient(plainClient, { ...limits, origin: null, milliseconds: TOKEN_MILLISECONDS }),
  );
  const scopes = [`${origin}/.default`];
  const policies = {
    retryOptions: { maxRetries: 0 },
    userAgentOptions: { userAgentPrefix: "probity" },
  };
  const pipeline = rest.createPipelineFromOptions(policies);
  pipeline.addPolicy(rest.bearerTokenAuthenticationPolicy({ credential, scopes }), {
    afterPhase: "Sign",
  });
  const options = {
    endpoint: origin,
    credentialScopes: scopes,
    credentials: { scopes },
    httpClient: http,
    ...policies,
  };
  const resources = perSubscription(async (id) => {
    const { ResourceManagementClient } = await import("@azure/arm-resources");
    return new ResourceManagementClient(credential, id, options);
  });
  const storage = perSubscription(async (id) => {
    const { StorageManagementClient } = await import("@azure/arm-storage");
    return new StorageManagementClient(credential, id, options);
  });
  const send = async (url: string, abortSignal: AbortSignal, body?: string) => {
    const headers = rest.createHttpHeaders({ Accept: "application/json" });
    if (body !== undefined) headers.set("Content-Type", "application/json");
    const request = rest.createPipelineRequest({
      url,
      abortSignal,
      headers,
      ...(body === undefined ? {} : { method: "POST" as const, body }),
    });
    return dataOf(await pipeline.sendRequest(http, request));
  };
  const get: AzureClient["get"] = (path, signal) => send(new URL(path, origin).href, signal);

  return {
    get,
    graph: (body, signal) => send(`${origin}${GRAPH_PATH}`, signal, JSON.stringify(body)),
    resources: async (id, link, signal) => {
      if (link !== null) return get(link, signal);
      const client = await resources(id);
      return raw(signal, (with_) => client.resources.list(with_).byPage().next());
    },
    accounts: async (id, link, signal) => {
      if (link !== null) return get(link, signal);
      const client = await storage(id);
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

function perSubscription<Made>(make: (id: string) => Made) {
  const made = new Map<string, Made>();
  return (id: string): Made => {
    const one = made.get(id) ?? make(id);
    made.set(id, one);
    return one;
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
    const answer = { status, body, header: (name: string) => headers.get(name) };
    throw new AzureFailure(failureOfArm(answer), saysAbsent(answer));
  }
  try {
    return JSON.parse(body);
  } catch {
    throw malformed("the answer is no JSON");
  }
}
