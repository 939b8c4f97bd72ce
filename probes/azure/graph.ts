import type { Failure } from "#model/probe.ts";
import { MOST_SUBJECTS } from "#probes/common/chunks.ts";
import type { From } from "#probes/common/known.ts";
import { fields, text, type Fields } from "#probes/common/json.ts";
import { pacedQuery } from "./allowances.ts";
import type { AzureSession } from "./session.ts";

/** A resource with its properties, as Resource Graph keeps it. */
export interface Row {
  readonly raw: Fields;
  readonly source: From;
}

export interface Rows {
  /** By the id in lower case. */
  readonly rows: ReadonlyMap<string, Row>;
  /** Why not all were read; null when all were. What the identity may not read is left out without a word. */
  readonly failure: Failure | null;
}

const OPERATION = "POST Microsoft.ResourceGraph/resources";
const PAGE = 1000;
const MOST_PAGES = 1000;
const LONGEST_TOKEN = 65_536;

/**
 * Resources of these types with all their properties, thousands in a call, from all readable subscriptions.
 * https://learn.microsoft.com/azure/governance/resource-graph/concepts/work-with-data: without an order by id the pages
 * may overlap or leave rows out.
 */
export async function askGraph(
  types: readonly string[],
  { context, client, subscriptions }: Pick<AzureSession, "context" | "client" | "subscriptions">,
): Promise<Rows> {
  const named = types.map((type) => `'${type.toLowerCase()}'`).join(",");
  const query = `resources | where type in~ (${named}) | order by id asc`;
  const rows = new Map<string, Row>();
  const seen = new Set<string>();
  let token: string | null = null;
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const body = {
      subscriptions: subscriptions.readable,
      query,
      options: {
        resultFormat: "objectArray",
        $top: PAGE,
        ...(token === null ? {} : { $skipToken: token }),
      },
    };
    const answer = await context.ask({
      ...pacedQuery(context),
      operation: OPERATION,
      call: async (signal) => (await client()).graph(body, signal),
    });
    if (!answer.ok) return { rows, failure: answer.failure };
    const { data, resultTruncated, $skipToken } = fields(answer.raw);
    if (!Array.isArray(data)) return { rows, failure: broken("the answer has no list of rows") };
    const source = { operation: OPERATION, observedAt: answer.observedAt, sha256: answer.sha256 };
    for (const one of data) {
      const raw = fields(one);
      const id = text(raw["id"]);
      if (id !== null) rows.set(id.toLowerCase(), { raw, source });
    }
    if (rows.size > MOST_SUBJECTS) {
      const message = `more than ${MOST_SUBJECTS} rows`;
      return { rows, failure: { reason: "too-large", message, retryable: false } };
    }
    token = text($skipToken);
    if (token === null) {
      // Azure spells the boolean as a text.
      const cut = String(resultTruncated).toLowerCase() === "true";
      return { rows, failure: cut ? broken("rows were left out, and no page has them") : null };
    }
    if (token.length > LONGEST_TOKEN || seen.has(token)) {
      return { rows, failure: broken("the next page is one that was read already") };
    }
    seen.add(token);
  }
  return { rows, failure: broken(`more than ${MOST_PAGES} pages`) };
}

function broken(message: string): Failure {
  return { reason: "partial", message, retryable: false };
}
