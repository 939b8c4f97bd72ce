const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** What the clocks of one time zone show. Moments are milliseconds since 1970 in UTC, local times as if they were UTC. */
export interface ZoneClock {
  /** Local time less UTC, milliseconds. */
  readonly offsetAt: (utc: number) => number;
  /** The offset of a whole local day (days since 1970); null for a day about which the clocks are changed. */
  readonly steadyOffset: (day: number) => number | null;
  /** The first moment at which clocks show that local time; null where they leave it out. */
  readonly toUtc: (local: number) => number | null;
}

/** The clock of a time zone by its IANA name; null for a name that nobody knows. */
export function zoneClock(zone: string): ZoneClock | null {
  const read = reader(zone);
  if (read === null) return null;
  const atMidnight = new Map<number, number>();
  const changes = new Map<number, number>();
  const midnight = (day: number) => {
    const offset = atMidnight.get(day) ?? read(day * DAY_MS);
    atMidnight.set(day, offset);
    return offset;
  };
  /** When within a day of UTC the offset changes, to the minute. */
  const change = (day: number) => {
    const known = changes.get(day);
    if (known !== undefined) return known;
    const before = midnight(day);
    let [low, high] = [0, 1440];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (read(day * DAY_MS + middle * MINUTE_MS) === before) low = middle;
      else high = middle;
    }
    const moment = day * DAY_MS + high * MINUTE_MS;
    changes.set(day, moment);
    return moment;
  };
  const offsetAt = (utc: number) => {
    const day = Math.floor(utc / DAY_MS);
    const [before, after] = [midnight(day), midnight(day + 1)];
    return before === after || utc < change(day) ? before : after;
  };
  return {
    offsetAt,
    steadyOffset: (day) => {
      const offset = midnight(day);
      return [-1, 1, 2].every((step) => midnight(day + step) === offset) ? offset : null;
    },
    toUtc: (local) => {
      const day = Math.floor(local / DAY_MS);
      const offsets = new Set([-1, 0, 1, 2].map((step) => midnight(day + step)));
      const moments = [...offsets]
        .map((offset) => ({ offset, utc: local - offset }))
        .filter(({ offset, utc }) => offsetAt(utc) === offset)
        .map(({ utc }) => utc);
      return moments.length === 0 ? null : Math.min(...moments);
    },
  };
}

/** Reads offsets from the runtime's own time zone data. */
function reader(zone: string): ((utc: number) => number) | null {
  if (/^(?:UTC|Etc\/UTC|GMT|Z)$/i.test(zone)) return () => 0;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
  } catch {
    return null;
  }
  return (utc) => {
    const [, sign, hours, minutes] =
      /GMT([+-])(\d{2}):(\d{2})(?::\d{2})?$/.exec(format.format(utc)) ?? [];
    const size = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * MINUTE_MS;
    return sign === "-" ? -size : size;
  };
}
