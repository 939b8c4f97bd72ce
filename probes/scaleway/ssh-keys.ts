import type { SshKeys } from "#model/security-facets.ts";
import { defineProbe } from "#model/probe.ts";
import { text, type Fields } from "#probes/common/json.ts";
import { parseSshPublicKey } from "#probes/common/ssh-public-key.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { observeInventory, observeListed } from "#probes/rest/listing.ts";
import { listKinds, scaleway, type Listing } from "./session.ts";

const LISTING: Listing = {
  kind: "scaleway/ssh-key",
  product: "iam",
  version: "v1alpha1",
  name: "ssh-keys",
  key: "ssh_keys",
  permission: "SSHKeysReadOnly",
};
const READ = { permissions: [LISTING.permission] };

/** SSH keys of the projects: whoever makes an instance gets them all. */
export default defineProbe({
  id: "scaleway-ssh-keys",
  title: "Scaleway SSH keys",
  provider: "scaleway",
  kinds: [LISTING.kind],
  provides: { inventory: READ, sshKeys: READ },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "scaleway") return;
    const found = await listKinds(scaleway(target, context), [LISTING]);
    yield* observeInventory(found, target, context);
    yield* observeListed(found, { sshKeys: toSshKeys }, wanted, context);
  },
});

/** The key itself tells its size. The fingerprint begins with a bit count too, which is another's reading of it. */
export function toSshKeys({ public_key: key, name }: Fields): SshKeys {
  const line = text(key);
  if (line === null) throw new TypeError("no public_key");
  return { keys: [{ name: (text(name) ?? "SSH key").slice(0, 100), ...parseSshPublicKey(line) }] };
}
