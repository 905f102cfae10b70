/** The elements that have the same key, in the order of the first of each. */
export function groupBy<T>(elements: readonly T[], key: (element: T) => string): readonly (readonly [T, ...T[]])[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const element of elements) {
    const group = groups.get(key(element));
    if (group === undefined) groups.set(key(element), [element]);
    else group.push(element);
  }
  return [...groups.values()];
}
