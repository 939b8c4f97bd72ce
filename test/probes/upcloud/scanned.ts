/** Whole scans of an account by all probes of UpCloud, judged by a claim on every facet that they read. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach } from "vitest";
import { controls } from "#controls/index.ts";
import { readableBy } from "#derive/readable.ts";
import { kindOf } from "#facts/kinds.ts";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import { COMPLETE, NOW } from "#fixtures/estate/upcloud/complete.ts";
import { startRest } from "#fixtures/estate/rest/server.ts";
import { upcloudApi, type UpcloudAccount } from "#fixtures/estate/upcloud/server.ts";
import { estateSchema } from "#model/estate.ts";
import { expectationOf } from "#model/expectation.ts";
import type { Check } from "#model/policy.ts";
import type { Report } from "#model/report.ts";
import { wholeScan } from "../../support/whole-scan.ts";
import { policy } from "../../support/evidence.ts";
import { ENTRIES } from "./probes.ts";
import { TOKEN } from "./upcloud.ts";

const FACETS: Readonly<Record<string, readonly [control: string, expect: object]>> = {
  location: ["data-residency", { countries: ["FI"] }],
  encryption: ["encryption-at-rest", {}],
  backups: ["backup-frequency", { maxInterval: "P1D" }],
  recoveryPoints: ["recovery-point-age", { maxGap: "P2D", window: "P2D" }],
  recoveryPoint: ["backup-location", { countries: ["FI"] }],
  redundancy: ["zone-redundancy", { minimumZones: 1 }],
  exposure: ["public-access", { openNetwork: "forbidden" }],
  ingress: [
    "internet-exposure",
    { firewall: "required", defaultInbound: "deny", managementPorts: "closed" },
  ],
  link: ["private-interconnect", { anyOf: ["vpn-tunnel-up"], encrypted: "required" }],
};
/** What stays unknown however much is given, and why. */
const UNTOLD: Readonly<Record<string, string>> = {
  "upcloud/database location": "its backups rest where no page says",
  "upcloud/object-storage exposure": "whether a bucket lets in anybody is in its own policy",
};

const readable = readableBy(ENTRIES);
/** Every facet that some probe reads, of every kind. */
export const promised = [...new Set(ENTRIES.flatMap(({ kinds }) => kinds))].flatMap((kind) =>
  (kindOf(kind)?.facets ?? [])
    .filter(
      (facet) => readable("upcloud", kind, facet) && !Object.hasOwn(UNTOLD, `${kind} ${facet}`),
    )
    .map((facet) => ({ id: `${kind.replace("/", "-")}.${facet.toLowerCase()}`, kind, facet })),
);
const POLICY = policy(
  promised.map(({ id, kind, facet }) => {
    const [name = "", expected = {}] = FACETS[facet] ?? [];
    const control = controls.get(name);
    if (control === undefined) throw new Error(`no control for ${facet}`);
    const given: Check["expect"] = JSON.parse(
      JSON.stringify(expectationOf(control).parse(expected)),
    );
    return { id, checks: [{ control: name, expect: given, scope: { kinds: [kind] } }] };
  }),
);

/** Starts a fake account; gives how to scan and how to judge it. */
export async function scannedAccount() {
  let account: UpcloudAccount = { ...COMPLETE, type: "main" };
  const authority = makeAuthority();
  const options = () => ({ account, keys: { token: TOKEN, password: "-" }, now: () => NOW });
  const api = await startRest({
    authority,
    answer: (request) => upcloudApi(options()).answer(request),
    errorBody: upcloudApi(options()).errorBody,
  });
  const folder = mkdtempSync(join(tmpdir(), "probity-upcloud-"));
  const caFile = join(folder, "ca.pem");
  writeFileSync(caFile, authority.caPem);
  afterAll(async () => {
    await api.close();
    rmSync(folder, { recursive: true });
  });
  afterEach(() => api.setFaults());
  const estate = estateSchema.parse({
    version: 1,
    targets: [
      {
        id: "up",
        provider: "upcloud",
        caFile,
        endpoints: { api: `${api.url}/1.3` },
        credentials: { env: { token: "T" } },
      },
    ],
  });
  const { read, judge } = wholeScan({
    policy: POLICY,
    estate,
    entries: ENTRIES,
    readable,
    environment: { T: TOKEN },
    now: NOW,
  });
  const scan = async (own: UpcloudAccount, some = ENTRIES): Promise<Report> => {
    account = own;
    return judge(await read(some));
  };
  return { api, scan };
}
