import {
  kizeoOvh,
  OVH_APPLICATION,
  OVH_CONSUMER,
  OVH_PROJECT,
} from "#fixtures/estate/kizeo/ovh.ts";
import { ovhOptions } from "#fixtures/estate/ovh/server.ts";
import { NOW, type Vendor } from "./vendor-scans.ts";

const SECRET = "a-secret-of-the-simulation";

/** Kizeo's account: well made but for an old key, a server that lets in everything, and a database by the Internet. */
export function ovhVendor(): Vendor {
  const account = kizeoOvh(NOW, { clientSecret: SECRET, applicationSecret: SECRET });
  return {
    provider: "ovh",
    api: ovhOptions({ ...account, now: () => NOW, pageSize: 2 }),
    target: (url) => ({
      projects: [OVH_PROJECT],
      endpoints: { api: url },
      // The account itself, which alone sees its second factors.
      credentials: {
        env: { applicationKey: "KEY", applicationSecret: "SECRET", consumerKey: "CONSUMER" },
      },
    }),
    environment: { KEY: OVH_APPLICATION, SECRET, CONSUMER: OVH_CONSUMER },
  };
}
