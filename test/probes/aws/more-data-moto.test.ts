import * as fsx from "@aws-sdk/client-fsx";
import * as opensearch from "@aws-sdk/client-opensearch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Probe } from "#model/probe.ts";
import fsxProbe from "#probes/aws/fsx.ts";
import opensearchProbe from "#probes/aws/opensearch.ts";
import { startMoto, type Moto } from "../../support/moto.ts";
import { facetOf, testScan } from "../../support/probe-context.ts";
import { has } from "../../support/requirements.ts";
import { awsTarget, ENVIRONMENT } from "./support.ts";

const REGION = "eu-west-3";

// Of EMR moto takes the region from the host name, and it fails to list the tags of clusters.
describe.skipIf(!has("moto"))("search domains and file systems in moto, another's AWS", () => {
  let moto: Moto;
  const gather = (probe: Probe) =>
    testScan(awsTarget(moto.url, { account: moto.account, regions: [REGION] }), {
      environment: ENVIRONMENT,
    }).gather(probe);

  beforeAll(async () => {
    moto = await startMoto();
    const options = {
      endpoint: moto.url,
      region: REGION,
      credentials: { accessKeyId: "seed", secretAccessKey: "seed" },
    };
    const domains = new opensearch.OpenSearchClient(options);
    await domains.send(
      new opensearch.CreateDomainCommand({
        DomainName: "logs",
        EngineVersion: "OpenSearch_2.11",
        EncryptionAtRestOptions: { Enabled: true },
        DomainEndpointOptions: {
          EnforceHTTPS: true,
          TLSSecurityPolicy: "Policy-Min-TLS-1-2-2019-07",
        },
      }),
    );
    const systems = new fsx.FSxClient(options);
    await systems.send(
      new fsx.CreateFileSystemCommand({
        FileSystemType: "WINDOWS",
        StorageCapacity: 32,
        SubnetIds: ["subnet-1"],
        Tags: [{ Key: "Name", Value: "shares" }],
        WindowsConfiguration: {
          DeploymentType: "SINGLE_AZ_2",
          ThroughputCapacity: 32,
          AutomaticBackupRetentionDays: 7,
        },
      }),
    );
  });
  afterAll(() => moto.close());

  test("domains", async () => {
    const found = await gather(opensearchProbe);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, "logs", "encryption")?.enabled).toBe(true);
    expect(facetOf(found, "logs", "transport")).toMatchObject({
      secureOnly: true,
      versions: ["TLSv1.2"],
    });
    expect(facetOf(found, "logs", "redundancy")?.zoneRedundant).toBe(false);
    expect(facetOf(found, "logs", "exposure")).toMatchObject({
      anonymousAccess: false,
      openNetwork: true,
    });
  });

  test("file systems", async () => {
    const found = await gather(fsxProbe);
    expect(facetOf(found, "aws", "inventory")?.items).toHaveLength(1);
    const [system] = facetOf(found, "aws", "inventory")?.items ?? [];
    expect(facetOf(found, system?.name ?? "", "redundancy")?.setting).toBe("SINGLE_AZ_2");
    expect(facetOf(found, system?.name ?? "", "backups")?.rules).toHaveLength(1);
    expect(facetOf(found, system?.name ?? "", "recoveryPoints")?.points).toEqual([]);
  });
});
