/**
 * A middleware's step that collects requests and lets them go on together, as a store with callbacks over one connection
 * does: all of them go on in the async context of the first.
 */
export function batch(): (next: () => void) => void {
  let waiting: (() => void)[] = [];
  return (next) => {
    if (waiting.push(next) > 1) return;
    setTimeout(() => {
      const together = waiting;
      waiting = [];
      for (const go of together) go();
    }, 2);
  };
}
