import { expect } from "vitest";
import type { Problem } from "#model/evidence.ts";
import type { ProbeEntry } from "#model/probe.ts";

/**
 * A permission that a problem names can be granted before it is missed: it is among those that the problem's own probe
 * declares, from which `probity permissions` and the reference pages are made. Gives back what it was given.
 */
export function expectDeclared<Read extends { readonly problems: readonly Problem[] }>(
  read: Read,
  probes: readonly Pick<ProbeEntry, "id" | "provides">[],
): Read {
  const known = new Map(probes.map(({ id, provides }) => [id, declaredBy(provides)]));
  const strange = read.problems.flatMap(({ probe, permission }) =>
    permission === null || known.get(probe)?.has(permission) === true
      ? []
      : [`${probe} names ${permission}`],
  );
  expect([...new Set(strange)], "permissions that are not declared").toEqual([]);
  return read;
}

function declaredBy(provides: ProbeEntry["provides"]): ReadonlySet<string> {
  return new Set(
    Object.values(provides).flatMap(({ permissions, onlyWith = {} }) => [
      ...permissions,
      ...Object.values(onlyWith).flat(),
    ]),
  );
}
