import type { S3Client } from "@aws-sdk/client-s3";
import type { S3ControlClient } from "@aws-sdk/client-s3-control";
import type { STSClient } from "@aws-sdk/client-sts";
import type { TargetOf } from "#model/estate.ts";
import type { ProbeContext } from "#model/probe.ts";
import { answerGuard } from "./answer-guard.ts";
import { handlerOptions } from "./connection.ts";
import {
  credentialOptions,
  type CredentialOptions,
  type Keys,
  secretLearner,
} from "./credentials.ts";

/**
 * The SDK clients of one target, one for each service and region, made when they are first asked for: the adaptive
 * retry learns the rate that one service of one region bears.
 */
export interface AwsClients {
  readonly s3: (region: string) => Promise<S3Client>;
  readonly s3control: (region: string) => Promise<S3ControlClient>;
  readonly sts: (region: string) => Promise<STSClient>;
  /** Closes all connections. */
  readonly close: () => void;
}

/** What all SDK clients have in common here. */
interface Guardable {
  readonly config: { readonly credentials: () => Promise<Keys> };
  readonly middlewareStack: {
    add(
      guard: ReturnType<typeof answerGuard>,
      place: { readonly step: "deserialize"; readonly priority: "low" },
    ): void;
    add(
      learn: ReturnType<typeof secretLearner>,
      place: { readonly step: "initialize"; readonly priority: "high" },
    ): void;
  };
  destroy(): void;
}

/** Attempts of one call, the first included; under throttling the standard mode gives up where this goes through. */
const ATTEMPTS = 8;

/**
 * Makes the clients of a target. Each service takes the target's endpoint of its name (`s3`, `s3control`, `sts`),
 * else that named `api`, else the provider's own.
 */
export function awsClients(target: TargetOf<"aws">, context: ProbeContext): AwsClients {
  const close: (() => void)[] = [];
  let handler: ReturnType<typeof handlerOptions> | null = null;
  let credentials: CredentialOptions | null = null;

  const endpoint = (service: string) => target.endpoints?.[service] ?? target.endpoints?.["api"];
  const connection = async (region: string) => {
    handler ??= handlerOptions(target, context.environment);
    return {
      region,
      requestHandler: await handler,
      retryMode: "adaptive",
      maxAttempts: ATTEMPTS,
    } as const;
  };
  const guarded = <C extends Guardable>(client: C): C => {
    const guard = answerGuard(context.maxAnswerBytes);
    client.middlewareStack.add(guard, { step: "deserialize", priority: "low" });
    const learner = secretLearner(() => client.config.credentials(), context.learn);
    client.middlewareStack.add(learner, { step: "initialize", priority: "high" });
    close.push(() => client.destroy());
    return client;
  };
  const makeSts = async (region: string, whose: CredentialOptions) => {
    const { STSClient } = await import("@aws-sdk/client-sts");
    const url = endpoint("sts");
    const own = url === undefined ? {} : { endpoint: url };
    return guarded(new STSClient({ ...(await connection(region)), ...whose, ...own }));
  };
  const whose = (region: string) => {
    credentials ??= credentialOptions(target, (own) => makeSts(region, own), context);
    return credentials;
  };
  const options = async (region: string) => ({ ...(await connection(region)), ...whose(region) });

  return {
    s3: perRegion(async (region) => {
      const { S3Client } = await import("@aws-sdk/client-s3");
      const url = endpoint("s3");
      const own = url === undefined ? {} : { endpoint: url, forcePathStyle: true };
      return guarded(new S3Client({ ...(await options(region)), ...own }));
    }),
    s3control: perRegion(async (region) => {
      const { S3ControlClient } = await import("@aws-sdk/client-s3-control");
      const url = endpoint("s3control");
      // A plain endpoint would get the account's number in front of its host name.
      const own = url === undefined ? {} : { endpointProvider: () => ({ url: new URL(url) }) };
      return guarded(new S3ControlClient({ ...(await options(region)), ...own }));
    }),
    sts: perRegion((region) => makeSts(region, whose(region))),
    close: () => {
      for (const destroy of close) destroy();
    },
  };
}

function perRegion<C>(make: (region: string) => Promise<C>): (region: string) => Promise<C> {
  const made = new Map<string, Promise<C>>();
  return (region) => {
    const known = made.get(region);
    if (known !== undefined) return known;
    const client = make(region);
    made.set(region, client);
    return client;
  };
}
