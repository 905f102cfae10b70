import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { inspect, styleText } from 'node:util';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { TenantCredentials } from '@tenant-aws/core';
import { describe, expect, it } from 'vitest';
import { RedactedCredentials } from '../../src/credentials/credentials.ts';
import { bucket, identityOf, localAws, machineFor } from '../local-machine.ts';

const expiration = new Date('2026-01-01T00:15:00Z');
const made = (): TenantCredentials => new RedactedCredentials('ASIAEXAMPLE', 'the-secret-key', 'the-session-token', expiration);
const secret = /the-secret-key|the-session-token/;

describe('credentials in output', () => {
  it.each([
    ['JSON.stringify', (value: unknown) => JSON.stringify(value)],
    ['JSON.stringify of an object around them', (value: unknown) => JSON.stringify({ a: [value] }, null, 2)],
    ['inspect', (value: unknown) => inspect(value)],
    ['inspect of all properties', (value: unknown) => inspect({ a: { b: [value] } }, { depth: 20, showHidden: true })],
    ['inspect with colors', (value: unknown) => inspect(value, { colors: true })],
    ['String', (value: unknown) => String(value)],
    ['an Error', (value: unknown) => inspect(new Error('failed', { cause: value }))],
  ])('are redacted in %s', (_what, write) => {
    expect(write(made())).not.toMatch(secret);
  });

  it('are redacted by console.log and other methods of the console', () => {
    let written = '';
    const stdout = new Writable({
      write(chunk, _encoding, done) {
        written += String(chunk);
        done();
      },
    });
    const logger = new Console({ stdout });
    logger.log(made(), '%o', made());
    logger.log('credentials: %j %O', made(), made());
    logger.log(inspect(made()));
    logger.info({ credentials: made() });
    expect(written.match(/ASIAEXAMPLE/g)).toHaveLength(6);
    expect(written).not.toMatch(secret);
  });

  it('show the access key id', () => {
    expect(inspect(made())).toContain('ASIAEXAMPLE');
    expect(JSON.parse(JSON.stringify(made()))).toEqual({
      accessKeyId: 'ASIAEXAMPLE',
      secretAccessKey: '[redacted]',
      sessionToken: '[redacted]',
      expiration: '2026-01-01T00:15:00.000Z',
    });
    expect(styleText('bold', inspect(made()))).toContain('TenantCredentials');
  });

  it('can be logged if the caller has changed them', () => {
    const changed = Object.assign(made(), { expiration: new Date(Number.NaN) });

    expect(JSON.stringify(changed)).toContain('Invalid Date');
    expect(JSON.stringify(Object.assign(made(), { expiration: undefined }))).toContain('undefined');
  });
});

describe('credentials in use', () => {
  const aws = localAws();

  it.each([
    ['as they are', (credentials: TenantCredentials) => credentials],
    ['as a spread copy', (credentials: TenantCredentials) => ({ ...credentials })],
    ['as an assigned copy', (credentials: TenantCredentials) => Object.assign({}, credentials)],
    ['as a structured clone', (credentials: TenantCredentials) => structuredClone(credentials)],
    ['frozen, from a provider', (credentials: TenantCredentials) => async () => Object.freeze({ ...credentials })],
  ])('sign %s', async (_what, use) => {
    await using tvm = machineFor(aws);
    const s3 = new S3Client({ endpoint: aws.url, region: 'us-east-1', credentials: use(await tvm.vend(identityOf('acme'))) });

    await expect(s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'acme/note', Body: 'x' }))).resolves.toBeDefined();
  });

  it('have enumerable fields, and no other own properties', async () => {
    await using tvm = machineFor(aws);

    expect(Object.keys(await tvm.vend(identityOf('acme')))).toEqual(['accessKeyId', 'secretAccessKey', 'sessionToken', 'expiration']);
  });
});
