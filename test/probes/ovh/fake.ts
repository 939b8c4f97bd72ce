/** Kizeo's simulated account at OVHcloud, as the tests of its probes use it. */
import {
  kizeoOvh,
  OVH_APPLICATION,
  OVH_CLIENT,
  OVH_CONSUMER,
  OVH_PROJECT,
} from "#fixtures/estate/kizeo/ovh.ts";
import { ovhOptions, type OvhAccount } from "#fixtures/estate/ovh/server.ts";
import { fakeVendor, type OneVendor } from "../rest/fake.ts";

export const NOW = new Date("2026-06-01T12:00:00Z");
/** Planted in the credentials; nothing may ever show them. */
export const SECRETS = {
  clientSecret: "canary-ovh-client-secret-01",
  applicationSecret: "canary-ovh-application-secret-02",
};
export const ENVIRONMENT = {
  OVH_ID: OVH_CLIENT,
  OVH_SECRET: SECRETS.clientSecret,
  OVH_KEY: OVH_APPLICATION,
  OVH_KEY_SECRET: SECRETS.applicationSecret,
  OVH_CONSUMER,
};
export const BY_TOKEN = { clientId: "OVH_ID", clientSecret: "OVH_SECRET" };
export const BY_KEY = {
  applicationKey: "OVH_KEY",
  applicationSecret: "OVH_KEY_SECRET",
  consumerKey: "OVH_CONSUMER",
};

export interface Ovh extends OneVendor {
  /** Actions that are refused, to be filled by a test. */
  readonly denied: string[];
  /** What is answered, to be changed by a test. */
  readonly routes: Record<string, unknown>;
}

/** Starts it for the file. */
export async function fakeOvh(
  env: Readonly<Record<string, string>> = BY_TOKEN,
  more: Partial<OvhAccount> = {},
): Promise<Ovh> {
  const denied: string[] = [];
  const account = kizeoOvh(NOW, SECRETS);
  const routes = { ...account.routes };
  const options = ovhOptions({ ...account, now: () => NOW, denied, routes, ...more });
  const vendor = await fakeVendor(
    options,
    (url) => ({
      provider: "ovh",
      projects: [OVH_PROJECT],
      endpoints: { api: url, token: `${url}/auth/oauth2/token` },
      credentials: { env },
    }),
    ENVIRONMENT,
  );
  return { ...vendor, denied, routes };
}
