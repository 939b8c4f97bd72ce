import type { AwsService } from "#model/aws-services.ts";
import type { Question } from "#model/probe.ts";
import type { AwsClients } from "./clients.ts";
import { codeOf, statusOf } from "./errors.ts";
import type { ClientOf } from "./services.ts";

/** Sends one command. */
export type Send<S extends AwsService, Raw> = (
  client: ClientOf<S>,
  options: { readonly abortSignal: AbortSignal },
) => Promise<Raw>;

/**
 * A question to one service in one region.
 * @param operation name of the API operation, such as `DescribeVolumes`
 */
export function awsQuestion<S extends AwsService, Raw extends object>(
  clients: AwsClients,
  service: S,
  region: string,
  operation: string,
  send: Send<S, Raw>,
): Question<Raw> {
  return {
    service: `${service} ${region}`,
    operation: `${service}:${operation}`,
    call: async (abortSignal) =>
      withoutMetadata(await send(await clients.of(service, region), { abortSignal })),
  };
}

/** The provider's word that something is not configured, in place of an answer. */
export interface Absent {
  /** The error code that said so. */
  readonly absent: string;
}

/**
 * Takes the error codes that say "there is none" as an answer; every other error stays one.
 * @param status the HTTP status that must come with the code, where the service always sends one
 */
export function orAbsent<S extends AwsService, Raw extends object>(
  codes: readonly string[],
  send: Send<S, Raw>,
  status?: number,
): Send<S, Raw | Absent> {
  return async (client, options) => {
    try {
      return await send(client, options);
    } catch (error) {
      const code = codeOf(error);
      const isMeant = status === undefined || statusOf(error) === status;
      if (codes.includes(code) && isMeant) return { absent: code };
      throw error;
    }
  };
}

/** Whether the provider said that there is none. */
export function isAbsent(raw: object): raw is Absent {
  return "absent" in raw;
}

/** An answer without its metadata: the request id in it would give the same answer another hash every time. */
export function withoutMetadata<Raw extends object>(raw: Raw): Raw {
  return "$metadata" in raw ? { ...raw, $metadata: {} } : raw;
}
