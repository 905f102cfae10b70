/**
 * Returns the result of `work`, or that of `late` after `timeoutMs`. It does not rely on the signal alone: `work` may await
 * something that ignores it.
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
