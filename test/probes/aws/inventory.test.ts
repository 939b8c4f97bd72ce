import { describe, expect, test } from "vitest";
import { controls } from "#controls/index.ts";
import { readableBy } from "#derive/readable.ts";
import { evaluate } from "#evaluate/evaluate.ts";
import { ApiError, type ApiCall } from "#fixtures/estate/aws/answers.ts";
import { AWS_KINDS } from "#facts/kinds-aws.ts";
import { kindOf } from "#facts/kinds.ts";
import { isNotOffered } from "#facts/aws-availability.ts";
import { regionFacts } from "#facts/regions.ts";
import { classifyCloudControl } from "#probes/aws/cloud-control.ts";
import { LISTED_KINDS, arnIn } from "#probes/aws/inventory-kinds.ts";
import probe from "#probes/aws/inventory.ts";
import { probes } from "#probes/index.ts";
import { estate, evidence, policy } from "../../support/evidence.ts";
import { facetOf, type Gathered } from "../../support/probe-context.ts";
import { ACCOUNT, awsTarget, fakeAws } from "./support.ts";

const place = { account: { id: ACCOUNT, partition: "aws" }, region: "eu-west-3" };

/** The answer of ListResources for each kind; nothing for the others. */
function lists(answers: Readonly<Record<string, readonly object[] | ((call: ApiCall) => object)>>) {
  return (call: ApiCall) => {
    const answer = answers[String(call.input["TypeName"])] ?? [];
    return typeof answer === "function" ? answer(call) : { ResourceDescriptions: answer };
  };
}
const inventoriesOf = ({ observations }: Gathered) =>
  new Map(
    observations.flatMap((seen) =>
      seen.facet === "inventory" ? [[seen.value.kinds[0] ?? "", seen.value] as const] : [],
    ),
  );
const refused = (kind: string, action: string) =>
  new ApiError(
    "AccessDeniedException",
    `${kind} Handler returned status FAILED: User: arn:aws:iam::${ACCOUNT}:user/probity is not authorized to perform: ${action} on resource: * because no identity-based policy allows it (Service: X, Status Code: 400, Request ID: 0fce0fb9-3d12-4448-b759-28b31b5416c9) (HandlerErrorCode: AccessDenied, RequestToken: 1ad82714-85a2-4c5c-9191-3b5f34ff713e)`,
  );

describe("kinds that Cloud Control lists", () => {
  test("each is a kind that Probity knows, once, and those with data are looked for everywhere", () => {
    const names = LISTED_KINDS.map(({ kind }) => kind);
    expect(new Set(names).size).toBe(names.length);
    for (const { kind, reach } of LISTED_KINDS) {
      expect(kindOf(kind), kind).toMatchObject({ kind, data: reach === undefined });
    }
  });

  test("they and the kinds of the other probes are all that hold data", () => {
    const readable = readableBy(probes);
    const unlisted = AWS_KINDS.filter(({ data }) => data)
      .map(({ kind }) => kind)
      .filter((kind) => !readable("aws", kind, "inventory"));
    expect(unlisted).toEqual([]);
  });

  test("no kind that a control judges is left without a listing", () => {
    const readable = readableBy(probes);
    const judged = new Set([...controls.values()].flatMap(({ needs }) => needs));
    const unlisted = AWS_KINDS.filter(({ facets }) => facets.some((facet) => judged.has(facet)))
      .map(({ kind }) => kind)
      .filter((kind) => !readable("aws", kind, "inventory"));
    expect(unlisted).toEqual([]);
  });

  test("nothing that reads a secret's value is asked for", () => {
    const permissions = probe.provides.inventory?.permissions ?? [];
    expect(permissions).toContain("secretsmanager:ListSecrets");
    for (const name of permissions)
      expect(name).not.toMatch(/GetSecretValue|GetParameter|PassRole/);
  });

  test("an availability names regions that exist", () => {
    const kinds = LISTED_KINDS.map(({ kind }) => kind);
    expect(kinds.some((kind) => isNotOffered(kind, "eu-west-3"))).toBe(true);
    expect(kinds.some((kind) => isNotOffered(kind, "us-east-1"))).toBe(false);
    expect(isNotOffered("AWS::SQS::Queue", "me-south-1")).toBe(false);
    expect(isNotOffered("AWS::Timestream::Table", "xx-new-1")).toBe(false);
    for (const region of ["af-south-1", "mx-central-1", "us-west-1"]) {
      expect(regionFacts("aws", region)).toBeDefined();
    }
  });

  test.each<[string, string, string | null]>([
    [
      "AWS::ElastiCache::ReplicationGroup",
      "cache",
      "elasticache:eu-west-3:A:replicationgroup:cache",
    ],
    ["AWS::Cassandra::Table", "shop|orders", "cassandra:eu-west-3:A:/keyspace/shop/table/orders"],
    ["AWS::Timestream::Table", "db|t", "timestream:eu-west-3:A:database/db/table/t"],
    ["AWS::SQS::Queue", "https://sqs.eu-west-3.amazonaws.com/A/jobs", "sqs:eu-west-3:A:jobs"],
    ["AWS::SSM::Parameter", "/app/key", "ssm:eu-west-3:A:parameter/app/key"],
    ["AWS::SSM::Parameter", "key", "ssm:eu-west-3:A:parameter/key"],
    ["AWS::Cognito::UserPool", "eu-west-3_abc", "cognito-idp:eu-west-3:A:userpool/eu-west-3_abc"],
    ["AWS::RedshiftServerless::Namespace", "n", null],
    ["AWS::MSK::Cluster", "no arn", null],
  ])("the ARN of %s by its identifier %s", (name, identifier, arn) => {
    const kind = LISTED_KINDS.find((one) => one.kind === name);
    const built = kind === undefined ? "" : arnIn(kind, identifier, {}, place);
    expect(built).toBe(arn === null ? null : `arn:aws:${arn.replaceAll(":A:", `:${ACCOUNT}:`)}`);
  });
});

