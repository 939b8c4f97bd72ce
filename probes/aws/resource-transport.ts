import type { Transport } from "#model/facets.ts";
import { defineProbe } from "#model/probe.ts";
import { plain } from "#model/text.ts";
import { classifyCloudControl, type Properties } from "./cloud-control.ts";
import { permissionsOf, readSettings } from "./resource-reads.ts";
import { flag, record, type Setting } from "./resource-settings.ts";
import { inAccount } from "./session.ts";

/** Kinds whose encryption in transit is a setting that Cloud Control tells. */
export const TRANSPORT: Readonly<Record<string, Setting<Transport>>> = {
  "AWS::ElastiCache::ReplicationGroup": {
    permissions: ["elasticache:DescribeReplicationGroups", "elasticache:ListTagsForResource"],
    map: cacheTransport,
  },
  "AWS::MemoryDB::Cluster": {
    permissions: ["memorydb:DescribeClusters", "memorydb:ListTags"],
    map: (properties) => {
      const enabled = flag(properties, "TLSEnabled");
      return transport(enabled, `TLSEnabled ${enabled}`);
    },
  },
  "AWS::MSK::Cluster": { permissions: ["kafka:DescribeCluster"], map: brokerTransport },
};

/** Encryption in transit of what Cloud Control lists; a probe of its own, so that only what it reads counts as readable. */
export default defineProbe({
  id: "aws-resource-transport",
  title: "Encryption in transit of what Cloud Control lists",
  provider: "aws",
  kinds: Object.keys(TRANSPORT),
  provides: { transport: { permissions: permissionsOf(TRANSPORT) } },
  classify: classifyCloudControl,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws" || !wanted.has("transport")) return;
    yield* inAccount(target, context, (session) => readSettings("transport", TRANSPORT, session));
  },
});

function transport(secureOnly: boolean | null, detail: string): Transport {
  return {
    secureOnly,
    minimumTls: null,
    minimumTlsIsDefault: false,
    platformFloor: null,
    detail,
  };
}

/** With mode `preferred` clear text is let in beside TLS. */
function cacheTransport(properties: Properties): Transport {
  if (!flag(properties, "TransitEncryptionEnabled")) {
    return transport(false, "TransitEncryptionEnabled false");
  }
  const mode = properties["TransitEncryptionMode"];
  if (mode === "required") return transport(true, "TransitEncryptionMode required");
  if (mode === "preferred") return transport(false, "TransitEncryptionMode preferred");
  return transport(null, "TransitEncryptionEnabled true, without a TransitEncryptionMode");
}

function brokerTransport(properties: Properties): Transport {
  const inTransit = record(record(properties["EncryptionInfo"])?.["EncryptionInTransit"]);
  const mode = inTransit?.["ClientBroker"];
  if (mode !== "TLS" && mode !== "TLS_PLAINTEXT" && mode !== "PLAINTEXT") {
    throw new TypeError(
      `ClientBroker is ${typeof mode === "string" ? plain(mode, 40) : "not told"}`,
    );
  }
  return transport(mode === "TLS", `ClientBroker ${mode}`);
}
