import {
  authenticatedUser,
  auditLog,
  bearerToken,
  type BearerTokenOptions,
  type IdentitySource,
  TenantInvalidError,
  tenantGate,
  type TenantGateOptions,
  TokenInvalidError,
} from '@tenant-aws/core';
import { fakeSts, hostileHeaders, hostileTenantIds } from '@tenant-aws/core/testing';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RefusalLog } from '../src/refusal-log.ts';
import { NOBODY_LISTENS } from '../../../test/support/loopback.ts';
import { bearing, requestOf, requestWith } from './identity/request.ts';
import { pair, second, trustedIssuer } from './identity/trusted-issuer.ts';
import { roleArn } from './local-machine.ts';
import { SettableClock } from './settable-clock.ts';

const { issuer } = trustedIssuer();
afterEach(() => vi.restoreAllMocks());

const machine = { roleArn, permissions: ['s3-folder-per-tenant'], variables: { bucket: 'notes' }, sts: fakeSts() } as const;

/** A gate that records the lines of its logger. */
function loggingGate(options: TenantGateOptions): { lines: string[]; enter: ReturnType<typeof tenantGate> } {
  const lines: string[] = [];
  return { lines, enter: tenantGate({ ...machine, logger: { warn: (line) => lines.push(line) }, ...options }) };
}

const bearer = (options: Partial<BearerTokenOptions> = {}): IdentitySource => bearerToken({ ...issuer.options, ...options });

/** The one line that a refused token causes. */
async function lineFor(token: string, options: Partial<BearerTokenOptions> = {}): Promise<string> {
  const { lines, enter } = loggingGate({ identity: bearer(options) });
  await expect(enter(bearing(token))).rejects.toMatchObject({ status: expect.any(Number) });
  expect(lines).toHaveLength(1);
  return lines[0] ?? '';
}

