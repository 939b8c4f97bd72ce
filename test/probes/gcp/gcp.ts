/** A fake Google Cloud as the tests of its probes use it: one project, whose content each test may change. */
import { generateKeyPairSync } from "node:crypto";
import { afterEach } from "vitest";
import type { GcpEstate, GcpProject } from "#fixtures/estate/gcp/estate.ts";
import { keptProject, PROJECT } from "#fixtures/estate/gcp/kept.ts";
import { gcpOptions } from "#fixtures/estate/gcp/server.ts";
import type { Gathered } from "../../support/probe-context.ts";
import { fakeVendor, type OneVendor } from "../rest/fake.ts";

export const NOW = new Date("2026-06-01T12:00:00Z");
export const EMAIL = `probity@${PROJECT}.iam.gserviceaccount.com`;
const pair = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
export const PRIVATE_KEY = pair.privateKey;
export const SERVICE_ACCOUNTS = [
  { email: EMAIL, keyId: "key-1", publicKey: pair.publicKey },
] as const;
/** The service account's key as Google gives it out. */
export const KEY_FILE = JSON.stringify({
  type: "service_account",
  project_id: PROJECT,
  private_key_id: "key-1",
  private_key: pair.privateKey,
  client_email: EMAIL,
  token_uri: "https://oauth2.googleapis.com/token",
});

export interface OneGcp extends OneVendor {
  /** What the fake holds from now on, until the end of the test. */
  readonly hold: (change: Partial<GcpEstate>) => void;
  /** The same, of its one project. */
  readonly holdProject: (change: Partial<GcpProject>) => void;
}

/** Starts it with the project in which everything is kept. @param more fields of the target */
export async function fakeGcp(more: Readonly<Record<string, unknown>> = {}): Promise<OneGcp> {
  const kept: GcpEstate = {
    serviceAccounts: SERVICE_ACCOUNTS,
    projects: [keptProject(NOW)],
    pageSize: 500,
  };
  let estate = kept;
  const vendor = await fakeVendor(
    gcpOptions(
      () => estate,
      () => NOW,
    ),
    (url) => ({
      provider: "gcp",
      projects: [PROJECT],
      endpoints: { api: url, token: url },
      credentials: { env: { key: "GCP_KEY" } },
      ...more,
    }),
    { GCP_KEY: KEY_FILE },
  );
  afterEach(() => {
    estate = kept;
  });
  return {
    ...vendor,
    hold: (change) => {
      estate = { ...estate, ...change };
    },
    holdProject: (change) => {
      estate = { ...estate, projects: [{ ...keptProject(NOW), ...change }] };
    },
  };
}

/** Problems without what is the same in all of them. */
export function problemsOf({ problems }: Gathered) {
  return problems.map(({ operation, reason, permission, message }) => ({
    operation,
    reason,
    permission,
    message,
  }));
}
