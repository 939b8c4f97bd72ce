import { defineProbe } from "#model/probe.ts";
import type { Fields } from "#probes/common/json.ts";
import { classifyAzure } from "./errors.ts";
import { listResources, observeResources, type Found } from "./listing.ts";
import { machineKeys, scaleSetKeys, storedKey, toRedundancy } from "./machine-facets.ts";
import { inSubscriptions } from "./session.ts";

const MACHINE = "Microsoft.Compute/virtualMachines";
const SCALE_SET = "Microsoft.Compute/virtualMachineScaleSets";
const KEY = "Microsoft.Compute/sshPublicKeys";

/** Machines, sets of them, and the keys that let into them. Their backups are told by the vaults. */
export default defineProbe({
  id: "azure-virtual-machines",
  title: "Azure virtual machines, scale sets and SSH keys",
  provider: "azure",
  kinds: [MACHINE, SCALE_SET, KEY],
  provides: {
    redundancy: { permissions: [`${SCALE_SET}/read`], kinds: [SCALE_SET] },
    sshKeys: { permissions: [`${MACHINE}/read`, `${SCALE_SET}/read`, `${KEY}/read`] },
  },
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure" || wanted.size === 0) return;
    yield* inSubscriptions(target, context, async function* act(session) {
      const api = "2024-07-01";
      const kinds = { [MACHINE]: api, [SCALE_SET]: api, [KEY]: api };
      // Machines may be many, and tell nothing but their keys here.
      const asked = wanted.has("sshKeys") ? kinds : { [SCALE_SET]: api };
      const maps = {
        redundancy: toRedundancy,
        sshKeys: (raw: Fields, { subject }: Found) => {
          const kind = subject.kind.toLowerCase();
          if (kind === KEY.toLowerCase()) return storedKey(raw);
          return kind === SCALE_SET.toLowerCase() ? scaleSetKeys(raw) : machineKeys(raw);
        },
      };
      yield* observeResources(await listResources(asked, session), maps, wanted, session);
    });
  },
});
