/** The promise of cold backups in Strasbourg, judged as the published policy makes it. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { controls } from "#controls/index.ts";
import { evaluate } from "#evaluate/evaluate.ts";
import { kindsOf } from "#facts/kinds.ts";
import { targetSchema } from "#model/estate.ts";
import { expectationOf } from "#model/expectation.ts";
import { policySchema } from "#model/policy.ts";
import probe from "#probes/ovh/object-storage-s3.ts";
import { estate, evidence, inventory, policy } from "../../support/evidence.ts";
import { testScan } from "../../support/probe-context.ts";
import { s3Error, s3LayerOver, type S3Answer, type S3Layer } from "../../support/s3-layer.ts";

const NOW = new Date("2026-06-01T12:00:00Z");
const XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
const ok = (body: string): S3Answer => ({ status: 200, body });

interface Store {
  readonly region: string;
  /** Days since each object was written. */
  readonly ages: readonly number[];
  /** The parameter of a question that is answered otherwise. */
  readonly instead?: readonly [parameter: string, answer: S3Answer];
}
const KEPT: Store = { region: "sbg", ages: [9, 2] };

const published = policySchema.parse(
  parse(
    readFileSync(
      fileURLToPath(new URL("../../../config/policies/kizeo-forms.yaml", import.meta.url)),
      "utf8",
    ),
  ),
);

describe("kz-cold-backup", () => {
  let store = KEPT;
  let layer: S3Layer;
  beforeAll(async () => {
    layer = await s3LayerOver("http://127.0.0.1:1", ({ bucket, query, region }) => {
      const [parameter = "", answer = null] = store.instead ?? [];
      if (answer !== null && (bucket === "" ? parameter === "" : query.has(parameter)))
        return answer;
      if (bucket === "") {
        const entry = region === store.region ? "<Bucket><Name>cold</Name></Bucket>" : "";
        return ok(
          `<ListAllMyBucketsResult ${XMLNS}><Buckets>${entry}</Buckets></ListAllMyBucketsResult>`,
        );
      }
      if (query.has("location")) {
        return ok(`<LocationConstraint ${XMLNS}>${store.region}</LocationConstraint>`);
      }
      if (query.has("tagging")) return s3Error(404, "NoSuchTagSet");
      if (query.has("lifecycle")) return s3Error(404, "NoSuchLifecycleConfiguration");
      if (!query.has("list-type")) return s3Error(403, "AccessDenied");
      const objects = store.ages.map((days, at) => {
        const written = new Date(NOW.getTime() - days * 86_400_000).toISOString();
        // DEEP_ARCHIVE reads back so in Strasbourg.
        return `<Contents><Key>${at}.tar</Key><LastModified>${written}</LastModified><Size>9</Size><StorageClass>STANDARD_IA</StorageClass></Contents>`;
      });
      return ok(
        `<ListBucketResult ${XMLNS}><IsTruncated>false</IsTruncated>${objects.join("")}</ListBucketResult>`,
      );
    });
  });
  afterAll(() => layer.close());

  async function verdict(fields: Partial<Store>, target: object = {}) {
    store = { ...KEPT, ...fields };
    const entry = {
      id: "ovh",
      provider: "ovh",
      projects: ["0123456789abcdef"],
      endpoints: { s3: layer.url },
      credentials: { env: { s3AccessKey: "KEY", s3SecretKey: "SECRET" } },
      backups: [{ id: "cold-backups", bucket: "cold", labels: ["backup"] }],
      ...target,
    };
    const scan = testScan(targetSchema.parse(entry), {
      environment: { KEY: "key-of-ovh", SECRET: "secret-of-ovh" },
      now: () => NOW,
    });
    const found = await scan.gather(probe, ["recoveryPoints", "location"]);
    // All else that the account may hold is listed by other probes, and what lies inside something by its own name.
    const apart = kindsOf("ovh").filter(({ kind }) => !probe.kinds.includes(kind));
    const kinds = ["*", ...apart.map(({ kind }) => kind)];
    const others = inventory([], { kinds, target: "ovh", provider: "ovh" });
    const checks = published.claims.find(({ id }) => id === "kz-cold-backup")?.checks ?? [];
    const report = evaluate({
      policies: [
        policy([
          {
            checks: checks.map((check) => {
              const control = controls.get(check.control ?? "");
              if (control === undefined) throw new Error("a check that is pending");
              return { ...check, expect: expectationOf(control).parse(check.expect) };
            }),
          },
        ]),
      ],
      estate: estate({ targets: [entry] }),
      attestations: [],
      waivers: [],
      evidence: {
        ...evidence([others, ...found.observations], found.problems),
        finishedAt: NOW.toISOString(),
      },
      controls,
      readable: () => true,
      now: NOW,
      tool: { name: "probity", version: "test" },
      full: true,
    });
    return report.claims[0]?.verdict;
  }

  test("is upheld by a backup of this week in Strasbourg", async () => {
    expect(await verdict({})).toBe("upheld");
  });

  test.each([
    ["in Gravelines", { region: "gra" }],
    ["of last week alone", { ages: [8, 9] }],
    ["nowhere: the bucket is empty", { ages: [] }],
  ])("is violated by backups %s", async (_, fields) => {
    expect(await verdict(fields)).toBe("violated");
  });

  test.each([
    ["objects may not be listed", { instead: ["list-type", s3Error(403, "AccessDenied")] }],
    ["retention may not be read", { instead: ["lifecycle", s3Error(403, "AccessDenied")] }],
    ["the region is not told", { instead: ["location", s3Error(403, "AccessDenied")] }],
    ["the region is empty", { instead: ["location", ok(`<LocationConstraint ${XMLNS}/>`)] }],
    ["the keys are refused", { instead: ["", s3Error(403, "InvalidAccessKeyId")] }],
    ["a proxy answers", { instead: ["list-type", ok("<html>sign in</html>")] }],
    [
      "objects have no date",
      {
        instead: [
          "list-type",
          ok(
            `<ListBucketResult ${XMLNS}><IsTruncated>false</IsTruncated><Contents><Key>a</Key></Contents></ListBucketResult>`,
          ),
        ],
      },
    ],
    ["the vendor has no such call", { instead: ["list-type", s3Error(501, "NotImplemented")] }],
  ] satisfies readonly (readonly [string, Partial<Store>])[])(
    "is unverified where %s",
    async (_, fields) => {
      expect(await verdict(fields)).toBe("unverified");
    },
  );

  test("is unverified without keys, or where the bucket is not there", async () => {
    expect(await verdict({}, { credentials: undefined })).toBe("unverified");
    const backups = [{ id: "cold-backups", bucket: "gone", labels: ["backup"] }];
    expect(await verdict({}, { backups })).toBe("unverified");
  });
});
