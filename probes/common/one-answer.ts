/** How a connection tells what came of it; the first word counts. */
export interface Settle<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
  /** Whether nothing came of it yet. */
  readonly isOpen: () => boolean;
}

/**
 * What comes of one connection: its own word, that of the time, or the signal's reason; then it is closed.
 * @param open begins it, and gives how to close it and what to do when the time is over
 * @throws what it is rejected with, or the signal's reason
 */
export function oneAnswer<T>(
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
  open: (settle: Settle<T>) => { readonly close: () => void; readonly late: () => void },
): Promise<T> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  let isOpen = true;
  const settle = (act: () => void) => {
    if (!isOpen) return;
    isOpen = false;
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    connection.close();
    act();
  };
  const connection = open({
    resolve: (value) => settle(() => resolve(value)),
    reject: (error) => settle(() => reject(error)),
    isOpen: () => isOpen,
  });
  const stop = () => settle(() => reject(signal.reason));
  const timer = setTimeout(connection.late, timeoutMs);
  signal.addEventListener("abort", stop, { once: true });
  return promise;
}
