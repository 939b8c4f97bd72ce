import type { ProbeContext } from "#model/probe.ts";

/**
 * Makes something once for each target of a scan, however many of its probes ask for it. The signal stands for the
 * target within its scan.
 */
export function perScan<Target, Made>(
  make: (target: Target, context: ProbeContext) => Made,
): (target: Target, context: ProbeContext) => Made {
  const made = new WeakMap<AbortSignal, Made>();
  return (target, context) => {
    const one = made.get(context.signal) ?? make(target, context);
    made.set(context.signal, one);
    return one;
  };
}
