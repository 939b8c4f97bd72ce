import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PARIS } from "#fixtures/estate/aws-recorded/organization.ts";
import { seedAccount } from "../../estates/aws/account.ts";
import { seedEdge } from "../../estates/aws/edge.ts";
import { seedNetwork } from "../../estates/aws/network.ts";
import { seedDatabases, seedStores } from "../../estates/aws/stores.ts";
import { layerOver } from "../../support/aws-layer.ts";
import { startMoto } from "../../support/moto.ts";
import { figure, remark } from "../figure.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
/** What Prowler is held to read: the services that both read of the seeded account. */
const SERVICES =
  "s3 ec2 rds efs dynamodb kms backup cloudtrail guardduty iam elbv2 cloudfront cloudwatch autoscaling acm".split(
    " ",
  );
const KEYS = {
  AWS_ACCESS_KEY_ID: "AKIASEEDSEEDSEEDSEED",
  AWS_SECRET_ACCESS_KEY: "seeded",
  AWS_DEFAULT_REGION: PARIS,
};

interface Run {
  readonly seconds: number;
  readonly megabytes: number;
}

/** One seeded account in an emulator, read by Prowler (of PyPI, in an environment of its own) and by Probity. */
export async function besideProwler(): Promise<void> {
  const prowler = installed();
  if (prowler === null) {
    remark("Prowler cannot be installed here: no comparison");
    return;
  }
  const moto = await startMoto();
  const folder = mkdtempSync(join(tmpdir(), "probity-bench-"));
  try {
    const emulator = {
      endpoint: moto.url,
      region: PARIS,
      credentials: {
        accessKeyId: KEYS.AWS_ACCESS_KEY_ID,
        secretAccessKey: KEYS.AWS_SECRET_ACCESS_KEY,
      },
    };
    await seedNetwork(emulator);
    await seedStores(emulator);
    await seedDatabases(emulator);
    await seedEdge(emulator);
    await seedAccount(emulator, moto.account, true);
    const layer = await layerOver(
      moto.url,
      {
        [moto.account]: {
          // Both look at one region.
          "ec2:DescribeRegions": { Regions: [{ RegionName: PARIS }] },
          "cloudcontrol:ListResources": { ResourceDescriptions: [] },
        },
      },
      moto.account,
    );
    const theirs = await timed(
      [
        prowler,
        "aws",
        "--region",
        PARIS,
        "--services",
        ...SERVICES,
        "-M",
        "json-ocsf",
        "-o",
        folder,
        "--no-banner",
      ],
      { ...KEYS, AWS_ENDPOINT_URL: layer.url },
      folder,
    );
    const estate = join(folder, "estate.yaml");
    writeFileSync(
      estate,
      JSON.stringify({
        version: 1,
        targets: [
          {
            id: "aws",
            provider: "aws",
            account: moto.account,
            regions: [PARIS],
            labels: ["production", "backup", "logs"],
            endpoints: { api: layer.url },
          },
        ],
      }),
    );
    const policy = join(root, "config/policies/kizeo-forms.yaml");
    const ours = await timed(
      [
        process.execPath,
        join(root, "bin/probity.js"),
        "scan",
        "--policy",
        policy,
        "--estate",
        estate,
      ],
      KEYS,
      folder,
    );
    await layer.close();
    remark(`Prowler: ${theirs.seconds.toFixed(1)} s, ${theirs.megabytes.toFixed(0)} MB`);
    remark(`Probity: ${ours.seconds.toFixed(1)} s, ${ours.megabytes.toFixed(0)} MB`);
    figure("Prowler's time ÷ ours", theirs.seconds / ours.seconds, 5, "×", false);
    figure("our memory ÷ Prowler's", ours.megabytes / theirs.megabytes, 0.25, "×");
  } finally {
    await moto.close();
    rmSync(folder, { recursive: true });
  }
}

/** The command, installed on first use; null where that is not possible. */
function installed(): string | null {
  const folder = join(root, ".bench/prowler");
  const command = join(folder, "bin/prowler");
  if (existsSync(command)) return command;
  try {
    remark("installing Prowler, once");
    execFileSync("python3", ["-m", "venv", folder]);
    execFileSync(join(folder, "bin/pip"), ["install", "--quiet", "prowler"]);
    return command;
  } catch {
    return null;
  }
}

/** Runs a command and tells its time and the most memory that it held. */
async function timed(
  [command = "", ...args]: readonly string[],
  environment: Readonly<Record<string, string>>,
  folder: string,
): Promise<Run> {
  const report = join(folder, "time.txt");
  const child = spawn("/usr/bin/time", ["-f", "%e %M", "-o", report, command, ...args], {
    env: { ...process.env, ...environment },
    stdio: "ignore",
  });
  await new Promise((resolve) => child.once("close", resolve));
  const [seconds = Number.NaN, kilobytes = Number.NaN] =
    readFileSync(report, "utf8").trim().split("\n").at(-1)?.split(" ").map(Number) ?? [];
  return { seconds, megabytes: kilobytes / 1024 };
}
