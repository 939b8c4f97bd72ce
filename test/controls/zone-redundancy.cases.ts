import control from "#controls/resilience/zone-redundancy.ts";
import type { Redundancy } from "#model/facets.ts";
import type { CaseReading } from "./cases.ts";
import { defineCases } from "./cases.ts";

function one(fields: Partial<Redundancy>, subject: CaseReading["subject"] = {}): CaseReading {
  return {
    subject,
    facets: {
      redundancy: {
        zones: null,
        zoneRedundant: null,
        geoRedundant: null,
        setting: "Some_SKU",
        ...fields,
      },
    },
  };
}
const inZones = (names: string[], target = "target", region = "eu-west-3") =>
  one({ zones: names.length, zoneNames: names }, { target, region });

export default defineCases(control, [
  {
    name: "each subject is judged by itself",
    expect: { minimumZones: 2 },
    readings: [one({ zones: 3 }), one({ zones: 1 }), one({})],
    judgements: [
      ["pass", "subject-1", "in 3 zones (Some_SKU); declared: 2 zones"],
      ["fail", "subject-2", "in 1 zone only (Some_SKU)"],
      ["unknown", "subject-3", "does not say in how many zones it is"],
    ],
  },
  {
    name: "zone-redundant is two zones at least, and no more for sure",
    expect: { minimumZones: 2 },
    readings: [one({ zoneRedundant: true }), one({ zoneRedundant: false })],
    judgements: [
      ["pass", "subject-1", "in several zones"],
      ["fail", "subject-2", "in one zone only"],
    ],
  },
  {
    name: "one zone is enough where one is declared, and nothing said is nothing known",
    expect: { minimumZones: 1 },
    readings: [one({}), one({ zoneRedundant: false })],
    judgements: [
      ["unknown", "subject-1", "does not say in how many zones"],
      ["pass", "subject-2", "in one zone"],
    ],
  },
  {
    name: "three zones need a number",
    expect: { minimumZones: 3 },
    readings: [one({ zoneRedundant: true }), one({ zones: 2, zoneRedundant: true })],
    judgements: [
      ["unknown", "subject-1", "does not say in how many zones"],
      ["fail", "subject-2", "in 2 zones only"],
    ],
  },
  {
    name: "a copy in another region counts where it is declared to",
    expect: { minimumZones: 2, geoRedundantCounts: true },
    readings: [
      one({ zones: 1, geoRedundant: true, setting: "Standard_GRS" }),
      one({ zones: 1, geoRedundant: null }),
      one({ zones: 1, geoRedundant: false }),
    ],
    judgements: [
      ["pass", "subject-1", "has a copy in another region (Standard_GRS)"],
      ["unknown", "subject-2", "nothing says whether it has a copy in another region"],
      ["fail", "subject-3", "in 1 zone only (Some_SKU); declared: 2 zones or a copy in another"],
    ],
  },
  {
    name: "a copy in another region does not count by itself",
    expect: { minimumZones: 2 },
    readings: [one({ zones: 1, geoRedundant: true })],
    judgements: [["fail", "subject-1", "in 1 zone only"]],
  },
  {
    name: "the zones of all subjects add up",
    expect: { totalZones: 3 },
    readings: [inZones(["eu-west-3a", "eu-west-3b"]), inZones(["EU-WEST-3B", "eu-west-3c"])],
    judgements: [["pass", null, "3 zones in use (eu-west-3a, eu-west-3b, eu-west-3c)"]],
  },
  {
    name: "too few zones in all",
    expect: { totalZones: 3 },
    readings: [inZones(["eu-west-3a"]), inZones(["eu-west-3b"])],
    judgements: [["fail", null, "only 2 zones in use (eu-west-3a, eu-west-3b); declared: 3 zones"]],
  },
  {
    name: "too few zones are no failure while something is missing",
    expect: { totalZones: 3 },
    complete: false,
    readings: [inZones(["eu-west-3a"]), inZones(["eu-west-3b"])],
    judgements: [["unknown", null, "2 zones seen"]],
  },
  {
    name: "enough zones are enough, whatever is missing",
    expect: { totalZones: 2 },
    complete: false,
    readings: [inZones(["eu-west-3a", "eu-west-3b"]), one({})],
    judgements: [["pass", null, "2 zones in use"]],
  },
  {
    name: "a subject that does not tell its zones leaves it open",
    expect: { totalZones: 3 },
    readings: [inZones(["eu-west-3a"]), one({ zones: 2 })],
    judgements: [["unknown", null, "not all in scope tell theirs"]],
  },
  {
    name: "one name in two regions is two zones",
    expect: { totalZones: 2 },
    readings: [inZones(["1"], "target", "westeurope"), inZones(["1"], "target", "northeurope")],
    judgements: [["pass", null, "2 zones in use"]],
  },
  {
    name: "two accounts may mean one zone by two names",
    expect: { totalZones: 2 },
    readings: [inZones(["eu-west-3a"], "first"), inZones(["eu-west-3b"], "second")],
    judgements: [["unknown", null, "names of several accounts may stand for one zone"]],
  },
  {
    name: "nothing in scope is no evidence",
    expect: { totalZones: 1 },
    readings: [],
    judgements: [["unknown", null, "0 zones seen"]],
  },
  {
    name: "both are judged where both are declared",
    expect: { minimumZones: 1, totalZones: 1 },
    readings: [inZones(["eu-west-3a"])],
    judgements: [
      ["pass", "subject-1", "in 1 zone"],
      ["pass", null, "1 zones in use"],
    ],
  },
]);
