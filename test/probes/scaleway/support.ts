/** A fake Scaleway for a test file, and scans of it. */
import { scalewayApi, type ScalewayEstate } from "#fixtures/estate/scaleway/server.ts";
import { fakeVendor, type OneVendor } from "../rest/fake.ts";
import type { TestScanOptions } from "../../support/probe-context.ts";
import type { TestScan } from "../../support/probe-context.ts";

export const SECRET = "canary-scw-secret-4c1a9e";

export interface FakeScaleway {
  readonly api: OneVendor["api"];
  /** A scan of an estate as it is now. */
  readonly scan: (estate?: Partial<ScalewayEstate>, options?: TestScanOptions) => TestScan;
}

export async function fakeScaleway(
  lists: ScalewayEstate["lists"],
  fields: Readonly<Record<string, unknown>> = {},
): Promise<FakeScaleway> {
  const whole: ScalewayEstate = { secretKey: SECRET, lists };
  let now = whole;
  const { api, scan } = await fakeVendor(
    scalewayApi(() => now),
    (url) => ({
      provider: "scaleway",
      endpoints: { api: url },
      credentials: { env: { secretKey: "SCW_SECRET" } },
      ...fields,
    }),
    { SCW_SECRET: SECRET },
  );
  return {
    api,
    scan: (estate = {}, options = {}) => {
      now = { ...whole, ...estate };
      return scan(options);
    },
  };
}