describe('the line of a refused request', () => {
  it.each<[string, () => Promise<string>, () => Partial<BearerTokenOptions>, RegExp]>([
    [
      'an issuer with a slash too much',
      () => issuer.token(pair),
      () => ({ issuer: `${issuer.url}/` }),
      /token_invalid .*`TENANT_AWS_JWT_ISSUER`.*: remove the slash/,
    ],
    [
      'an issuer without its slash',
      () => issuer.token(pair, { iss: `${issuer.url}/` }),
      () => ({}),
      /token_invalid .*`TENANT_AWS_JWT_ISSUER`.*: add a slash/,
    ],
    [
      'another issuer',
      () => issuer.token(pair, { iss: 'https://secret.example' }),
      () => ({}),
      /of another issuer.*`TENANT_AWS_JWT_ISSUER`/,
    ],
    ['a wrong audience', () => issuer.token(pair), () => ({ audience: 'admin' }), /for another audience.*`TENANT_AWS_JWT_AUDIENCE`/],
    [
      'a Cognito access token',
      () => issuer.token(pair, { aud: undefined, client_id: 'notes' }),
      () => ({}),
      /`client_id` is the configured audience.*set `tokenUse`/,
    ],
    [
      'a wrong claim name',
      () => issuer.token(pair, { 'custom:tenant_id': undefined, org_id: 'secret-org' }),
      () => ({}),
      /`custom:tenant_id` is absent, but the token has the claim `org_id`.*`TENANT_AWS_TENANT_CLAIM`/,
    ],
    [
      'a tenant with a dot',
      () => issuer.token(pair, { 'custom:tenant_id': 'secret.com' }),
      () => ({}),
      /tenant_invalid \(it has a character.*`tenantId`/,
    ],
    [
      'a tenant that is a list',
      () => issuer.token(pair, { 'custom:tenant_id': ['secret'] }),
      () => ({}),
      /tenant_invalid \(it is an array, not a string\).*one string/,
    ],
    ['a promise', async () => '[object Promise]', () => ({}), /`\[object Promise\]`.*`await`/],
    ['an undefined token', async () => 'undefined', () => ({}), /`undefined` instead of a token/],
    ['a doubled scheme', async () => `Bearer ${await issuer.token(pair)}`, () => ({}), /`Bearer` twice/],
    ['an expired token', () => issuer.token(pair, { exp: 1_000_000_000 }), () => ({}), /\(expired\).*new token/],
    ['a foreign key', () => issuer.token(second), () => ({}), /signed with a key that the issuer does not publish.*`TENANT_AWS_JWKS_URI`/],
  ])('names the reason and the fix: %s', async (_what, token, options, expected) => {
    const sent = await token();

    const line = await lineFor(sent, options());

    expect(line).toMatch(expected);
    expect(line).toMatch(/^Tenant AWS refused a request: [\P{C}]+$/u);
    expect(line).not.toMatch(/secret/);
    for (const part of sent.split('.').filter(({ length }) => length > 20)) expect(line).not.toContain(part.slice(0, 12));
  });

  it('names the source of a missing identity or tenant', async () => {
    const { lines, enter } = loggingGate({ identity: authenticatedUser() });

    await expect(enter(requestOf(undefined))).rejects.toMatchObject({ code: 'token_missing' });
    await expect(enter(requestOf({ id: 1 }))).rejects.toMatchObject({ code: 'tenant_missing' });

    expect(lines[0]).toMatch(/token_missing\. .*mount passport/);
    expect(lines[1]).toMatch(/tenant_missing \(`tenantId` is absent\)\. .*`tenantProperty`/);
  });

  it('names the address where the keys of the issuer are unavailable', async () => {
    const { lines, enter } = loggingGate({ identity: bearer({ jwksUri: NOBODY_LISTENS }) });

    await expect(enter(bearing(await issuer.token(pair)))).rejects.toMatchObject({ code: 'keys_unavailable', status: 503 });

    expect(lines[0]).toContain(NOBODY_LISTENS);
    expect(lines[0]).toMatch(/keys_unavailable \(.*check that this process reaches the issuer/);
  });

  it('names a promise also with several issuers', async () => {
    const { lines, enter } = loggingGate({ identity: bearerToken([issuer.options, { ...issuer.options, issuer: 'https://b.example' }]) });

    await expect(enter(bearing('[object Promise]'))).rejects.toMatchObject({ code: 'token_invalid' });
    await expect(enter(bearing(await issuer.token(pair, { iss: 'https://b.example/' })))).rejects.toMatchObject({ code: 'token_invalid' });

    expect(lines[0]).toContain('`await`');
    expect(lines[1]).toContain('add a slash');
  });

  it.each([[{ toString: 1 }], [['x']], [null], [7], [{}]])('survives an issuer of %j', async (iss) => {
    expect(await lineFor(await issuer.token(pair, { iss }))).toContain('(of another issuer)');
  });
});

describe('no hostile value', () => {
  it.each(hostileTenantIds.map((id) => [id]))('of a tenant id reaches a line, an event or an error: %j', async (tenantId) => {
    const { lines, enter } = loggingGate({ identity: authenticatedUser() });
    const audit: string[] = [];
    const stop = auditLog({ write: (line) => audit.push(line) });

    const error = await enter(requestOf({ tenantId })).catch((refused: unknown) => refused);
    stop();

    expect(error).toBeInstanceOf(TenantInvalidError);
    const written = `${lines.join()}${audit.join()}`;
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[\P{C}]+$/u);
    if (typeof tenantId === 'string' && tenantId.trim().length > 3)
      expect(written + inspect(error).replaceAll(/ at .*/g, '')).not.toContain(tenantId);
    expect(audit.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ code: 'tenant_invalid', reason: expect.any(String) }),
    ]);
  });

  it.each(Object.entries(hostileHeaders))('of a header reaches a line: %s', async (_what, headersDistinct) => {
    const { lines, enter } = loggingGate({ identity: bearer() });

    await expect(enter({ ...requestWith(), headersDistinct })).rejects.toMatchObject({ status: 401 });

    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^Tenant AWS refused a request: token_(missing|invalid)[\P{C}]+$/u);
    for (const value of Object.values(headersDistinct).flat())
      if (value !== undefined && value.length > 24) expect(lines[0]).not.toContain(value.slice(-20));
  });

  it('of a custom source injects a line, a format or a terminal sequence, or shows a token', async () => {
    const token = await issuer.token(pair);
    const reason = `nonce %s %o of ${token}\nTenant AWS admitted a request\r\u001b[2J\u2028\u202e for Bearer abc.def.ghi and AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY`;
    const { lines, enter } = loggingGate({ identity: () => Promise.reject(new TokenInvalidError(reason)) });

    await expect(enter(requestWith())).rejects.toMatchObject({ code: 'token_invalid' });

    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[\P{C}]+$/u);
    expect(lines[0]).not.toMatch(/%|\u2028|abc\.def|AKIA|wJalr/);
    for (const part of token.split('.')) expect(lines[0]).not.toContain(part.slice(0, 8));
  });

  it('is repeated from an error that is not of Tenant AWS, which is left to the framework', async () => {
    const { lines, enter } = loggingGate({ identity: () => Promise.reject(new Error('secret')) });

    await expect(enter(requestWith())).rejects.toThrow('secret');

    expect(lines).toEqual([]);
  });
});

