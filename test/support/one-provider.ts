/** Scans of one cloud alone, by policies that ask of it all there is to ask. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { startAws } from "#fixtures/estate/aws.ts";
import type { Report } from "#model/report.ts";
import { CANARY, CLIENT, startFixture } from "../probes/azure/fake.ts";
import { loadedBy } from "./loaded-modules.ts";
import { root } from "./probity.ts";

export interface OneProvider {
  /** Scans it; gives the report and the files that were loaded. */
  readonly scan: (
    commands: string,
  ) => Promise<{ readonly report: Report; readonly files: readonly string[] }>;
  readonly close: () => Promise<void>;
}

export async function onlyAws(): Promise<OneProvider> {
  const account = "123456789012";
  const aws = await startAws({ id: account, buckets: [{ name: "files", region: "eu-west-3" }] });
  const target = {
    id: "cloud",
    provider: "aws",
    account,
    regions: ["eu-west-3"],
    endpoints: { api: aws.url },
    credentials: { env: { accessKeyId: "TEST_KEY", secretAccessKey: "TEST_SECRET" } },
  };
  const environment = { TEST_KEY: "AKIATESTTESTTESTTEST", TEST_SECRET: "test-secret-key" };
  return scanning(target, environment, aws.close);
}

export async function onlyAzure(): Promise<OneProvider> {
  const fixture = await startFixture();
  const target = { ...fixture.target(), id: "cloud" };
  const environment = { TEST_AZURE_CLIENT: CLIENT, TEST_AZURE_SECRET: CANARY };
  return scanning(target, environment, fixture.close);
}

function scanning(
  target: object,
  environment: Readonly<Record<string, string>>,
  close: () => Promise<void>,
): OneProvider {
  const folder = mkdtempSync(join(tmpdir(), "probity-one-"));
  const estate = join(folder, "estate.yaml");
  const labels = ["production"];
  writeFileSync(estate, stringify({ version: 1, targets: [{ ...target, labels }] }));
  const output = join(folder, "report.json");
  const policies = ["pingflow", "kizeo-forms"].map((name) =>
    join(root, `config/policies/${name}.yaml`),
  );
  const args = ["scan", "--policy", ...policies, "--estate", estate, "--format", "json"];
  return {
    scan: async (commands) => {
      const { files } = await loadedBy(commands, [...args, "--output", output], environment);
      return { report: JSON.parse(readFileSync(output, "utf8")) as Report, files };
    },
    close: async () => {
      await close();
      rmSync(folder, { recursive: true });
    },
  };
}
