/**
 * What `work` answers, or what `late` does once the time is over, whatever `work` is waiting for: not everything that is
 * awaited heeds the signal.
 */
export async function within<T>(timeoutMs: number, work: (signal: AbortSignal) => Promise<T>, late: () => T | Promise<T>): Promise<T> {
  const over = new AbortController();
  const end = new Promise<void>((resolve) => over.signal.addEventListener('abort', () => resolve(), { once: true }));
  const timer = setTimeout(() => over.abort(), timeoutMs);
  try {
    return await Promise.race([work(over.signal), end.then(late)]);
  } finally {
    clearTimeout(timer);
  }
}
