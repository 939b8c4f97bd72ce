import type { TargetOf } from "#model/estate.ts";
import type { Failure } from "#model/probe.ts";
import { count, fields, list, text, type Fields } from "#probes/common/json.ts";
import type { Known } from "#probes/common/known.ts";
import { listAll, type Asking, type Pages } from "#probes/rest/asks.ts";
import type { Part } from "#probes/rest/listing.ts";

/** One listing, as it is asked for in each place. */
export interface Question {
  readonly operation: string;
  readonly permission: string;
  /** The field that holds the entries; in an aggregated listing that of each scope. */
  readonly field: string;
  /** Whether the answer is a map of scopes (zones, regions, `global`), each with entries of its own. */
  readonly aggregated?: boolean;
}

/** A whole list, or as much of it as the server gave and why that is not all. */
export interface Partly {
  readonly known: Known<readonly unknown[]>;
  /** What the server says of the rest that it left out; none where it is whole. */
  readonly missing: readonly string[];
}

/**
 * What the kind of every list begins with, by the service as it is asked: `compute#diskAggregatedList`. Other services
 * answer `{}` where there is nothing.
 */
const KINDS: Readonly<Record<string, string>> = {
  "gcp-compute": "compute#",
  "gcp-sqladmin": "sql#",
  "gcp-storage": "storage#",
};

/**
 * Follows a listing of Google's to its end. Entries are absent where there are none; `warning`, `warnings`,
 * `unreachable` and `unreachables` say that some are missing.
 * @param at path and query of the first page, made by `path`
 */
export async function listPartly(asking: Asking, question: Question, at: string): Promise<Partly> {
  const { field, aggregated = false, ...named } = question;
  const missing = new Set<string>();
  const known = await listAll(
    asking,
    { ...named, path: at },
    {
      items: (body) => {
        const page = pageFields(body, KINDS[asking.service]);
        for (const words of warnings(page)) missing.add(words);
        if (!aggregated) return list(page[field]);
        const scopes = page["items"] ?? {};
        if (typeof scopes !== "object" || Array.isArray(scopes)) {
          throw new TypeError("a map of scopes was expected");
        }
        return Object.entries(scopes).flatMap(([scope, content]) => {
          const part = fields(content);
          for (const words of warnings(part)) missing.add(`${scope}: ${words}`);
          return list(part[field]);
        });
      },
      next: nextPage,
    },
  );
  return { known, missing: [...missing].slice(0, 20) };
}

/** The listing as parts: what came, and what is missing as failures of their own. */
export function partsOf(place: string, { known, missing }: Partly): readonly Part[] {
  const { operation, permission } = known;
  return [
    { place, known },
    ...missing.map((words): Part => {
      const message = `the list is not whole: ${words}`;
      const failure: Failure = { reason: "partial", message, retryable: false };
      return { place, known: { operation, permission, ok: false, failure } };
    }),
  ];
}

/** The same, as one answer that is a failure where it is not whole: for what a facet rests on. */
export function wholly({ known, missing }: Partly): Known<readonly Fields[]> {
  const [first] = missing;
  if (!known.ok) return known;
  if (first === undefined) return { ...known, value: known.value.map(fields) };
  const { operation, permission } = known;
  const message = `the list is not whole: ${first}`;
  return {
    operation,
    permission,
    ok: false,
    failure: { reason: "partial", message, retryable: false },
  };
}

/** A listing in each of the target's projects. */
export async function listInProjects(
  { projects }: TargetOf<"gcp">,
  asking: Asking,
  question: Question,
  at: (project: string) => string,
): Promise<readonly Part[]> {
  const asked = projects.map(async (project) =>
    partsOf(project, await listPartly(asking, question, at(project))),
  );
  return (await Promise.all(asked)).flat();
}

/** `NO_RESULTS_ON_PAGE` is no lack: https://cloud.google.com/compute/docs/reference/rest/v1/instances/aggregatedList */
function warnings(page: Fields): readonly string[] {
  const { warning, warnings: several, unreachable, unreachables } = page;
  const said = [...(warning === undefined ? [] : [fields(warning)]), ...list(several)]
    .filter(({ code }) => code !== "NO_RESULTS_ON_PAGE")
    .map(({ code, message }) => [text(code), text(message)].filter(Boolean).join(": "));
  const lost = [unreachable, unreachables]
    .flatMap((names): readonly unknown[] => (Array.isArray(names) ? names : []))
    .map((name) => `${text(name) ?? "a place"} could not be reached`);
  return [...said, ...lost].map((words) => (words === "" ? "no reason is given" : words));
}

/**
 * A page of a listing.
 * @param kind what its `kind` begins with, where the service tells one
 * @throws TypeError where it is none: only what is one may lack its entries
 */
export function pageFields(body: unknown, kind = ""): Fields {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new TypeError("a list was expected");
  }
  const page = fields(body);
  if (page["error"] !== undefined) throw new TypeError("an error instead of a list");
  if (kind !== "" && text(page["kind"])?.startsWith(kind) !== true) {
    throw new TypeError(`a list of the kind ${kind} was expected`);
  }
  return page;
}

/** What to ask for after a page. @throws TypeError where its token is none */
export const nextPage: Pages["next"] = ({ body }, { path }) => {
  const { nextPageToken: token } = fields(body);
  if (token === undefined || token === "") return null;
  if (typeof token !== "string") throw new TypeError("a page token that is no text");
  const [before = "", query = ""] = path.split("?", 2);
  const parameters = new URLSearchParams(query);
  parameters.set("pageToken", token);
  return { path: `${before}?${parameters.toString()}` };
};

/** The labels of a resource as tags; none where it has none. */
export function labelsOf(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(fields(value)).flatMap(([name, label]) =>
      typeof label === "string" ? [[name, label] as const] : [],
    ),
  );
}

/** Seconds of a duration such as `2592000s`; null for anything else. */
export function secondsOf(value: unknown): number | null {
  return count(/^(\d{1,12})(?:\.\d{1,9})?s$/.exec(text(value) ?? "")?.[1]);
}
