import type { GetDetectorResponse } from "@aws-sdk/client-guardduty";
import { defineProbe, type Failure } from "#model/probe.ts";
import type { SecurityService } from "#model/security-facets.ts";
import { plain } from "#model/text.ts";
import { ACCOUNT_KIND, accountInventory } from "./account-subject.ts";
import { awsQuestion } from "./calls.ts";
import { classifyAws } from "./errors.ts";
import { malformed, pages } from "./pages.ts";
import {
  observeRegionalService,
  type RegionAnswer,
  type RegionFailure,
} from "./regional-service.ts";
import { inAccount, type AwsSession } from "./session.ts";

const NAME = "GuardDuty";

/** Whether GuardDuty watches over the account in each declared region. */
export default defineProbe({
  id: "aws-guardduty",
  title: "Amazon GuardDuty",
  provider: "aws",
  kinds: [ACCOUNT_KIND],
  provides: {
    inventory: { permissions: [] },
    threatDetection: { permissions: ["guardduty:ListDetectors", "guardduty:GetDetector"] },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      yield accountInventory(session);
      if (!wanted.has("threatDetection")) return;
      const service = { service: "guardduty", name: NAME } as const;
      yield* observeRegionalService(session, "threatDetection", service, (region) =>
        askDetectors(session, region),
      );
    });
  },
});

async function askDetectors(
  { context, clients }: AwsSession,
  region: string,
): Promise<RegionAnswer> {
  const failed = (operation: string, failure: Failure): RegionAnswer => ({
    service: null,
    sha256: null,
    failures: [failureOf(operation, failure)],
  });
  const ids: string[] = [];
  let sha256: string | null = null;
  const listing = pages(
    context,
    (token) =>
      awsQuestion(clients, "guardduty", region, "ListDetectors", async (client, options) => {
        const { ListDetectorsCommand } = await import("@aws-sdk/client-guardduty");
        return client.send(new ListDetectorsCommand({ NextToken: token }), options);
      }),
    (page) => page.NextToken,
  );
  for await (const page of listing) {
    if (!page.ok) return failed("ListDetectors", page.failure);
    if (page.raw.DetectorIds === undefined) {
      return failed("ListDetectors", malformed(new TypeError("an answer without DetectorIds")));
    }
    ids.push(...page.raw.DetectorIds);
    sha256 = page.sha256;
  }
  const [DetectorId] = ids;
  if (DetectorId === undefined) {
    return { service: { name: NAME, enabled: false, covers: [], omits: [] }, sha256, failures: [] };
  }
  // A region has one detector at most: https://docs.aws.amazon.com/guardduty/latest/APIReference/API_CreateDetector.html
  const answer = await context.ask(
    awsQuestion(clients, "guardduty", region, "GetDetector", async (client, options) => {
      const { GetDetectorCommand } = await import("@aws-sdk/client-guardduty");
      return client.send(new GetDetectorCommand({ DetectorId }), options);
    }),
  );
  if (!answer.ok) return failed("GetDetector", answer.failure);
  try {
    return { service: toDetection(answer.raw), sha256: answer.sha256, failures: [] };
  } catch (error) {
    return failed("GetDetector", malformed(error));
  }
}

function failureOf(operation: string, failure: Failure): RegionFailure {
  return { operation, permission: `guardduty:${operation}`, failure };
}

/** A detector as a service that is on or suspended. @throws TypeError without a status that is known */
export function toDetection({
  Status,
  Features = [],
}: Pick<GetDetectorResponse, "Status" | "Features">): Omit<SecurityService, "region"> {
  if (Status !== "ENABLED" && Status !== "DISABLED") {
    throw new TypeError(`a detector with the status ${plain(String(Status), 40)}`);
  }
  const names = (on: boolean) =>
    Features.flatMap((feature) =>
      feature.Name !== undefined && (feature.Status === "ENABLED") === on ? [feature.Name] : [],
    );
  const enabled = Status === "ENABLED";
  return { name: NAME, enabled, covers: enabled ? names(true) : [], omits: names(false) };
}
