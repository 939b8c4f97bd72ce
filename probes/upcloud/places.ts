import type { Location } from "#model/facets.ts";
import { text, type Fields } from "#probes/common/json.ts";

/** The one zone where it rests. @throws TypeError where none is named */
export function toLocation({ zone }: Fields): Location {
  const own = text(zone);
  if (own === null) throw new TypeError("no zone is named");
  return { regions: [own.toLowerCase()], zones: null };
}
