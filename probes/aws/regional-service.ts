import type { AwsService } from "#model/aws-services.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import { defineRead, type Failure } from "#model/probe.ts";
import type { SecurityService } from "#model/security-facets.ts";
import { accountSubject } from "./account-subject.ts";
import { unanswered } from "#probes/common/known.ts";
import type { AwsSession } from "./session.ts";

/** What came of asking one region. */
export interface RegionAnswer {
  readonly service: Omit<SecurityService, "region"> | null;
  /** Hash of the answer that it was read from. */
  readonly sha256: string | null;
  readonly failures: readonly RegionFailure[];
}
/** A call that failed in one region. */
export interface RegionFailure {
  readonly operation: string;
  readonly permission: string;
  readonly failure: Failure;
}

/**
 * A service that is switched on region by region, as one facet of the account. A region that could not be read makes
 * the service there unknown; where none could be read there is no facet.
 */
export async function* observeRegionalService(
  session: AwsSession,
  facet: "threatDetection" | "vulnerabilityScanning",
  { service, name }: { readonly service: AwsService; readonly name: string },
  askRegion: (region: string) => Promise<RegionAnswer>,
): AsyncGenerator<Observation | Problem> {
  const { context } = session;
  const subject = accountSubject(session);
  const { declared } = await session.regions();
  const parts = await Promise.all(
    declared.map(async (region) => ({ region, ...(await askRegion(region)) })),
  );
  const failures = parts.flatMap(({ region, failures: own }) =>
    own.map((failure) => ({ region, ...failure })),
  );
  const alike = Map.groupBy(
    failures,
    ({ operation, failure }) => `${operation} ${failure.reason} ${failure.message}`,
  );
  for (const same of alike.values()) {
    const [first] = same;
    if (first === undefined) continue;
    const { permission, failure } = first;
    const message = `${same.map(({ region }) => region).join(", ")}: ${failure.message}`;
    yield unanswered(context, subject, facet, {
      operation: `${service}:${first.operation}`,
      permission,
      failure: { ...failure, message },
    });
  }
  if (!parts.some((part) => part.service !== null)) return;
  const unread = { name, enabled: null, covers: [], omits: [] };
  const services = parts.map((part) => ({ ...(part.service ?? unread), region: part.region }));
  yield context.read(
    defineRead({
      service,
      operation: `${service} in ${declared.join(", ")}`,
      call: () => Promise.resolve(parts.map(({ region, sha256 }) => ({ region, sha256 }))),
      subject,
      facet,
      permission: null,
      map: () => ({ services }),
    }),
  );
}
