import type { TargetOf } from "#model/estate.ts";
import type { ProbeContext } from "#model/probe.ts";
import type { AwsService } from "#model/aws-services.ts";
import { answerGuard } from "./answer-guard.ts";
import { shapeGuard } from "./answer-shape.ts";
import { handlerOptions } from "./connection.ts";
import {
  credentialOptions,
  type CredentialOptions,
  type Keys,
  secretLearner,
} from "./credentials.ts";
import { SERVICES, type ClientOf } from "./services.ts";

/**
 * The SDK clients of one target, one for each service and region, made when they are first asked for: the adaptive
 * retry learns the rate that one service of one region bears.
 */
export interface AwsClients {
  readonly of: <S extends AwsService>(service: S, region: string) => Promise<ClientOf<S>>;
  /** Closes all connections. */
  readonly close: () => void;
}

/** What all SDK clients have in common here. */
export interface Guardable {
  readonly config: { readonly credentials: () => Promise<Keys> };
  readonly middlewareStack: {
    add(
      guard: ReturnType<typeof answerGuard>,
      place: { readonly step: "deserialize"; readonly priority: "low" },
    ): void;
    add(
      guard: ReturnType<typeof shapeGuard>,
      place: { readonly step: "deserialize"; readonly priority: "high" },
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
 * Makes the clients of a target. Each service takes the target's endpoint of its name (`s3`, `ec2`), else that named
 * `api`, else the provider's own.
 */
export function awsClients(target: TargetOf<"aws">, context: ProbeContext): AwsClients {
  const close: (() => void)[] = [];
  const made = new Map<string, Promise<unknown>>();
  let handler: ReturnType<typeof handlerOptions> | null = null;
  let credentials: CredentialOptions | null = null;

  const make = async <S extends AwsService>(
    service: S,
    region: string,
    whose: CredentialOptions,
  ) => {
    handler ??= handlerOptions(target, context.environment);
    const client = await SERVICES[service]({
      region,
      requestHandler: await handler,
      retryMode: "adaptive",
      maxAttempts: ATTEMPTS,
      ...whose,
      url: target.endpoints?.[service] ?? target.endpoints?.["api"],
    });
    guard(client);
    // What the table makes for a service is its client; the index of a table by a parameter says less.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return client as ClientOf<S>;
  };
  const guard = (client: Guardable) => {
    const add = answerGuard(context.maxAnswerBytes);
    client.middlewareStack.add(add, { step: "deserialize", priority: "low" });
    client.middlewareStack.add(shapeGuard(), { step: "deserialize", priority: "high" });
    const learner = secretLearner(() => client.config.credentials(), context.learn);
    client.middlewareStack.add(learner, { step: "initialize", priority: "high" });
    close.push(() => client.destroy());
  };
  const whose = (region: string) => {
    credentials ??= credentialOptions(target, (own) => make("sts", region, own), context);
    return credentials;
  };

  return {
    of: <S extends AwsService>(service: S, region: string) => {
      const key = `${service} ${region}`;
      const client = made.get(key) ?? make(service, region, whose(region));
      made.set(key, client);
      // Under this key stands what `make` made for this service.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      return client as Promise<ClientOf<S>>;
    },
    close: () => {
      for (const destroy of close) destroy();
    },
  };
}