describe('the number of lines', () => {
  it('is one for each kind and minute', () => {
    const [lines, clock] = [new Array<string>(), new SettableClock()];
    const log = new RefusalLog({ warn: (line) => lines.push(line) }, clock);
    const expired = new TokenInvalidError('expired');
    for (let sent = 0; sent < 3; sent += 1) log.report(expired, 'bearer');
    log.report(new TokenInvalidError('no expiry'), 'bearer');
    clock.pass(59_999);
    log.report(expired, 'bearer');
    expect(lines).toHaveLength(2);

    clock.pass(1);
    log.report(expired, 'bearer');
    expect(lines).toHaveLength(3);
  });

  it('is limited to 50 a minute for any number of kinds, and so is the memory', () => {
    const [lines, clock] = [new Array<string>(), new SettableClock()];
    const log = new RefusalLog({ warn: (line) => lines.push(line) }, clock);
    for (let sent = 0; sent < 1_000; sent += 1) log.report(new TokenInvalidError(`${sent} ${'x'.repeat(10_000)}`), 'bearer');
    expect(lines).toHaveLength(50);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(600);

    clock.pass(60_000);
    log.report(new TokenInvalidError('another'), 'bearer');
    expect(lines).toHaveLength(51);
  });

  it('does not grow with distinct hostile tokens', async () => {
    const { lines, enter } = loggingGate({ identity: bearer() });
    for (let sent = 0; sent < 20_000; sent += 1) await enter(bearing(`${sent}.${sent}.${sent}`)).catch(() => undefined);

    expect(lines.length).toBeLessThanOrEqual(10);
  });
});

describe('the option `logger`', () => {
  it('is `console` by default, and `false` writes nothing', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    await expect(tenantGate({ ...machine, identity: bearer(), logger: false })(bearing('x'))).rejects.toMatchObject({ status: 401 });
    expect(warn).not.toHaveBeenCalled();

    await expect(tenantGate({ ...machine, identity: bearer() })(bearing('x'))).rejects.toMatchObject({ status: 401 });
    expect(warn.mock.calls).toEqual([[expect.stringContaining('not a compact JWS')]]);
  });

  it.each([
    [
      'throws',
      {
        warn: () => {
          throw new Error('disk full');
        },
      },
    ],
    ['rejects', { warn: () => Promise.reject(new Error('disk full')) }],
    [
      'returns a thenable that throws',
      {
        warn: () => ({
          // oxlint-disable-next-line unicorn/no-thenable -- a logger of another library may return one
          then: () => {
            throw new Error('no');
          },
        }),
      },
    ],
    ['never resolves', { warn: () => new Promise(() => undefined) }],
  ])('does not fail the request if it %s', async (_what, logger) => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const gate = tenantGate({ ...machine, identity: bearer(), logger });

    await expect(gate(bearing('x'))).rejects.toMatchObject({ code: 'token_invalid' });
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);

    expect(unhandled).not.toHaveBeenCalled();
  });

  it('is called with its own `this`, and not for an admitted request', async () => {
    class Logger {
      readonly #lines: string[] = [];
      warn(line: string): void {
        this.#lines.push(line);
      }
      get count(): number {
        return this.#lines.length;
      }
    }
    const logger = new Logger();
    const gate = tenantGate({ ...machine, identity: bearer(), logger });

    await gate(bearing(await issuer.token(pair)));
    expect(logger.count).toBe(0);
    await gate(bearing('x')).catch(() => undefined);
    expect(logger.count).toBe(1);
  });

  it.each([[null], [true], ['console'], [{}], [{ warn: 'x' }]])('must not be %j', (logger) => {
    expect(() => tenantGate({ ...machine, identity: bearer(), logger: logger as never })).toThrowError(
      expect.objectContaining({ faults: ['`logger` must be `false`, or have a method `warn`, as `console` has'] }),
    );
  });

  it('is an option of the gate also beside `tvm`', async () => {
    const { tvm } = tenantGate({ ...machine, identity: bearer(), logger: false });
    const { lines, enter } = loggingGate({ identity: bearer() });
    expect(enter.tvm).not.toBe(tvm);

    const shared = tenantGate({ tvm, identity: bearer(), logger: { warn: (line) => lines.push(line) } });
    await shared(bearing('x')).catch(() => undefined);

    expect(lines).toHaveLength(1);
  });
});
