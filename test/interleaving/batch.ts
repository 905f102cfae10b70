/**
 * A step of a middleware that collects requests and continues them together, as a store with callbacks over one connection
 * does: all of them continue in the async context of the first.
 */
export function batch(): (next: () => void) => void {
  let waiting: (() => void)[] = [];
  return (next) => {
    if (waiting.push(next) > 1) return;
    setTimeout(() => {
      const together = waiting;
      waiting = [];
      for (const proceed of together) proceed();
    }, 2);
  };
}
