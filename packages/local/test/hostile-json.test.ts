import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { createKeys, kmsService } from '../src/services/kms/index.ts';
import { KMS_OPERATIONS } from '../src/services/kms/operations.ts';
import { secretsManagerService } from '../src/services/secretsmanager/index.ts';
import { SECRETS_MANAGER_OPERATIONS } from '../src/services/secretsmanager/operations.ts';
import type { Service } from '../src/services/service.ts';
import { ssmService } from '../src/services/ssm/index.ts';
import { SSM_OPERATIONS } from '../src/services/ssm/operations.ts';
import { type ServiceHarness, serviceHarness } from './service-harness.ts';

const KEY_ID = '1234abcd-12ab-34cd-56ef-1234567890ab';
const scope = { account: '000000000000', region: 'eu-central-1', clock: () => Date.parse('2026-03-01T00:00:00Z') };
const keys = () => createKeys({ ...scope, keys: [KEY_ID] });

interface Tested {
  readonly target: string;
  readonly start: () => Service;
  readonly operations: readonly { readonly operation: string; readonly members: Readonly<Record<string, unknown>> }[];
  /** Valid values of the required parameters. */
  readonly valid: Readonly<Record<string, unknown>>;
}

const services: readonly Tested[] = [
  {
    target: 'TrentService',
    start: () => kmsService(keys()),
    operations: KMS_OPERATIONS,
    valid: { KeyId: KEY_ID, Plaintext: 'eA==', CiphertextBlob: Buffer.alloc(60, 1).toString('base64'), DestinationKeyId: KEY_ID },
  },
  {
    target: 'secretsmanager',
    start: () => secretsManagerService({ ...scope, secrets: { acme: 'x' } }),
    operations: SECRETS_MANAGER_OPERATIONS,
    valid: { SecretId: 'acme', Name: 'new', Tags: [], TagKeys: [] },
  },
  {
    target: 'AmazonSSM',
    start: () => ssmService({ ...scope, keys: keys(), parameters: { '/acme': 'x' } }),
    operations: SSM_OPERATIONS,
    valid: { Name: '/acme', Names: ['/acme'], Path: '/', Value: 'x' },
  },
];

/** JSON texts of values that no parameter expects. */
const VALUES: readonly string[] = [
  'null',
  'true',
  '0',
  '-1',
  '1.5',
  '1e400',
  '""',
  '"\\u0000"',
  '"\\ud800"',
  '"\\u202e\\u0661"',
  '"*"',
  '"${aws:userid}"',
  '"__proto__"',
  '"constructor"',
  '"../globex"',
  '"arn:aws:kms:eu-central-1:000000000000:key/*"',
  '"arn:aws:secretsmanager:eu-central-1:000000000000:secret:*"',
  '"arn:aws:ssm:eu-central-1:000000000000:parameter/*"',
  `"${'x'.repeat(10_000)}"`,
  '[]',
  '[null]',
  '[[]]',
  '["constructor","constructor"]',
  '[{"Key":null}]',
  '[{"Key":"a","Key":"b"}]',
  '{}',
  '{"constructor":"x"}',
  '{"__proto__":"x"}',
  '{"a":{}}',
  '{"a":"b","A":"c"}',
];

const BODIES: readonly string[] = ['', 'null', '[]', '"x"', '{', '{} {}', '{"a":1,"a":2}', '{"__proto__":{}}', '\ufeff{}', '['.repeat(200)];

describe.each(services)('a hostile request to $target', ({ target, start, operations, valid }) => {
  let harness: ServiceHarness;
  beforeEach(() => {
    harness = serviceHarness(start());
  });
  const send = (operation: string, body: string, headers: Readonly<Record<string, string>> = {}) =>
    harness.send({ 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${target}.${operation}`, ...headers }, body);
  const typeOf = (body: Buffer): unknown => JSON.parse(body.toString())['__type'];

  it.each(operations)('gets a typed error for each wrong value of $operation', async ({ operation, members }) => {
    const names = Object.keys(members);
    const required = names.filter((name) => !name.endsWith('?'));
    for (const name of names.map((each) => each.replace('?', ''))) {
      for (const value of VALUES) {
        const others = required
          .filter((other) => other !== name)
          .map((other) => `${JSON.stringify(other)}:${JSON.stringify(valid[other])}`);
        const body = `{${[...others, `${JSON.stringify(name)}:${value}`].join(',')}}`;
        const response = await send(operation, body);
        const isError = [400, 501].includes(response.status) && typeof typeOf(response.body) === 'string';
        expect(response.status === 200 || isError, `${body.slice(0, 200)}: ${response.status} ${response.body.toString()}`).toBe(true);
      }
    }
  });

  it.each(BODIES)('gets a typed error for the body %j', async (body) => {
    for (const { operation } of operations) {
      const response = await send(operation, body);
      expect([response.status, typeof typeOf(response.body)]).toEqual([400, 'string']);
    }
    expect(harness.executed).toEqual([]);
  });

  it.each(['constructor', 'toString', '__proto__', 'Unknown', 'DeleteEverything'])(
    'is refused by name: the operation %s',
    async (operation) => {
      const response = await send(operation, '{}');
      expect([400, 501]).toContain(response.status);
      expect(harness.executed).toEqual([]);
    },
  );

  it('is refused by name: an unknown parameter or header', async () => {
    for (const { operation } of operations) {
      const name = `x${randomUUID()}`;
      const unknown = await send(operation, JSON.stringify({ [name]: 1 }));
      expect([unknown.status, unknown.body.toString()]).toEqual([501, expect.stringContaining(`${operation}.${name}`)]);
      expect((await send(operation, '{}', { 'x-amz-other': 'x' })).status).toBe(501);
    }
    expect((await send(operations[0]?.operation ?? '', '{}', { 'content-type': 'application/x-amz-json-1.0' })).status).toBe(400);
    expect(harness.executed).toEqual([]);
  });

  it('needs a permission for every operation', async () => {
    harness.allows = () => false;
    for (const { operation, members } of operations) {
      const required = Object.keys(members).filter((name) => !name.endsWith('?'));
      const size = operation.startsWith('GenerateDataKey') ? { KeySpec: 'AES_256' } : {};
      const body = { ...Object.fromEntries(required.map((name) => [name, valid[name]])), ...size };
      const response = await send(operation, JSON.stringify(body));
      expect([operation, typeOf(response.body)]).toEqual([operation, 'AccessDeniedException']);
    }
    expect(harness.executed).toEqual([]);
  });
});
