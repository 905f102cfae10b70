import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { auditLog, authenticatedUser, channels, tenantGate, TokenInvalidError } from '@tenant-aws/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bucket, clockedMachines, identityOf, roleArn, stsOf } from './local-machine.ts';

const acme = identityOf('acme');

const { aws, clock, machine } = clockedMachines();
let lines: string[];
let stop: () => void;
beforeEach(() => {
  lines = [];
  stop = auditLog({ write: (line) => lines.push(line) });
});
afterEach(() => stop());

const written = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

describe('auditLog', () => {
  it('writes a line for each assume, refresh, denied call, revocation and refusal, and none for credentials from the cache', async () => {
    await using tvm = machine();
    const enter = tenantGate({ tvm, identity: authenticatedUser(), eager: false });
    await Promise.all([tvm.vend(acme), tvm.vend(acme)]);
    await tvm.vend(acme);
    const s3 = tvm.for(acme).client(S3Client, { endpoint: aws.url, forcePathStyle: true });
    await expect(s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'globex/note' }))).rejects.toMatchObject({ name: 'AccessDenied' });
    clock.pass(660_000);
    await tvm.vend(acme);
    await expect.poll(() => written().some(({ event }) => event === 'refresh')).toBe(true);
    tvm.revoke('acme');
    await expect(tvm.vend(acme)).rejects.toMatchObject({ code: 'tenant_revoked' });
    await expect(enter({ headersDistinct: {}, remoteAddress: undefined, raw: undefined })).rejects.toMatchObject({ code: 'token_missing' });

    const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(written()).toEqual([
      expect.objectContaining({ at, event: 'assume', tenantId: 'acme', roleArn, outcome: 'assumed', requestId: expect.any(String) }),
      { at, event: 'denied', tenantId: 'acme', service: 'S3', operation: 'GetObject', requestId: expect.any(String) },
      { at, event: 'refresh', tenantId: 'acme', outcome: 'refreshed', durationMs: expect.any(Number) },
      { at, event: 'revoke', tenantId: 'acme', forSeconds: 960 },
      expect.objectContaining({ at, event: 'refusal', tenantId: 'acme', outcome: 'failed', code: 'tenant_revoked' }),
      { at, event: 'refusal', source: 'user', code: 'token_missing' },
    ]);
  });

  it('writes a failed refresh with its code', async () => {
    await using tvm = machine();
    await tvm.vend(acme);
    clock.pass(660_000);
    aws.faults.sts({ code: 'AccessDenied', times: 1 });
    await tvm.vend(acme);

    await expect.poll(() => written().at(-1)).toMatchObject({ event: 'refresh', outcome: 'failed', code: 'sts_rejected' });
  });

  it('writes the reason of a refusal, as one line without secrets', async () => {
    const message = 'no\nkey AKIAIOSFODNN7EXAMPLE';
    const credentials = () => Promise.reject(Object.assign(new Error(message), { name: 'CredentialsProviderError' }));
    await using tvm = machine({ sts: stsOf(aws, { credentials }) });
    const identity = Object.assign(() => Promise.reject(new TokenInvalidError('nonce\neyJhbGciOiJub25lIn0.e30.')), {
      source: 'bearer' as const,
    });

    await expect(tvm.vend(acme)).rejects.toMatchObject({ code: 'sts_unavailable' });
    await expect(tenantGate({ tvm, identity })({ headersDistinct: {}, remoteAddress: undefined, raw: undefined })).rejects.toMatchObject({
      code: 'token_invalid',
    });

    expect(written()).toMatchObject([
      { event: 'refusal', code: 'sts_unavailable', reason: expect.stringMatching(/^there are no base credentials.* no key \[redacted\]$/) },
      { event: 'refusal', source: 'bearer', code: 'token_invalid', reason: 'nonce [redacted]' },
    ]);
  });

  it('writes one line for a subject with control characters', async () => {
    const subject = 'a\n\r"{}\u0007\u001b[31m\u007f\u0085\u009b\u2028\u2029é';
    channels.identity.publish({ source: 'bearer', subject, code: 'tenant_invalid' });

    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[\P{C}]+$/u); // no control character or other invisible character
    expect(lines[0]).not.toMatch(/[\u2028\u2029]/);
    expect(written()).toMatchObject([{ subject }]);
  });

  it('writes nothing after it is stopped, and leaves no subscriber', async () => {
    await using tvm = machine();
    stop();
    stop();
    await tvm.vend(acme);
    tvm.revoke('acme');

    expect(lines).toEqual([]);
    expect(Object.values(channels).map(({ hasSubscribers }) => hasSubscribers)).toEqual(Array.from({ length: 6 }, () => false));
  });

  it.each([[undefined], [{}], ['log']])('refuses a write of %j', (write) => {
    expect(() => auditLog({ write: write as never })).toThrowError(expect.objectContaining({ code: 'configuration_invalid' }));
  });
});
