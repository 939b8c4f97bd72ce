import type { GetResourceOutput, ListResourcesOutput } from "@aws-sdk/client-cloudcontrol";
import { isNotOffered } from "#facts/aws-availability.ts";
import type { ProblemReason } from "#model/evidence.ts";
import type { Failure } from "#model/probe.ts";
import type { Send } from "./calls.ts";
import { classifyAws, codeOf } from "./errors.ts";

/** Codes by which Cloud Control says that it has no such type, or no way to list it, in this region. */
const NO_SUCH_TYPE: ReadonlySet<string> = new Set([
  "TypeNotFoundException",
  "UnsupportedActionException",
]);
/** How a service that takes no new customers refuses whoever is none: there cannot be anything of it in the account. */
const NO_CUSTOMER = /Only existing Timestream for LiveAnalytics customers can access the service/;

/**
 * What Cloud Control's error codes mean, which are those of the handler that asked the service. The handler's own
 * word is in the message: https://docs.aws.amazon.com/cloudcontrolapi/latest/APIReference/API_ListResources.html
 */
const HANDLER_CODES: Readonly<Record<string, ProblemReason>> = {
  AccessDenied: "denied",
  InvalidCredentials: "denied",
  Throttling: "throttled",
  NetworkFailure: "unreachable",
  NotStabilized: "unreachable",
  ServiceInternalError: "unreachable",
  InternalFailure: "unreachable",
  ServiceTimeout: "timeout",
};

/** An answer that stands for an error by which AWS says that there is nothing. */
type Listed = ListResourcesOutput & { readonly absent?: string };

/** Asks for a page of all resources of a type; where AWS has no such service, there are none. */
export function listResources(
  kind: string,
  region: string,
  NextToken: string | undefined,
): Send<"cloudcontrol", Listed> {
  return async (client, options) => {
    const { ListResourcesCommand } = await import("@aws-sdk/client-cloudcontrol");
    try {
      return await client.send(new ListResourcesCommand({ TypeName: kind, NextToken }), options);
    } catch (error) {
      const code = codeOf(error);
      const none = NO_SUCH_TYPE.has(code)
        ? isNotOffered(kind, region)
        : kind === "AWS::Timestream::Table" &&
          error instanceof Error &&
          NO_CUSTOMER.test(error.message);
      if (none) return { ResourceDescriptions: [], absent: code };
      throw error;
    }
  };
}

/** Asks for all that a type's schema lets be read of one resource. */
export function getResource(
  kind: string,
  identifier: string,
): Send<"cloudcontrol", GetResourceOutput> {
  return async (client, options) => {
    const { GetResourceCommand } = await import("@aws-sdk/client-cloudcontrol");
    return client.send(new GetResourceCommand({ TypeName: kind, Identifier: identifier }), options);
  };
}

/** A resource's properties by the type's schema. */
export type Properties = Readonly<Record<string, unknown>>;

/** The properties of a resource, which come as a text of JSON. @throws TypeError where they are none */
export function propertiesOf(text: string | undefined): Properties {
  let value: unknown = null;
  try {
    value = JSON.parse(text ?? "");
  } catch {
    // Said below.
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError("the properties are no JSON object");
  }
  return { ...value };
}

/**
 * What an error of Cloud Control means. Ids of requests, ARNs and the type are left out of the message, so that what
 * failed alike everywhere is one problem. Pure.
 */
export function classifyCloudControl(error: unknown): Failure {
  const { reason, message } = classifyAws(error);
  const code = codeOf(error);
  if (NO_SUCH_TYPE.has(code)) {
    return {
      reason: "unsupported",
      message: `Cloud Control cannot list this kind there (${code})`,
      retryable: false,
    };
  }
  const handler = /\(HandlerErrorCode: (\w+)/.exec(message)?.[1] ?? "";
  const action = deniedAction(message);
  const denied = action !== null || /access ?denied/i.test(message);
  const meant = denied ? "denied" : (HANDLER_CODES[handler] ?? reason);
  const said =
    action === null
      ? message
          .replaceAll(/,? ?Request(?: ?ID|Token): [\w-]+/g, "")
          .replace(/AWS::\w+::\w+ Handler returned status FAILED: /, "")
      : `${code}: not authorized to perform ${action}`;
  return { reason: meant, message: said, retryable: false };
}

/** The action that AWS itself names in a refusal; null where it names none. */
export function deniedAction(message: string): string | null {
  return (
    /not authorized to perform:? ([a-z0-9-]{2,40}:[A-Za-z]{3,80})(?![\w*])/.exec(message)?.[1] ??
    null
  );
}
