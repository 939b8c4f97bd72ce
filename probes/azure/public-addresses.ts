import type { DdosProtection } from "#model/security-facets.ts";
import { defineProbe } from "#model/probe.ts";
import type { Known } from "#probes/common/known.ts";
import type { Telling } from "#probes/common/telling.ts";
import { fields, flag, text, type Fields } from "#probes/common/json.ts";
import { classifyAzure } from "./errors.ts";
import { propertiesOf } from "./facets.ts";
import { listResources, type Found, type Listed } from "./listing.ts";
import { inSubscriptions, type AzureSession } from "./session.ts";
import { tellResources } from "./telling-resources.ts";

const KIND = "Microsoft.Network/publicIPAddresses";
const NETWORK = "Microsoft.Network/virtualNetworks";
const VERSION = "2024-03-01";

/** What every address of Azure has without being asked for. */
const PLATFORM = {
  name: "Azure DDoS infrastructure protection",
  reference: "https://learn.microsoft.com/azure/ddos-protection/ddos-protection-sku-comparison",
};

/** Public addresses, and what protects them from denial of service: their own setting, or a plan of their network. */
export default defineProbe({
  id: "azure-public-addresses",
  title: "Azure public IP addresses",
  provider: "azure",
  kinds: [KIND],
  provides: { ddosProtection: { permissions: [`${KIND}/read`, `${NETWORK}/read`] } },
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure" || !wanted.has("ddosProtection")) return;
    yield* inSubscriptions(target, context, async function* act(session) {
      const addresses = await listResources({ [KIND]: VERSION }, session);
      const inherit = addresses.found.some(({ raw }) => inherits(raw));
      const networks = inherit ? await listResources({ [NETWORK]: VERSION }, session) : null;
      yield* tellResources(
        addresses,
        wanted.intersection(new Set(["ddosProtection"])),
        session,
        (address) => telling(address, networks, session),
      );
    });
  },
});

function telling(address: Found, networks: Listed | null, session: AzureSession): Telling {
  const { raw } = address;
  return {
    ddosProtection: async () => {
      if (networks === null || !inherits(raw)) {
        return { from: null, map: () => toDdosProtection(raw, []) };
      }
      const near = isNear(address);
      const { unread } = await session.resources(address.subscription);
      const parts: readonly Known<unknown>[] = networks.unread
        .filter(({ subject }) => near(subject.id, subject.region))
        .map(({ known }) => known)
        .slice(0, 1);
      const plans = networks.found
        .filter(({ subject }) => near(subject.id, subject.region))
        .map((network) => hasPlan(network.raw));
      const whole = parts.length === 0 && unread.length === 0;
      return {
        from: null,
        map: () => toDdosProtection(raw, whole ? plans : [...plans, null]),
        parts,
      };
    },
  };
}

/** An address and the network behind it share subscription and region. */
function isNear({ subject, subscription }: Found) {
  const start = `/subscriptions/${subscription}/`.toLowerCase();
  return (id: string, region: string | null): boolean =>
    id.toLowerCase().startsWith(start) && region === subject.region;
}

/** Without a mode of its own an address inherits that of its network; nothing behind it, and there is none to inherit. */
function inherits(raw: Fields): boolean {
  const mode = modeOf(raw);
  return (mode === null || mode === "virtualnetworkinherited") && isAttached(raw);
}

function modeOf(raw: Fields): string | null {
  const { ddosSettings } = fields(raw["properties"]);
  return text(fields(ddosSettings)["protectionMode"])?.toLowerCase() ?? null;
}

function isAttached(raw: Fields): boolean {
  const { ipConfiguration, natGateway } = fields(raw["properties"]);
  return [ipConfiguration, natGateway].some((link) => text(fields(link)["id"]) !== null);
}

/** Whether a network hands a plan on: it is switched on and there is one. */
export function hasPlan(network: Fields): boolean | null {
  const { enableDdosProtection, ddosProtectionPlan } = propertiesOf(network);
  const on = flag(enableDdosProtection);
  return on === true ? text(fields(ddosProtectionPlan)["id"]) !== null : on;
}

/**
 * @param plans of the networks that may lie behind an address that inherits: all alike, or it cannot be told. null: of
 * one of them nothing is known
 */
export function toDdosProtection(raw: Fields, plans: readonly (boolean | null)[]): DdosProtection {
  propertiesOf(raw);
  const said = (advanced: boolean | null, detail: string): DdosProtection => ({
    platform: PLATFORM,
    advanced,
    detail,
  });
  const mode = modeOf(raw);
  if (mode === "enabled") return said(true, "protectionMode Enabled");
  if (mode === "disabled") return said(false, "protectionMode Disabled");
  if (mode !== null && mode !== "virtualnetworkinherited") {
    return said(null, `protectionMode ${mode.slice(0, 60)}`);
  }
  if (!isAttached(raw)) return said(false, "attached to nothing, so that it inherits no plan");
  const inherited = "inherits from its virtual network";
  if (plans.includes(null)) return said(null, `${inherited}, and not all of them were read`);
  const having = plans.filter((plan) => plan === true).length;
  if (having === 0) return said(false, `${inherited}, and none of its region has a plan`);
  return having === plans.length
    ? said(true, `${inherited}, and all of its region have a plan`)
    : said(null, `${inherited}, and ${having} of ${plans.length} of its region have a plan`);
}
