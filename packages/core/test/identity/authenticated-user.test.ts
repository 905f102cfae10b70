import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { type AuthenticatedUserOptions, authenticatedUser } from '../../src/identity/authenticated-user.ts';
import { TenantJwtStrategy } from '../../src/identity/tenant-jwt-strategy.ts';
import { IssuerUnderTest, signingPair } from './issuer-under-test.ts';
import { withPollutedPrototype } from './polluted-prototype.ts';
import { requestOf } from './request.ts';

const source = authenticatedUser();
const missing = expect.objectContaining({ code: 'tenant_missing', status: 403 });
const invalid = expect.objectContaining({ code: 'tenant_invalid', status: 403 });

class Account {
  readonly #tenant: string;
  id = 42;

  constructor(tenant: string) {
    this.#tenant = tenant;
  }

  get tenantId(): string {
    return this.#tenant;
  }
}

class Admin extends Account {}

describe('authenticatedUser', () => {
  it.each([undefined, null, false])('returns undefined if the user is %s', (user) => {
    expect(source(requestOf(user))).toBeUndefined();
  });

  it("reads the user's own property", () => {
    expect(source(requestOf({ tenantId: 'acme', sub: 'ada', plan: 'pro' }))).toEqual({
      tenantId: 'acme',
      subject: 'ada',
      claims: { tenantId: 'acme', sub: 'ada', plan: 'pro' },
      source: 'user',
    });
  });

  it('reads the property named by `tenantProperty`', () => {
    expect(authenticatedUser({ tenantProperty: 'org_id' })(requestOf({ org_id: 'acme', tenantId: 'globex' }))).toMatchObject({
      tenantId: 'acme',
    });
  });

  it.each([
    ['a getter of its own', Object.defineProperty({}, 'tenantId', { get: () => 'acme' })],
    ['a getter of its class', new Account('acme')],
    ['a getter of the parent class', new Admin('acme')],
    ['an object without a prototype', Object.assign(Object.create(null), { tenantId: 'acme' })],
    ['a frozen object', Object.freeze({ tenantId: 'acme' })],
  ])('reads %s', (_, user) => {
    expect(source(requestOf(user))).toMatchObject({ tenantId: 'acme', source: 'user' });
  });

  it.each([
    [{ sub: 'ada', id: 'a-1' }, 'ada'],
    [{ id: 'a-1' }, 'a-1'],
    [{ id: 42 }, '42'],
    [{ id: Number.NaN }, undefined],
    [{ id: {} }, undefined],
  ])('reads the subject of %j', (user, subject) => {
    expect(source(requestOf({ ...user, tenantId: 'acme' }))).toMatchObject(subject === undefined ? {} : { subject });
    expect(Object.hasOwn(source(requestOf({ ...user, tenantId: 'acme' })) ?? {}, 'subject')).toBe(subject !== undefined);
  });

  it.each([[{}], [{ tenantId: undefined }], [{ tenantId: null }], [[]], ['acme'], [7], [true], [() => 'acme']])(
    'refuses the user %s, which has no tenant',
    (user) => {
      expect(() => source(requestOf(user))).toThrow(missing);
    },
  );

  it.each(['', ' ', 'a b', '*', 'a?', '${aws:username}', 'a\\b', '"', '\u00e9', 'a\u0301', 7, true, {}, ['acme'], 'a'.repeat(257)])(
    'refuses the tenant id %j',
    (tenantId) => {
      expect(() => source(requestOf({ tenantId }))).toThrow(invalid);
    },
  );

  it('accepts every id that some machine could accept', () => {
    for (const tenantId of ['a', 'a.b', 'a/b', 'auth0|x', '-', "!#%&'()+,-./:;<=>@[]^_`|~", 'a'.repeat(256)]) {
      expect(source(requestOf({ tenantId }))).toHaveProperty('tenantId', tenantId);
    }
  });

  it('returns a frozen copy and does not change the user', () => {
    const user = { tenantId: 'acme', roles: ['admin'] };
    const identity = source(requestOf(user));
    expect(Object.isFrozen(identity)).toBe(true);
    user.tenantId = 'globex';
    expect(identity).toMatchObject({ tenantId: 'acme', claims: { tenantId: 'acme' } });
    expect(source(requestOf(user))).toMatchObject({ tenantId: 'globex' });
  });

  it('reads each property of the user once', () => {
    const reads: string[] = [];
    const user = new Proxy(
      { tenantId: 'acme', sub: 'ada', id: 'a-1', claims: {} },
      {
        get(target, name) {
          reads.push(String(name));
          return name === 'tenantId' && reads.indexOf('tenantId') < reads.length - 1 ? 'globex' : Reflect.get(target, name);
        },
      },
    );

    expect(source(requestOf(user))).toMatchObject({ tenantId: 'acme', claims: { tenantId: 'acme' } });
    expect(reads.toSorted()).toEqual([...new Set(reads)].toSorted());
  });

  it.each([
    [null, 'the options of `authenticatedUser` must be an object'],
    ['org_id', 'the options of `authenticatedUser` must be an object'],
    [{ tenantproperty: 'org' }, '`tenantproperty` is not an option: did you mean `tenantProperty`?'],
    [{ tenantProperty: '' }, '`tenantProperty` must be the name of a property'],
    [{ tenantProperty: 7 }, '`tenantProperty` must be the name of a property'],
  ])('refuses the options %j', (options, fault) => {
    expect(() => authenticatedUser(options as AuthenticatedUserOptions)).toThrow(
      expect.objectContaining({ code: 'configuration_invalid', faults: [fault] }),
    );
  });
});

