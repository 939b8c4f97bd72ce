/**
 * How gently a host is to be asked: one limit an address for all scans of this process, which narrows when the host
 * shows that it is too much.
 */

/** The limit of one host, as one scan sees it. */
export interface HostLimit {
  /** Whether a connection may be opened now; if so, it is counted. */
  readonly tryEnter: () => boolean;
  /** Resolves to true when a connection may be opened, which is counted then; to false when the signal aborts first. */
  readonly enter: (signal: AbortSignal) => Promise<boolean>;
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
  readonly waiting: (() => void)[];
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

  const tryEnter = () => {
    if (host.open >= host.most || host.waiting.length > 0) return false;
    host.open += 1;
    return true;
  };
  const admit = () => {
    while (host.open < host.most) {
      const next = host.waiting.shift();
      if (next === undefined) return;
      host.open += 1;
      next();
    }
  };
  return {
    tryEnter,
    enter: (signal) =>
      new Promise((resolve) => {
        const admitted = () => {
          signal.removeEventListener("abort", stop);
          resolve(true);
        };
        const stop = () => {
          host.waiting.splice(host.waiting.indexOf(admitted), 1);
          resolve(false);
        };
        if (signal.aborted) resolve(false);
        else if (tryEnter()) resolve(true);
        else {
          host.waiting.push(admitted);
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
