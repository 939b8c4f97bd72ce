import { defineProbe } from "#model/probe.ts";
import type { KeyRotation } from "#model/security-facets.ts";
import { text, type Fields } from "#probes/common/json.ts";
import { path } from "#probes/rest/client.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { listed, observeInventory, observeListed, type Part } from "#probes/rest/listing.ts";
import { labelsOf, listInProjects, listPartly, partsOf, secondsOf } from "./listings.ts";
import { lastPart } from "./names.ts";
import { asking } from "./session.ts";

const KEY = "cloudkms.googleapis.com/CryptoKey";
const PERMISSIONS = [
  "cloudkms.locations.list",
  "cloudkms.keyRings.list",
  "cloudkms.cryptoKeys.list",
];

/** Keys of Cloud KMS: those of each key ring of each location. */
export default defineProbe({
  id: "gcp-kms",
  title: "Google Cloud KMS keys",
  provider: "gcp",
  kinds: [KEY],
  provides: {
    inventory: { permissions: PERMISSIONS },
    keyRotation: { permissions: PERMISSIONS },
  },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "gcp" || !wanted.has("keyRotation")) return;
    const api = asking(target, context, "cloudkms");
    const [locations = "", rings = "", keys = ""] = PERMISSIONS;
    const named = (permission: string, field: string) => ({
      operation: permission,
      permission,
      field,
    });
    /** What lies below each of what was listed; what failed stays as it is. */
    const below = async (parts: readonly Part[], permission: string, field: string) => {
      const asked = parts.map(async (part): Promise<readonly Part[]> => {
        if (!part.known.ok) return [part];
        const inner = part.known.value.map(async (raw) => {
          const name = nameOf(raw);
          const at = `/v1/${name.split("/").map(encodeURIComponent).join("/")}/${field}?pageSize=1000`;
          return partsOf(name, await listPartly(api, named(permission, field), at));
        });
        return (await Promise.all(inner)).flat();
      });
      return (await Promise.all(asked)).flat();
    };
    const places = await listInProjects(
      target,
      api,
      named(locations, "locations"),
      (project) => path`/v1/projects/${project}/locations`,
    );
    const found = await below(await below(places, rings, "keyRings"), keys, "cryptoKeys");
    // Where no key ring is, no list of keys was asked for: what was listed is still whole.
    const parts = found.length === 0 ? places.map(emptied) : found;
    const all = listed(target, [KEY], parts, (raw) => {
      const name = nameOf(raw);
      const [, region = "global"] = /\/locations\/([^/]+)\//.exec(name) ?? [];
      return {
        kind: KEY,
        id: `//cloudkms.googleapis.com/${name}`,
        name: lastPart(name) ?? name,
        region: region.toLowerCase(),
        tags: labelsOf(raw["labels"]),
      };
    });
    yield* observeInventory(all, target, context);
    yield* observeListed(all, { keyRotation: toKeyRotation }, wanted, context);
  },
});

function emptied({ place, known }: Part): Part {
  return { place, known: known.ok ? { ...known, value: [] } : known };
}

/** @throws where it is no name, which would lead anywhere */
function nameOf(raw: unknown): string {
  const name = text(typeof raw === "object" && raw !== null && "name" in raw ? raw.name : null);
  if (
    name === null ||
    !/^projects\/[^/]+(?:\/[a-zA-Z]+\/[^/?#]+)+$/.test(name) ||
    name.includes("/..")
  ) {
    throw new TypeError("an entry without name");
  }
  return name;
}

const DAY_SECONDS = 86_400;
/** Purposes for which Google rotates no key: https://cloud.google.com/kms/docs/reference/rest/v1/CryptoKeyPurpose */
const NOT_ROTATED: ReadonlySet<string> = new Set([
  "ASYMMETRIC_DECRYPT",
  "ASYMMETRIC_SIGN",
  "KEY_ENCAPSULATION",
  "MAC",
  "RAW_ENCRYPT_DECRYPT",
]);

/** Only keys that encrypt by themselves can be turned over, and none whose versions are all imported. */
export function toKeyRotation(raw: Fields): KeyRotation {
  const seconds = secondsOf(raw["rotationPeriod"]);
  if (seconds !== null) {
    const periodDays = Math.round(seconds / DAY_SECONDS);
    return { enabled: true, periodDays, detail: `rotated every ${periodDays} days` };
  }
  if (raw["rotationPeriod"] !== undefined) throw new TypeError("a period that is no duration");
  const purpose = text(raw["purpose"]);
  if (purpose === null) throw new TypeError("a key without purpose");
  if (purpose !== "ENCRYPT_DECRYPT" && !NOT_ROTATED.has(purpose)) {
    throw new TypeError(`a purpose that is not known: ${purpose.slice(0, 60)}`);
  }
  const able = purpose === "ENCRYPT_DECRYPT" && raw["importOnly"] !== true;
  return {
    enabled: able ? false : null,
    periodDays: null,
    detail: able
      ? "no rotation is set"
      : `keys for ${purpose.slice(0, 60)} are not rotated by Google`,
  };
}
