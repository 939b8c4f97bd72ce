import { defineProbe } from "#model/probe.ts";
import { classifyCloudControl } from "./cloud-control.ts";
import { permissionsOf, readSettings } from "./resource-reads.ts";
import { ENCRYPTION } from "./resource-settings.ts";
import { inAccount } from "./session.ts";

/** Encryption at rest of what Cloud Control lists; a probe of its own, so that only what it reads counts as readable. */
export default defineProbe({
  id: "aws-resource-encryption",
  title: "Encryption at rest of what Cloud Control lists",
  provider: "aws",
  kinds: Object.keys(ENCRYPTION),
  provides: { encryption: { permissions: permissionsOf(ENCRYPTION) } },
  classify: classifyCloudControl,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws" || !wanted.has("encryption")) return;
    yield* inAccount(target, context, (session) => readSettings("encryption", ENCRYPTION, session));
  },
});
