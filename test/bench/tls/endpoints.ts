/** What both sides of the bench of many endpoints know. */

export const ENDPOINTS = 2000;

/** 127.1.1.1 to 127.1.8.250 */
export function endpointHost(index: number): string {
  return `127.1.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`;
}

export interface ScansMeasured {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly connections: number;
  /** Sockets open at a time, on average. */
  readonly open: number;
  readonly earlyMegabytes: number;
  readonly lateMegabytes: number;
  readonly peakMegabytes: number;
  /** Sockets, timers and the like that are still there in the end. */
  readonly left: readonly string[];
}
export interface BareMeasured {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly connectOnlySeconds: number;
}