describe("an inventory by Cloud Control", async () => {
  const aws = await fakeAws({
    regions: ["eu-west-3", "us-east-1"],
    answers: {
      "cloudcontrol:ListResources": lists({
        "AWS::SQS::Queue": ({ input, region }) => {
          const queue = (name: string) => ({
            Identifier: `https://sqs.${region}.amazonaws.com/${ACCOUNT}/${name}`,
            Properties: "{}",
          });
          if (region !== "eu-west-3") return { ResourceDescriptions: [queue("stray")] };
          return input["NextToken"] === "2"
            ? { ResourceDescriptions: [queue("mail")] }
            : { ResourceDescriptions: [queue("jobs")], NextToken: "2" };
        },
        "AWS::Lightsail::Disk": [
          { Identifier: "disk", Properties: '{"DiskArn":"arn:aws:lightsail:eu-west-3:1:Disk/9"}' },
        ],
        "AWS::RedshiftServerless::Namespace": [{ Identifier: "default" }],
        "AWS::Timestream::Table": ({ region }) =>
          region === "us-east-1"
            ? new ApiError(
                "AccessDeniedException",
                "AWS::Timestream::Table Handler returned status FAILED: Only existing Timestream for LiveAnalytics customers can access the service. Reach out to AWS support, for more information.",
              )
            : new ApiError("TypeNotFoundException"),
      }),
      "tagging:GetResources": ({ region }) => ({
        ResourceTagMappingList:
          region === "eu-west-3"
            ? [
                {
                  ResourceARN: `arn:aws:sqs:eu-west-3:${ACCOUNT}:mail`,
                  Tags: [{ Key: "environment", Value: "production" }],
                },
              ]
            : [],
      }),
    },
  });

  test("every page of every enabled region, with tags where they can be read", async () => {
    const found = await aws.scan().gather(probe);
    const inventories = inventoriesOf(found);
    const queues = inventories.get("AWS::SQS::Queue");
    expect(queues?.complete).toBe(true);
    expect(queues?.items.map(({ id, region, tags }) => [id, region, tags])).toEqual([
      [`arn:aws:sqs:eu-west-3:${ACCOUNT}:jobs`, "eu-west-3", {}],
      [`arn:aws:sqs:eu-west-3:${ACCOUNT}:mail`, "eu-west-3", { environment: "production" }],
      [`arn:aws:sqs:us-east-1:${ACCOUNT}:stray`, "us-east-1", {}],
    ]);
    expect(inventories.get("AWS::Lightsail::Disk")?.items[0]).toMatchObject({
      id: "arn:aws:lightsail:eu-west-3:1:Disk/9",
      tags: null,
    });
    const namespaces = inventories.get("AWS::RedshiftServerless::Namespace")?.items;
    expect(namespaces?.map(({ id, tags }) => [id, tags])).toEqual([
      ["eu-west-3:default", null],
      ["us-east-1:default", null],
    ]);
  });

  test("a kind that is known to be empty is listed", async () => {
    const found = await aws.scan().gather(probe);
    const inventories = inventoriesOf(found);
    expect([...inventories.keys()].sort()).toEqual(LISTED_KINDS.map(({ kind }) => kind).sort());
    for (const [kind, { complete }] of inventories) expect(complete, kind).toBe(true);
    expect(inventories.get("AWS::Timestream::Table")?.items).toEqual([]);
    expect(found.problems).toEqual([]);
  });

  test("each region and kind is asked once", async () => {
    const before = aws.calls.length;
    await aws.scan().gather(probe);
    const asked = aws.calls.slice(before).filter(({ operation }) => operation === "ListResources");
    // Two regions for what is looked for everywhere, one for the rest; one listing has a second page.
    const calls = LISTED_KINDS.map(({ reach }) => (reach === undefined ? 2 : 1));
    expect(asked).toHaveLength(calls.reduce<number>((sum, count) => sum + count, 0) + 1);
  });

  test("without cloudformation:ListResources all kinds of the same regions are one problem that names it", async () => {
    const denied = await fakeAws({
      regions: ["eu-west-3", "us-east-1"],
      answers: {
        "cloudcontrol:ListResources": ({ region }) =>
          new ApiError(
            "AccessDeniedException",
            `User: arn:aws:iam::${ACCOUNT}:user/probity is not authorized to perform: cloudformation:ListResources on resource: arn:aws:cloudformation:${region}:${ACCOUNT}:resource/* because no identity-based policy allows the cloudformation:ListResources action`,
          ),
      },
    });
    const found = await denied.scan().gather(probe);
    expect(inventoriesOf(found).size).toBe(0);
    expect(found.problems).toMatchObject([
      {
        reason: "denied",
        permission: "cloudformation:ListResources",
        kinds: LISTED_KINDS.filter(({ reach }) => reach === undefined).map(({ kind }) => kind),
      },
      {
        reason: "denied",
        permission: "cloudformation:ListResources",
        kinds: LISTED_KINDS.filter(({ reach }) => reach === "declared").map(({ kind }) => kind),
      },
    ]);
  });

  test("a refusal of the service itself names the service's permission, and costs one kind", async () => {
    const denied = await fakeAws({
      answers: {
        "cloudcontrol:ListResources": lists({
          "AWS::ECR::Repository": () => refused("AWS::ECR::Repository", "ecr:DescribeRepositories"),
          "AWS::Kinesis::Stream": () =>
            new ApiError(
              "GeneralServiceException",
              "AWS::Kinesis::Stream Handler returned status FAILED: Access denied for operation 'ListStreams'. (HandlerErrorCode: GeneralServiceException, RequestToken: 4fa1929d)",
            ),
        }),
      },
    });
    const found = await denied.scan().gather(probe);
    expect(found.problems).toMatchObject([
      { reason: "denied", permission: "kinesis:ListStreams", kinds: ["AWS::Kinesis::Stream"] },
      { reason: "denied", permission: "ecr:DescribeRepositories", kinds: ["AWS::ECR::Repository"] },
    ]);
    expect(found.problems[1]?.message).not.toContain(ACCOUNT);
    expect(found.problems[0]?.message).not.toContain("4fa1929d");
    expect(inventoriesOf(found).size).toBe(LISTED_KINDS.length - 2);
  });

  test("a type that is missing where the service may be is not taken for none", async () => {
    const odd = await fakeAws({
      answers: {
        "cloudcontrol:ListResources": lists({
          "AWS::SQS::Queue": () => new ApiError("TypeNotFoundException"),
          "AWS::Timestream::Table": () => new ApiError("UnsupportedActionException"),
          "AWS::ECR::Repository": () =>
            new ApiError("AccessDeniedException", "Only existing customers can access the service"),
        }),
      },
    });
    const found = await odd.scan().gather(probe);
    expect(found.problems).toMatchObject([
      { reason: "unsupported", kinds: ["AWS::SQS::Queue"] },
      { reason: "denied", kinds: ["AWS::ECR::Repository"] },
    ]);
    expect(inventoriesOf(found).has("AWS::SQS::Queue")).toBe(false);
    expect(inventoriesOf(found).get("AWS::Timestream::Table")).toMatchObject({ complete: true });
  });

  test("a resource without identifier, or properties that are none, make the listing malformed", async () => {
    const odd = await fakeAws({
      answers: {
        "cloudcontrol:ListResources": lists({
          "AWS::SQS::Queue": [{ Properties: "{}" }],
          "AWS::ECR::Repository": [{ Identifier: "a", Properties: "[]" }],
        }),
      },
    });
    const found = await odd.scan().gather(probe);
    expect(found.problems.map(({ reason, kinds }) => [reason, kinds[0]])).toEqual([
      ["malformed", "AWS::SQS::Queue"],
      ["malformed", "AWS::ECR::Repository"],
    ]);
  });

  test("without the regions what was listed in the declared one counts, and only what is looked for there is complete", async () => {
    aws.setFaults({ operation: "DescribeRegions", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(facetOf(found, "aws", "inventory")).toBeDefined();
    const there = new Set<string>(
      LISTED_KINDS.filter(({ reach }) => reach === "declared").map(({ kind }) => kind),
    );
    for (const [kind, { complete }] of inventoriesOf(found)) {
      expect(complete, kind).toBe(there.has(kind));
    }
    const regions = found.problems.filter(({ operation }) => operation === "ec2:DescribeRegions");
    expect(regions).toMatchObject([{ permission: "ec2:DescribeRegions" }]);
  });
});

describe("an everything claim over what Cloud Control lists", async () => {
  const aws = await fakeAws({
    answers: {
      "cloudcontrol:ListResources": lists({
        "AWS::SQS::Queue": [{ Identifier: `https://sqs.eu-west-3.amazonaws.com/${ACCOUNT}/jobs` }],
        "AWS::Timestream::Table": () => new ApiError("TypeNotFoundException"),
      }),
    },
  });
  const verdict = async (...kinds: readonly string[]) => {
    const { observations, problems } = await aws.scan().gather(probe);
    const check = { control: "data-residency", expect: { regions: ["eu-west-3"] } };
    const report = evaluate({
      policies: [policy([{ id: "here", checks: [{ ...check, scope: { kinds: [...kinds] } }] }])],
      estate: estate({ targets: [awsTarget(aws.url)] }),
      attestations: [],
      waivers: [],
      evidence: evidence(observations, problems),
      controls,
      readable: readableBy(probes),
      now: new Date("2026-06-01T12:00:00Z"),
      tool: { name: "probity", version: "0" },
    });
    return report.claims[0];
  };

  test("kinds that are known to be empty do not keep it from being upheld", async () => {
    const listed = LISTED_KINDS.map(({ kind }) => kind);
    expect(await verdict(...listed)).toMatchObject({
      verdict: "upheld",
      coverage: { judged: 1, total: 1 },
    });
  });

  test("one that could not be asked for does", async () => {
    aws.setFaults({
      operation: "ListResources",
      resource: "AWS::ECR::Repository",
      fault: { kind: "denied" },
    });
    expect((await verdict("AWS::SQS::Queue", "AWS::ECR::Repository"))?.verdict).toBe("unverified");
    expect((await verdict("AWS::SQS::Queue"))?.verdict).toBe("upheld");
  });
});

describe("what an error of Cloud Control means", () => {
  const thrown = (name: string, message: string, status = 400) =>
    Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });

  test.each<[string, string, string, string]>([
    ["ThrottlingException", "Rate exceeded", "throttled", "Rate exceeded"],
    ["GeneralServiceException", "x (HandlerErrorCode: Throttling)", "throttled", "x"],
    [
      "ServiceInternalErrorException",
      "x (HandlerErrorCode: ServiceInternalError)",
      "unreachable",
      "x",
    ],
    [
      "HandlerInternalFailureException",
      "x (HandlerErrorCode: InternalFailure)",
      "unreachable",
      "x",
    ],
    ["GeneralServiceException", "Error occurred during operation", "malformed", "during"],
    ["UnsupportedActionException", "does not support LIST action", "unsupported", "cannot list"],
    [
      "InvalidRequestException",
      "Missing or invalid ResourceModel property",
      "malformed",
      "Missing",
    ],
  ])("%s, %s", (name, message, reason, words) => {
    const failure = classifyCloudControl(thrown(name, message));
    expect(failure.reason).toBe(reason);
    expect(failure.message).toContain(words);
  });

  test("what is no word of AWS is not taken for the name of an action", () => {
    const message = "not authorized to perform: <script>:*";
    expect(classifyCloudControl(thrown("AccessDeniedException", message)).message).toContain(
      "script",
    );
  });
});
