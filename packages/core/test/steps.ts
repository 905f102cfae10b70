/**
 * Counts the operations of `act` on Maps, Sets, iterated lists and generators. Unlike time, the count does not depend on
 * the load of the host. Code that visits every member takes at least one step per member.
 */
export function stepsOf(act: () => void): number {
  let steps = 0;
  const restore = COUNTED.map(({ owner, name }) => {
    const original: unknown = Reflect.get(owner, name);
    if (typeof original !== 'function') throw new TypeError(`${name} is not a function`);
    Object.defineProperty(owner, name, {
      configurable: true,
      writable: true,
      value(this: unknown, ...given: unknown[]): unknown {
        steps += 1;
        return Reflect.apply(original, this, given);
      },
    });
    return () => Object.defineProperty(owner, name, { configurable: true, writable: true, value: original });
  });
  try {
    act();
  } finally {
    restore.forEach((restoreOne) => restoreOne()); // `for of` would use an iterator, whose steps are counted
  }
  return steps;
}

function* generator(): Generator<void> {
  yield;
}

const ITERATORS: readonly object[] = [new Map().entries(), new Set().values(), [].values(), generator.prototype].map(
  (iterator: object) => Object.getPrototypeOf(iterator) as object,
);

const COUNTED: readonly { readonly owner: object; readonly name: string }[] = [
  ...['get', 'set', 'has', 'delete'].map((name) => ({ owner: Map.prototype, name })),
  ...['add', 'has', 'delete'].map((name) => ({ owner: Set.prototype, name })),
  ...ITERATORS.map((iterator) => ({ owner: iterator, name: 'next' })),
];