describe('authenticatedUser with a polluted Object.prototype', () => {
  it.each([
    ['a value', { value: 'globex' }],
    ['a getter', { get: () => 'globex' }],
  ])('reads no tenant from %s on it', async (_, descriptor) => {
    await withPollutedPrototype('tenantId', descriptor, () => {
      expect(() => source(requestOf({ sub: 'ada' }))).toThrow(missing);
      expect(() => source(requestOf(Object.create({ sub: 'ada' })))).toThrow(missing);
      expect(source(requestOf(new Account('acme')))).toMatchObject({ tenantId: 'acme' });
    });
  });

  it('reads no tenant from the Object.prototype of another realm', () => {
    const user: unknown = runInContext(
      "Object.defineProperty(Object.prototype, 'tenantId', { get: () => 'globex' }); ({ sub: 'ada' })",
      createContext({}),
    );
    expect(() => source(requestOf(user))).toThrow(missing);
  });

  it('reads no plain property of a prototype', () => {
    expect(() => source(requestOf(Object.create({ tenantId: 'globex' })))).toThrow(missing);
  });
});

describe('authenticatedUser after TenantJwtStrategy', () => {
  it('keeps subject, claims and expiry of the token, and returns one identity for one frozen user', async () => {
    const pair = signingPair('a');
    const issuer = await IssuerUnderTest.start(pair);
    const strategy = new TenantJwtStrategy({ ...issuer.options, secretOrKey: pair.publicKey });
    const exp = Math.floor(Date.now() / 1_000) + 100;
    const user = await strategy.identify(await issuer.token(pair, { exp, plan: 'pro' }));
    await issuer.close();
    const identity = await source(requestOf(user));
    expect(identity).toEqual({ ...user, source: 'user' });
    expect(identity).toMatchObject({ tenantId: 'acme', subject: 'user-1', expiresAt: exp * 1_000, claims: { plan: 'pro' } });
    expect(source(requestOf(user))).toBe(identity);
    // As `validate` of a subclass may return it: a copy with additional properties, or with another of the user's tenants.
    expect(source(requestOf({ ...user, name: 'Ada' }))).toEqual(identity);
    expect(source(requestOf({ ...user, tenantId: 'initech' }))).toEqual({ ...identity, tenantId: 'initech' });
    // A frozen user with a getter can still change, so it is read each time.
    let tenantId = 'acme';
    const own = Object.freeze(Object.defineProperty({ ...user }, 'tenantId', { get: () => tenantId, enumerable: true }));
    const inherited = Object.freeze(
      Object.assign(
        Object.create({
          get tenantId() {
            return tenantId;
          },
        }),
        { claims: user.claims },
      ),
    );
    expect([own, inherited].map((changing) => source(requestOf(changing)))).toMatchObject([{ tenantId }, { tenantId }]);
    tenantId = 'globex';
    expect([own, inherited].map((changing) => source(requestOf(changing)))).toMatchObject([{ tenantId }, { tenantId }]);
    // Copied claims are not the verified ones, so there is no verified expiry.
    expect(source(requestOf({ ...user, claims: { ...user.claims } }))).not.toHaveProperty('expiresAt');
  });
});
