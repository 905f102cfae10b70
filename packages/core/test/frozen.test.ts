import { expect, it } from 'vitest';
import { frozenCopy, frozenOption } from '../src/frozen.ts';

it('copies an option once, and returns this copy for itself', () => {
  const permissions = [{ template: 's3-folder-per-tenant', variables: { bucket: 'notes' } }];

  const copy = frozenOption(permissions);

  expect(copy).not.toBe(permissions);
  expect(copy).toEqual(permissions);
  expect(frozenOption(copy)).toBe(copy);
});

it.each([
  ['a frozen object of the caller, whose parts may change', Object.freeze([{ template: 'x' }])],
  [
    'a copy that keeps instances of classes',
    frozenCopy([
      new (class Permission {
        template = 'x';
      })(),
    ]),
  ],
  ['a proxy of a copy', new Proxy(frozenOption([{ template: 'x' }]), {})],
])('copies %s', (_, value) => {
  const copy = frozenOption(value);

  expect(copy).not.toBe(value);
  expect(Object.isFrozen(copy[0])).toBe(true);
});
