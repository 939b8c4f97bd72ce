/** A time limit within another. */
export interface Deadline {
  /** Aborts with the parent, or when the time is over. */
  readonly signal: AbortSignal;
  /** Lets go of both, once all is done: a timer that runs on would keep in memory what the signal touched. */
  readonly release: () => void;
}

/** Begins a time limit of so many milliseconds; the process need not wait for it. */
export function deadline(parent: AbortSignal, milliseconds: number): Deadline {
  const controller = new AbortController();
  const stop = () => controller.abort(parent.reason);
  const late = () => controller.abort(new DOMException("the time is over", "TimeoutError"));
  const timer = setTimeout(late, milliseconds).unref();
  if (parent.aborted) stop();
  else parent.addEventListener("abort", stop, { once: true });
  return {
    signal: controller.signal,
    release: () => {
      clearTimeout(timer);
      parent.removeEventListener("abort", stop);
    },
  };
}
