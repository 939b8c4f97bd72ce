import type { ProbeContext } from "#model/probe.ts";

/**
 * Makes something once for each target of a scan, however many of its probes ask for it. The signal stands for the
 * target within its scan.
 */
export function perScan<Target, Made, Context extends Pick<ProbeContext, "signal"> = ProbeContext>(
  make: (target: Target, context: Context) => Made,
): (target: Target, context: Context) => Made {
  const made = new WeakMap<AbortSignal, Made>();
  return (target, context) => {
    const one = made.get(context.signal) ?? make(target, context);
    made.set(context.signal, one);
    return one;
  };
}
