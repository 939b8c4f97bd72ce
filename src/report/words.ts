import { parseDuration, renderSeconds } from "#model/duration.ts";
import type { Json } from "#model/json.ts";
import type { Basis } from "#model/policy.ts";
import type { Verdict } from "#model/report.ts";
import { cut } from "./width.ts";

const DAY_MS = 86_400_000;

/** `1 claim`, `2 claims`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** Orders texts by code unit: the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** An ISO 8601 moment as `2026-11-22 10:04 UTC`, a date as it is; what is neither comes back cut short. */
export function moment(iso: string): string {
  const time = /^\d{4}-\d\d-\d\dT/.test(iso) ? Date.parse(iso) : Number.NaN;
  return Number.isNaN(time)
    ? cut(iso, 40)
    : `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** Two moments as one span: `2026-11-22 10:01 to 10:04 UTC`. */
export function momentSpan(from: string, to: string): string {
  const [start, end] = [moment(from), moment(to)];
  if (start === end) return start;
  const sameDay = start.slice(0, 11) === end.slice(0, 11) && start.endsWith(" UTC");
  return sameDay ? `${start.slice(0, -4)} to ${end.slice(11)}` : `${start} to ${end}`;
}

/** Calendar days in UTC from one moment or date to another; null where one of them is none. */
export function daysBetween(from: string, to: string): number | null {
  const [start, end] = [from, to].map((iso) => Math.floor(Date.parse(iso) / DAY_MS));
  if (start === undefined || end === undefined || Number.isNaN(start - end)) return null;
  return end - start;
}

/** `in 9 days`, `today`, `overdue by 3 days`; empty where the date cannot be read. */
export function dueIn(now: string, due: string): string {
  const days = daysBetween(now, due);
  if (days === null) return "";
  if (days === 0) return "today";
  return days > 0 ? `in ${count(days, "day")}` : `overdue by ${count(-days, "day")}`;
}

/** How long something took, from two ISO moments. */
export function took(from: string, to: string): string {
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  if (Number.isNaN(seconds)) return "an unknown time";
  return seconds < 1 ? "less than 1 s" : renderSeconds(seconds);
}

/** Whose number it is, as the first words of a check: who chose it and why, if the statement did not. */
export function basisWords(basis: Basis): string {
  if (basis === "quoted") return "Quoted";
  if ("standard" in basis) return `Standard ${basis.standard}`;
  const { who, when, why } = basis.interpreted;
  return `Interpreted by ${who}, ${when}: ${why}`;
}

export type BasisKind = "quoted" | "standard" | "interpreted";

export function basisKind(basis: Basis): BasisKind {
  if (basis === "quoted") return "quoted";
  return "standard" in basis ? "standard" : "interpreted";
}

/** Verdicts from the one that needs a person first to the one that needs nobody. */
export const WORST_FIRST: readonly Verdict[] = [
  "violated",
  "unverified",
  "lapsed",
  "waived",
  "attested",
  "upheld",
  "not-applicable",
  "informational",
];

export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  violated: "violated",
  unverified: "unverified",
  lapsed: "lapsed",
  waived: "waived",
  attested: "attested",
  upheld: "upheld",
  "not-applicable": "not applicable",
  informational: "informational",
};

const DEEPEST = 4;
const LONGEST_LIST = 12;

/** A JSON value for people: `allowed: TLSv1.2, TLSv1.3; maximum: 30 days`. */
export function jsonWords(value: Json, depth = 0): string {
  if (value === null) return "not stated";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return durationWords(value) ?? value;
  if (depth >= DEEPEST) return "…";
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((item: Json) => jsonWords(item, depth + 1))
    : Object.entries(value).map(([key, item]) => `${keyWords(key)}: ${jsonWords(item, depth + 1)}`);
  if (parts.length === 0) return "none";
  const more = parts.length - LONGEST_LIST;
  const shown =
    parts.slice(0, LONGEST_LIST).join(isList ? ", " : "; ") + (more > 0 ? ` and ${more} more` : "");
  return !isList && depth > 0 ? `(${shown})` : shown;
}

const ACRONYMS: ReadonlySet<string> = new Set(["hsts", "id", "ip", "mfa", "tls", "url"]);

/** `maxAgeSeconds` as `max age seconds`, `minimumTls` as `minimum TLS`. */
function keyWords(key: string): string {
  return key
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll("_", " ")
    .split(" ")
    .map((word) => {
      const lower = word.toLowerCase();
      if (ACRONYMS.has(lower)) return lower.toUpperCase();
      return word === word.toUpperCase() ? word : lower;
    })
    .join(" ");
}

const UNITS = [
  ["Y", "year"],
  ["M", "month"],
  ["W", "week"],
  ["D", "day"],
] as const;
const TIME_UNITS = [
  ["H", "hour"],
  ["M", "minute"],
  ["S", "second"],
] as const;

/** `P1DT12H` as `1 day 12 hours`; null for what is no duration. */
function durationWords(text: string): string | null {
  if (parseDuration(text) === null) return null;
  const [dates = "", times = ""] = text.slice(1).split("T");
  return [...unitWords(dates, UNITS), ...unitWords(times, TIME_UNITS)].join(" ");
}

function unitWords(part: string, units: readonly (readonly [string, string])[]): string[] {
  return units.flatMap(([letter, word]) => {
    const digits = new RegExp(`(\\d+)${letter}`).exec(part)?.[1];
    return digits === undefined ? [] : [count(Number(digits), word)];
  });
}
