import {
  DeleteParameterCommand,
  DeleteParametersCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  PutParameterCommand,
  type PutParameterCommandInput,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../src/index.ts';
import { startOpen } from '../session-of.ts';
import { clientConfig } from '../start-aws.ts';

const notFound = { name: 'ParameterNotFound', $metadata: { httpStatusCode: 400 } };

let aws: LocalAws;
let client: SSMClient;
beforeAll(async () => {
  aws = await startOpen({
    keys: ['parameters'],
    parameters: {
      '/app/acme/url': 'https://acme.example.com',
      '/app/acme/list': { Type: 'StringList', Value: 'a,b' },
      '/app/acme/deep/key': { Type: 'SecureString', Value: 'secret' },
      '/app/acme/deep/own': { Type: 'SecureString', Value: 'own', KeyId: 'alias/parameters' },
      '/app/acme-2/url': 'https://acme-2.example.com',
      root: 'r',
    },
  });
  client = new SSMClient(clientConfig(aws, aws.admin));
});
afterAll(() => aws.close());

const read = async (Name: string, more: object = {}) => (await client.send(new GetParameterCommand({ Name, ...more }))).Parameter;
const put = (Name: string, Value: string, more: Partial<PutParameterCommandInput> = { Type: 'String' }) =>
  client.send(new PutParameterCommand({ Name, Value, ...more }));
const namesBelow = async (Path: string, more: object = {}) =>
  ((await client.send(new GetParametersByPathCommand({ Path, ...more }))).Parameters ?? []).map(({ Name }) => Name);

describe('a parameter', () => {
  it('has a value, a version and an ARN without a doubled slash', async () => {
    const ARN = 'arn:aws:ssm:us-east-1:000000000000:parameter/app/acme/url';
    const parameter = { Name: '/app/acme/url', Type: 'String', Value: 'https://acme.example.com', Version: 1, ARN, DataType: 'text' };
    expect(await read('/app/acme/url')).toMatchObject(parameter);
    expect(await read(ARN)).toMatchObject(parameter);
    expect(await read('root')).toMatchObject({ Value: 'r', ARN: 'arn:aws:ssm:us-east-1:000000000000:parameter/root' });
    expect(await read('arn:aws:ssm:us-east-1:000000000000:parameter/root')).toMatchObject({ Name: 'root' });
    expect(await read('/app/acme/list')).toMatchObject({ Type: 'StringList', Value: 'a,b' });
  });

  it('has versions, which a selector names', async () => {
    expect(await put('/versions', 'first')).toMatchObject({ Version: 1, Tier: 'Standard' });
    await expect(put('/versions', 'second')).rejects.toMatchObject({ name: 'ParameterAlreadyExists' });
    expect(await put('/versions', 'second', { Overwrite: true })).toMatchObject({ Version: 2 });
    expect(await read('/versions')).toMatchObject({ Value: 'second', Version: 2 });
    expect(await read('/versions:1')).toMatchObject({ Value: 'first', Version: 1, Selector: ':1' });
    for (const selector of ['3', '01', 'label', '1e0']) {
      await expect(read(`/versions:${selector}`)).rejects.toMatchObject({ name: 'ParameterVersionNotFound' });
    }
  });

  it('keeps its latest 100 versions', async () => {
    await put('/many', 'x');
    for (let version = 2; version <= 101; version++) await put('/many', `x${version}`, { Overwrite: true });
    await expect(read('/many:1')).rejects.toMatchObject({ name: 'ParameterVersionNotFound' });
    expect(await read('/many:2')).toMatchObject({ Value: 'x2' });
    expect(await read('/many')).toMatchObject({ Version: 101 });
  });

  it('gets one version for each of many writes at the same time', async () => {
    const versions = await Promise.all(Array.from({ length: 20 }, () => put('/parallel', 'x', { Type: 'String', Overwrite: true })));
    expect(versions.map(({ Version = 0 }) => Version).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
  });

  it('is deleted', async () => {
    await put('/deleted/a', 'x');
    await put('/deleted/b', 'x');
    await client.send(new DeleteParameterCommand({ Name: '/deleted/a' }));
    await expect(read('/deleted/a')).rejects.toMatchObject(notFound);
    await expect(client.send(new DeleteParameterCommand({ Name: '/deleted/a' }))).rejects.toMatchObject(notFound);
    const result = await client.send(new DeleteParametersCommand({ Names: ['/deleted/a', '/deleted/b'] }));
    expect(result).toMatchObject({ DeletedParameters: ['/deleted/b'], InvalidParameters: ['/deleted/a'] });
  });
});

describe('a SecureString', () => {
  it.each([
    ["Systems Manager's key", '/app/acme/deep/key', 'secret'],
    ["a customer's key", '/app/acme/deep/own', 'own'],
  ])('is encrypted with %s, and decrypted only on request', async (_, name, value) => {
    expect(await read(name, { WithDecryption: true })).toMatchObject({ Type: 'SecureString', Value: value });
    const encrypted = (await read(name))?.Value ?? '';
    expect(Buffer.from(encrypted, 'base64').length).toBeGreaterThan(value.length);
    expect(Buffer.from(encrypted, 'base64').toString('latin1')).not.toContain(value);
    expect(await read(name, { WithDecryption: false })).toMatchObject({ Value: encrypted });
  });
});

describe('several parameters', () => {
  it('are read together, and the names that do not exist are reported', async () => {
    const Names = ['/app/acme/url', '/none', '/app/acme/url:1', '/app/acme/url:2', 'constructor'];
    const result = await client.send(new GetParametersCommand({ Names }));
    expect(result.Parameters).toMatchObject([{ Name: '/app/acme/url' }, { Name: '/app/acme/url', Selector: ':1' }]);
    expect(result.InvalidParameters).toEqual(['/none', '/app/acme/url:2', 'constructor']);
  });

  it('are read by path: one level, or all levels', async () => {
    expect(await namesBelow('/app/acme')).toEqual(['/app/acme/list', '/app/acme/url']);
    const all = ['/app/acme/deep/key', '/app/acme/deep/own', '/app/acme/list', '/app/acme/url'];
    expect(await namesBelow('/app/acme', { Recursive: true })).toEqual(all);
    expect(await namesBelow('/app/acme/', { Recursive: true })).toEqual(all);
    expect(await namesBelow('/app', { Recursive: false })).toEqual([]);
    expect(await namesBelow('/app/acme/url', { Recursive: true })).toEqual([]);
    expect(await namesBelow('/app/acm', { Recursive: true })).toEqual([]);
    expect(await namesBelow('/')).toContain('root');
  });

  it('are read by path in pages', async () => {
    const names: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = await client.send(new GetParametersByPathCommand({ Path: '/app', Recursive: true, MaxResults: 2, NextToken }));
      names.push(...(page.Parameters ?? []).map(({ Name }) => Name));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(names).toEqual(await namesBelow('/app', { Recursive: true }));
    expect(names).toHaveLength(5);
    for (const token of ['%', 'a', Buffer.from([255]).toString('base64url'), '']) {
      const command = new GetParametersByPathCommand({ Path: '/app', NextToken: token });
      await expect(client.send(command)).rejects.toMatchObject({ name: 'InvalidNextToken' });
    }
  });
});

describe('Parameter Store refuses', () => {
  const levels = (count: number): string => '/x'.repeat(count);
  it.each<[string, () => Promise<unknown>, string]>([
    ['a name that begins with aws', () => put('awsX', 'x'), 'ValidationException'],
    ['a name that begins with ssm in a hierarchy', () => put('/SSM/x', 'x'), 'ValidationException'],
    ['a name below /aws', () => put('/aws/x', 'x'), 'AccessDeniedException'],
    ['a public parameter', () => read('/aws/service/global-infrastructure/regions'), 'NotImplemented'],
    ['a secret of Secrets Manager', () => read('/aws/reference/secretsmanager/acme'), 'NotImplemented'],
    ['a public path', () => namesBelow('/AWS/service'), 'NotImplemented'],
    ['a name with a doubled slash', () => put('/a//b', 'x'), 'ValidationException'],
    ['a name with a slash at its end', () => put('/a/', 'x'), 'ValidationException'],
    ['a hierarchy without a slash at its beginning', () => put('a/b', 'x'), 'ValidationException'],
    ['a name with a wildcard', () => put('/a/*', 'x'), 'ValidationException'],
    ['a name with a selector', () => put('/a:1', 'x'), 'ValidationException'],
    ['a name with 16 levels', () => put(levels(16), 'x'), 'HierarchyLevelLimitExceededException'],
    ['a name of 1,000 characters', () => put(`/${'x'.repeat(1000)}`, 'x'), 'ValidationException'],
    ['two selectors', () => read('/app/acme/url:1:1'), 'ValidationException'],
    ['an empty selector', () => read('/app/acme/url:'), 'ValidationException'],
    ['an ARN of another account', () => read('arn:aws:ssm:us-east-1:111122223333:parameter/x'), 'NotImplemented'],
    ['a path without a slash', () => namesBelow('app'), 'ValidationException'],
    ['a path with a doubled slash', () => namesBelow('//'), 'ValidationException'],
    [
      'eleven names',
      () => client.send(new GetParametersCommand({ Names: Array.from({ length: 11 }, (_, at) => `/${at}x`) })),
      'ValidationException',
    ],
    ['filters', () => namesBelow('/', { ParameterFilters: [{ Key: 'Type', Values: ['String'] }] }), 'NotImplemented'],
    ['a pattern', () => put('/pattern', 'x', { Type: 'String', AllowedPattern: '.*' }), 'NotImplemented'],
    ['parameter policies', () => put('/policies', 'x', { Type: 'String', Policies: '[]' }), 'NotImplemented'],
    ['a data type', () => put('/image', 'x', { Type: 'String', DataType: 'aws:ec2:image' }), 'NotImplemented'],
    ['no type', () => put('/untyped', 'x', {}), 'ValidationException'],
    [
      'another type of a parameter that exists',
      () => put('/app/acme/url', 'x', { Type: 'SecureString', Overwrite: true }),
      'HierarchyTypeMismatchException',
    ],
    ['a standard value of 4,097 bytes', () => put('/large', 'é'.repeat(2049)), 'ValidationException'],
    [
      'an advanced value of 8,193 bytes',
      () => put('/large', 'x'.repeat(8193), { Type: 'String', Tier: 'Advanced' }),
      'ValidationException',
    ],
    ['a nested parameter', () => put('/nested', 'a {{ssm:/app/acme/url}}'), 'ValidationException'],
    ['a key for a String', () => put('/keyed', 'x', { Type: 'String', KeyId: 'alias/parameters' }), 'ValidationException'],
    ['an unknown key', () => put('/keyed', 'x', { Type: 'SecureString', KeyId: 'alias/none' }), 'InvalidKeyId'],
    ['the key of another service', () => put('/keyed', 'x', { Type: 'SecureString', KeyId: 'alias/aws/s3' }), 'InvalidKeyId'],
    [
      'tags together with Overwrite',
      () => put('/tagged', 'x', { Type: 'String', Overwrite: true, Tags: [{ Key: 'a', Value: 'b' }] }),
      'ValidationException',
    ],
  ])('%s', async (_, request, name) => {
    await expect(request()).rejects.toMatchObject({ name });
  });

  it('a standard tier for an advanced parameter', async () => {
    expect(await put('/tier', 'x'.repeat(4097), { Type: 'String', Tier: 'Intelligent-Tiering' })).toMatchObject({ Tier: 'Advanced' });
    expect(await put('/tier', 'x', { Overwrite: true })).toMatchObject({ Tier: 'Advanced' });
    await expect(put('/tier', 'x', { Overwrite: true, Tier: 'Standard' })).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('accepts 15 levels', async () => {
    await expect(put(levels(15), 'x')).resolves.toMatchObject({ Version: 1 });
  });
});

it.each<[string, unknown]>([
  ['/a//b', 'x'],
  ['/empty', ''],
  ['/number', 1],
  ['/null', null],
  ['/unknown', { Value: 'x', Colour: 'red' }],
  ['/key', { Value: 'x', Type: 'SecureString', KeyId: 'alias/none' }],
])('does not start with the parameter %s: %j', async (name, definition) => {
  await expect(startLocalAws({ parameters: { [name]: definition as string } })).rejects.toThrow(
    `the parameter \`${name}\` cannot be created`,
  );
});
