import { STSClient, AssumeRoleCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scanSettings } from "#cli/settings.ts";
import { controls } from "#controls/index.ts";
import { evaluate } from "#evaluate/evaluate.ts";
import type { ApiAnswers } from "#fixtures/estate/aws/answers.ts";
import { gather } from "#gather/gather.ts";
import { plan } from "#gather/plan.ts";
import type { Evaluation, Report } from "#model/report.ts";
import { readableBy } from "#derive/readable.ts";
import { probes } from "#probes/index.ts";
import { layerOver, type AwsLayer } from "../../support/aws-layer.ts";
import { startMoto, type Moto } from "../../support/moto.ts";
import { has } from "../../support/requirements.ts";
import { seedAccount } from "./account.ts";
import { seedBackups } from "./backups.ts";
import { CHECKS, estateOf, policyOf } from "./declared.ts";
import { seedStorage } from "./buckets.ts";
import { seedEdge } from "./edge.ts";
import { besides } from "./besides.ts";
import { seedNetwork } from "./network.ts";
import { given, PARIS, type Emulator, type Seed } from "./seed.ts";
import { disksOf, seedDatabases, seedStores } from "./stores.ts";

const MAIN = "123456789012";
const MEMBERS = ["222222222222", "333333333333"] as const;

describe.skipIf(!has("moto"))("a company's estate on AWS, seeded and scanned", () => {
  const now = new Date();
  let moto: Moto;
  let layer: AwsLayer;
  let report: Report;
  const seeds = new Map<string, readonly Seed[]>();

  beforeAll(async () => {
    moto = await startMoto();
    const answers: Record<string, ApiAnswers> = {};
    for (const account of [MAIN, ...MEMBERS]) {
      const emulator = await emulatorOf(moto.url, account);
      const isMain = account === MAIN;
      const network = isMain ? await seedNetwork(emulator) : [];
      const edge = isMain ? await seedEdge(emulator) : { seeds: [], answers: {} };
      const stores = await seedStores(emulator);
      const backups = await seedBackups(emulator, account, await disksOf(emulator), now);
      const other = besides(account, now);
      seeds.set(account, [
        ...network,
        ...stores,
        ...backups.seeds,
        ...other.seeds,
        ...(await seedDatabases(emulator)),
        ...(await seedAccount(emulator, account, isMain)),
        ...edge.seeds,
        ...(isMain ? await seedStorage(moto.url) : []),
      ]);
      answers[account] = { ...other.answers, ...edge.answers, ...backups.answers };
    }
    layer = await layerOver(moto.url, answers, MAIN);
    report = await scan(layer.url, now);
  }, 120_000);
  afterAll(async () => {
    await layer.close();
    await moto.close();
  });

  test("is as large and as varied as it is meant to be", () => {
    const all = [...seeds.values()].flat();
    const names = new Set(all.map(({ name }) => name));
    expect(names.size).toBeGreaterThanOrEqual(150);
    const kinds = new Set(all.flatMap(({ violates }) => violates ?? []));
    expect(kinds.size).toBeGreaterThanOrEqual(45);
    const traps = new Set(all.flatMap(({ trap }) => trap ?? []));
    expect(traps.size).toBeGreaterThanOrEqual(25);
  });

  test.each([MAIN, ...MEMBERS])("every verdict of account %s equals what was seeded", (account) => {
    const expected: string[] = [];
    const actual: string[] = [];
    for (const seed of seeds.get(account) ?? []) {
      for (const [check, outcome] of Object.entries(seed.expected)) {
        const found = outcomesOf(report, check, account, seed.name);
        expected.push(`${check} ${seed.name}: ${outcome}`);
        const said = found.map((one) => one.outcome).join(", ") || "not judged";
        const why = said === outcome ? "" : ` (${found[0]?.message ?? ""})`;
        actual.push(`${check} ${seed.name}: ${said}${why}`);
      }
    }
    expect(actual).toEqual(expected);
  });

  test("nothing fails that was not seeded to fail", () => {
    const surprises = CHECKS.flatMap(({ id }) =>
      evaluationsOf(report, id)
        .filter(({ outcome }) => outcome === "fail" || outcome === "error")
        .filter(
          ({ subject }) =>
            ![...seeds].some(([account, own]) =>
              own.some(
                (seed) =>
                  subject.target === targetOf(account) &&
                  names(subject, seed.name) &&
                  seed.expected[id] === "fail",
              ),
            ),
        )
        .map(({ subject, message }) => `${id} ${subject.name}: ${message}`),
    );
    expect(surprises).toEqual([]);
    expect([
      ...new Set(report.problems.map(({ operation, message }) => `${operation}: ${message}`)),
    ]).toEqual([]);
  });
});

function targetOf(account: string): string {
  return account === MAIN ? "main" : `member-${account}`;
}

function names(subject: Evaluation["subject"], name: string): boolean {
  return subject.name === name || subject.id === name || subject.id.endsWith(`/${name}`);
}

function evaluationsOf(report: Report, check: string): readonly Evaluation[] {
  return (
    report.claims.find(({ id }) => id === check)?.checks.flatMap((one) => one.evaluations) ?? []
  );
}

function outcomesOf(report: Report, check: string, account: string, name: string) {
  return evaluationsOf(report, check).filter(
    ({ subject }) => subject.target === targetOf(account) && names(subject, name),
  );
}

/** Keys for an account of the emulator: of another than the first one, by a role there. */
async function emulatorOf(endpoint: string, account: string): Promise<Emulator> {
  const own = {
    endpoint,
    region: PARIS,
    credentials: { accessKeyId: "AKIASEEDSEEDSEEDSEED", secretAccessKey: "seeded" },
  };
  if (account === MAIN) return own;
  const client = new STSClient(own);
  const { Credentials: keys } = await client.send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${account}:role/probity`,
      RoleSessionName: "seeding",
    }),
  );
  client.destroy();
  return {
    ...own,
    credentials: {
      accessKeyId: given(keys?.AccessKeyId, "key"),
      secretAccessKey: given(keys?.SecretAccessKey, "secret"),
      sessionToken: given(keys?.SessionToken, "token"),
    },
  };
}

async function scan(url: string, now: Date): Promise<Report> {
  const estate = estateOf(url, MAIN, MEMBERS);
  const policies = [policyOf()];
  process.env["SEED_KEY"] = "AKIASEEDSEEDSEEDSEED";
  process.env["SEED_SECRET"] = "seeded-secret-0001";
  process.env["SEED_EXTERNAL_ID"] = "seeded-external-id";
  const settings = scanSettings({
    signal: new AbortController().signal,
    active: false,
    log: () => {},
  });
  const evidence = await gather(estate.targets, plan(policies, estate, controls, probes), settings);
  return evaluate({
    policies,
    estate,
    evidence,
    controls,
    now,
    attestations: [],
    waivers: [],
    readable: readableBy(probes),
    tool: { name: "probity", version: "0.0.0" },
    full: true,
  });
}
