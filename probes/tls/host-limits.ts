/**
 * How gently a host is to be asked: one limit an address for all scans of this process, which narrows when the host
 * shows that it is too much.
 */

/** The limit of one host, as one scan sees it. */
export interface HostLimit {
  /**
   * Whether a connection may be opened now; if so, it is counted.
   * @param spare how many connections to leave to those that come without such wish, as far as one is open
   */
  readonly tryEnter: (spare?: number) => boolean;
  /**
   * Resolves to true when a connection may be opened, which is counted then; to false when the signal aborts first.
   * Who leaves none to others (`spare` left out) goes before those who do.
   */
  readonly enter: (signal: AbortSignal, spare?: () => number) => Promise<boolean>;
  /** A connection is gone. */
  readonly leave: () => void;
  /** Half as many connections at once from now on. */
  readonly narrow: () => void;
  /** Where it is down to one at once: a pause between one and the next, twice as long each time. */
  readonly slow: () => void;
  /** Milliseconds between one connection and the next; 0 while the host has stood more. */
  readonly gapMs: () => number;
  /** The scan is over. */
  readonly release: () => void;
}

interface Host {
  most: number;
  open: number;
  gapMs: number;
  scans: number;
  /** In the order of their coming. */
  readonly waiting: Waiting[];
}

interface Waiting {
  readonly admit: () => void;
  readonly spare: (() => number) | null;
}

const FIRST_GAP_MS = 25;
const MOST_GAP_MS = 1000;

const hosts = new Map<string, Host>();

/**
 * The limit of a host.
 * @param address its IP address, for a host may have many names and ports
 * @param most connections at once; the smallest that any running scan asks for counts
 */
export function hostLimit(address: string, most: number): HostLimit {
  const host = hosts.get(address) ?? { most, open: 0, gapMs: 0, scans: 0, waiting: [] };
  hosts.set(address, host);
  host.scans += 1;
  host.most = Math.min(host.most, most);

  /** Whether one more may be opened by who would leave so many to others. */
  const room = (spare: number) => host.open === 0 || host.open + spare < host.most;
  const tryEnter = (spare?: number) => {
    const before = host.waiting.some((one) => spare !== undefined || one.spare === null);
    if (before || !room(spare ?? 0)) return false;
    host.open += 1;
    return true;
  };
  const admit = () => {
    for (;;) {
      const urgent = host.waiting.find(({ spare }) => spare === null);
      const next = urgent ?? host.waiting[0];
      if (next === undefined || !room(next.spare?.() ?? 0)) return;
      host.waiting.splice(host.waiting.indexOf(next), 1);
      host.open += 1;
      next.admit();
    }
  };
  return {
    tryEnter,
    enter: (signal, spare) =>
      new Promise((resolve) => {
        const stop = () => {
          host.waiting.splice(host.waiting.indexOf(waiting), 1);
          resolve(false);
        };
        const waiting: Waiting = {
          admit: () => {
            signal.removeEventListener("abort", stop);
            resolve(true);
          },
          spare: spare ?? null,
        };
        if (signal.aborted) resolve(false);
        else if (tryEnter(spare?.())) resolve(true);
        else {
          host.waiting.push(waiting);
          signal.addEventListener("abort", stop, { once: true });
        }
      }),
    leave: () => {
      host.open -= 1;
      admit();
    },
    narrow: () => {
      host.most = Math.max(1, Math.floor(host.most / 2));
    },
    slow: () => {
      if (host.most > 1) return;
      host.gapMs = Math.min(MOST_GAP_MS, Math.max(FIRST_GAP_MS, host.gapMs * 2));
    },
    gapMs: () => host.gapMs,
    release: () => {
      host.scans -= 1;
      if (host.scans === 0) hosts.delete(address);
    },
  };
}
