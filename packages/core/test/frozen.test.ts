import { describe, expect, it } from 'vitest';
import { frozenCopy, frozenOption, isFrozen } from '../src/frozen.ts';

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

describe('isFrozen', () => {
  it('searches a value again that was not frozen before', () => {
    const roles = ['reader'];
    const identity = Object.freeze({ claims: Object.freeze({ roles }) });
    expect([isFrozen(identity), isFrozen(identity)]).toEqual([false, false]);

    Object.freeze(roles);

    expect([isFrozen(identity), isFrozen(identity)]).toEqual([true, true]);
  });

  it('does not accept another object because its claims are known to be frozen', () => {
    const claims = Object.freeze({ roles: Object.freeze(['reader']) });
    expect(isFrozen(Object.freeze({ claims }))).toBe(true);

    const changing = Object.freeze({
      claims,
      get tenantId() {
        return 'acme';
      },
    });
    for (const other of [{ claims }, changing, Object.freeze({ claims, extra: {} }), new Proxy(Object.freeze({ claims }), {})])
      expect(isFrozen(other)).toBe(false);
  });

  it('accepts circular values', () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    expect(isFrozen(circle)).toBe(false);
    expect(isFrozen(Object.freeze(circle))).toBe(true);
  });
});

it('copies keys that every object inherits, and calls no setter of a polluted prototype', () => {
  const seen: unknown[] = [];
  const set = (value: unknown): void => void seen.push(value);
  Reflect.defineProperty(Object.prototype, 'role', { set, configurable: true });
  try {
    const copy = frozenCopy({ role: 'reader', toString: 'text', constructor: 1 });
    expect(Object.entries(copy)).toEqual([
      ['role', 'reader'],
      ['toString', 'text'],
      ['constructor', 1],
    ]);
    expect(seen).toEqual([]);
  } finally {
    Reflect.deleteProperty(Object.prototype, 'role');
  }
});
