/** One configuration, scanned and compared. */
import pLimit from "p-limit";
import { type Difference, differences, wrongs } from "./compare.ts";
import type { Expected, ServerConfiguration } from "./configuration.ts";
import { look, type Seen } from "./engine.ts";
import { ask, type Peer } from "./peers.ts";

/** A row of the table. */
export interface Row {
  readonly configuration: ServerConfiguration;
  readonly expected: Expected;
  readonly seen: Seen;
  /** In words; none where the scan is right. */
  readonly wrong: readonly string[];
  /** Of the peers that were asked. */
  readonly differences: ReadonlyMap<Peer, readonly Difference[]>;
}

// Scans of one address share a limit and its pauses, so that two would slow each other down.
const alone = pLimit(1);

/** Starts a server, scans it once, asks the peers, and stops it. */
export async function survey(
  configuration: ServerConfiguration,
  peers: readonly Peer[],
): Promise<Row> {
  const server = await configuration.start();
  try {
    const expected = await configuration.expected();
    const seen = await alone(() => look(server.port));
    const found = new Map<Peer, readonly Difference[]>();
    // One after the other: some servers serve one connection at a time.
    for (const peer of peers) {
      found.set(peer, differences(peer, seen, await ask(peer, server.port)));
    }
    return { configuration, expected, seen, wrong: wrongs(expected, seen), differences: found };
  } finally {
    await server.stop();
  }
}
