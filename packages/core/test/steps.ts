/**
 * How many steps `act` takes in Maps, Sets, lists that are iterated, and generators. Time says little on a machine that
 * does other things as well; what looks at every member takes as many steps as there are members.
 */
export function stepsOf(act: () => void): number {
  let steps = 0;
  const restore = COUNTED.map(({ owner, name }) => {
    const original: unknown = Reflect.get(owner, name);
    if (typeof original !== 'function') throw new TypeError(`${name} is no function`);
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
    restore.forEach((back) => back()); // without an iterator, whose steps would count
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
