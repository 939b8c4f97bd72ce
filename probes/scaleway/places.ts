// Where Scaleway offers its products, as its SDK and its page of availability name the places on 2026-11-22:
// https://www.scaleway.com/en/docs/account/reference-content/products-availability/
// https://github.com/scaleway/scaleway-sdk-js (LOCALITY of each API). What opens later is not asked until it is added.

const THREE = ["fr-par", "nl-ams", "pl-waw"] as const;
const ALL = ["fr-par", "it-mil", "nl-ams", "pl-waw"] as const;
const ZONES = [
  "fr-par-1",
  "fr-par-2",
  "fr-par-3",
  "it-mil-1",
  "nl-ams-1",
  "nl-ams-2",
  "nl-ams-3",
  "pl-waw-1",
  "pl-waw-2",
  "pl-waw-3",
] as const;

/** Regions or zones of a product; none for one that is the same everywhere. */
export const PLACES = {
  baremetal: ["fr-par-1", "fr-par-2", "nl-ams-1", "nl-ams-2", "pl-waw-2", "pl-waw-3"],
  block: ZONES,
  file: ["fr-par"],
  iam: [""],
  instance: ZONES,
  k8s: THREE,
  lb: [
    "fr-par-1",
    "fr-par-2",
    "nl-ams-1",
    "nl-ams-2",
    "nl-ams-3",
    "pl-waw-1",
    "pl-waw-2",
    "pl-waw-3",
  ],
  mongodb: ["fr-par"],
  rdb: THREE,
  redis: ["fr-par-1", "fr-par-2", "nl-ams-1", "nl-ams-2", "pl-waw-1", "pl-waw-2"],
  registry: THREE,
  "s2s-vpn": ALL,
  "secret-manager": THREE,
  "serverless-sqldb": ["fr-par"],
  vpc: ALL,
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** A product by the first part of its path. */
export type Product = keyof typeof PLACES;

/** The region of a zone: `fr-par-1` lies in `fr-par`. */
export function regionOf(place: string): string {
  return place.replace(/-\d$/, "");
}
