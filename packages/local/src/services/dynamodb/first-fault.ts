/** The first message that a check of a list returns. */
export function firstFault<T>(list: Iterable<T>, check: (element: T) => string | undefined): string | undefined {
  for (const element of list) {
    const fault = check(element);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
