/** UpCloud's fake for the tests of its probes: one server for a file, whose account each case sets. */
import { afterEach } from "vitest";
import { COMPLETE, NOW } from "#fixtures/estate/upcloud/complete.ts";
import {
  upcloudApi,
  type UpcloudAccount,
  type UpcloudKeys,
} from "#fixtures/estate/upcloud/server.ts";
import type { Probe } from "#model/probe.ts";
import type { FacetName } from "#model/facets.ts";
import type { Gathered, TestScanOptions } from "../../support/probe-context.ts";
import { fakeVendor } from "../rest/fake.ts";

export const TOKEN = "ucat_01CANARYTOKEN000000000000";
export const PASSWORD = "canary-account-password";
const MAIN = { username: "probity", type: "main" } as const;

/** Starts it. */
export async function fakeUpcloud(credentials?: object) {
  let account: UpcloudAccount = { ...COMPLETE, type: "main" };
  let keys: UpcloudKeys = { token: TOKEN, password: PASSWORD };
  const api = () => upcloudApi({ account, keys, now: () => NOW });
  const vendor = await fakeVendor(
    { answer: (request) => api().answer(request), errorBody: api().errorBody },
    (url) => ({
      provider: "upcloud",
      endpoints: { api: `${url}/1.3` },
      credentials: credentials ?? { env: { token: "TOKEN" } },
    }),
    { TOKEN, USERNAME: "probity", PASSWORD },
  );
  afterEach(() => {
    account = { ...COMPLETE, type: "main" };
    keys = { token: TOKEN, password: PASSWORD };
  });
  return {
    ...vendor,
    setAccount: (own: Partial<UpcloudAccount>) => {
      account = { ...MAIN, ...own };
    },
    setKeys: (own: Partial<UpcloudKeys>) => {
      keys = { ...keys, ...own };
    },
    /** What a probe gives for this account. */
    gather: (
      probe: Probe,
      own: Partial<UpcloudAccount>,
      wanted?: Iterable<FacetName>,
      options: TestScanOptions = {},
    ): Promise<Gathered> => {
      account = { ...MAIN, ...own };
      return vendor.scan({ now: () => NOW, ...options }).gather(probe, wanted);
    },
  };
}

/** The problems in short: facets, reason, permission and message. */
export function told({ problems }: Gathered): readonly string[] {
  return problems.map(
    ({ facets, reason, permission, message }) =>
      `${facets.join()} ${reason} ${permission ?? "-"}: ${message}`,
  );
}
