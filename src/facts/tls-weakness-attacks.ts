import type { AttackTest, TlsAttacks, WeaknessStatus } from "#model/tls-facets.ts";
import { ACTIVE_WEAKNESSES } from "./tls-weakness-list.ts";
import type { WeaknessFinding } from "./tls-weakness-evidence.ts";

/** Where a test stands twice, the worst counts. */
const WORST_FIRST: readonly WeaknessStatus[] = [
  "vulnerable",
  "unknown",
  "not-vulnerable",
  "not-run",
];

/** What came of each active test; one of which nothing is told is not known. */
export function attackFindings(
  attacks: TlsAttacks | null,
): ReadonlyMap<AttackTest, WeaknessFinding> {
  const found = new Map<AttackTest, WeaknessFinding>();
  for (const { id } of ACTIVE_WEAKNESSES) {
    const made = (attacks?.tests ?? [])
      .filter(({ test }) => test === id)
      .toSorted((a, b) => WORST_FIRST.indexOf(a.status) - WORST_FIRST.indexOf(b.status))
      .at(0);
    if (made !== undefined) {
      const { status, why } = made;
      const there = status === "vulnerable";
      found.set(id, { status, seen: there ? why : null, why: there ? null : why });
    } else if (id !== "starttls-injection") {
      found.set(id, { status: "unknown", seen: null, why: "nothing is told of this test" });
    }
  }
  return found;
}
