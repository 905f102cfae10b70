import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bearerToken, tenantGate, TokenVendingMachine } from '@tenant-aws/core';
import { fakeSts } from '@tenant-aws/core/testing';
import { startLocalAws } from '@tenant-aws/local';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { faultsIn } from './faults-in.ts';

const machine = {
  TENANT_AWS_ROLE_ARN: 'arn:aws:iam::000000000000:role/TenantAccess',
  TENANT_AWS_TEMPLATES: 's3-folder-per-tenant',
  TENANT_AWS_VAR_BUCKET: 'notes',
};
const bearer = { TENANT_AWS_JWT_ISSUER: 'https://login.example.com', TENANT_AWS_JWT_AUDIENCE: 'notes' };
const region = { AWS_REGION: 'eu-west-1' };
const identity = { tenantId: 'acme', claims: {}, source: 'claims' as const };

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (/^(TENANT_)?AWS_/.test(name)) vi.stubEnv(name, undefined);
  environment({ AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null', AWS_EC2_METADATA_DISABLED: 'true' });
});
afterEach(() => vi.unstubAllEnvs());

function environment(variables: Record<string, string>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
}

describe('a gate without options', () => {
  it('reads its options from the environment', async () => {
    environment({ ...machine, ...bearer, ...region });

    const gate = tenantGate();

    expect(gate.tvm.stats().entries).toBe(0);
    await gate.close();
  });

  it('names every missing variable and a missing region in one error', () => {
    const faults = faultsIn(() => tenantGate());

    for (const name of ['TENANT_AWS_ROLE_ARN', 'TENANT_AWS_TEMPLATES', 'TENANT_AWS_JWT_ISSUER', 'TENANT_AWS_JWT_AUDIENCE', 'AWS_REGION']) {
      expect(faults.filter((fault) => fault.includes(`\`${name}\``))).toHaveLength(1);
    }
    expect(faults).toHaveLength(5);
  });

  it('names the environment variable of a missing template variable', () => {
    environment({ ...machine, ...bearer, ...region, TENANT_AWS_VAR_BUCKET: '' });

    expect(faultsIn(() => tenantGate())).toEqual([
      '`TENANT_AWS_VAR_BUCKET` is missing: template `s3-folder-per-tenant` needs the variable `bucket`',
    ]);
  });

  it.each<[Record<string, string>, string]>([
    [{ TENANT_AWS_TEMPLATES: 'no-such' }, '`TENANT_AWS_TEMPLATES` cannot be used: there is no template "no-such"'],
    [{ TENANT_AWS_TEMPLATE_SOURCE: '/no/such' }, '`TENANT_AWS_TEMPLATE_SOURCE` cannot be used: the template folder'],
    [{ TENANT_AWS_JWT_TOKEN_USE: 'Access' }, "`TENANT_AWS_JWT_TOKEN_USE` must be 'id' or 'access'"],
    [{ TENANT_AWS_JWT_ALGORITHMS: 'HS256' }, '`TENANT_AWS_JWT_ALGORITHMS` has HS256, which needs `secretOrKey`'],
    [{ TENANT_AWS_CACHE_MAX: '0' }, '`TENANT_AWS_CACHE_MAX` must be a whole number of at least 1'],
    [{ TENANT_AWS_VAR_BUCKETT: 'x' }, '`TENANT_AWS_VAR_BUCKETT` is not a variable of any template of the library: did you mean `bucket`?'],
  ])('begins the sentence with the variable that set the value: %j', (variables, sentence) => {
    environment({ ...machine, ...bearer, ...region, ...variables });

    expect(faultsIn(() => tenantGate())).toEqual([expect.stringContaining(sentence)]);
    expect(faultsIn(() => tenantGate())[0]?.indexOf(sentence)).toBe(0);
  });

  it.each<[string, string]>([
    ['TENANT_AWS_ROLE_ARN', 'TenantAccess'],
    ['TENANT_AWS_TEMPLATES', 'no-such-template'],
    ['TENANT_AWS_TEMPLATES', 's3-folder-per-tenant,,'],
    ['TENANT_AWS_TEMPLATES', 's3-folder-per-tenant?buckett=notes'],
    ['TENANT_AWS_VAR_BUCKET', 'notes/*'],
    ['TENANT_AWS_VAR_BUCKETT', 'notes'],
    ['TENANT_AWS_VAR_bucket', 'notes'],
    ['TENANT_AWS_VAR_', 'notes'],
    ['TENANT_AWS_TEMPLATE_SOURCE', '/no/such/folder'],
    ['TENANT_AWS_DURATION_SECONDS', '60'],
    ['TENANT_AWS_DURATION_SECONDS', '1e3'],
    ['TENANT_AWS_DURATION_SECONDS', ' 900'],
    ['TENANT_AWS_CACHE_MAX', '0'],
    ['TENANT_AWS_CACHE_MAX', 'many'],
    ['TENANT_AWS_IDENTITY', 'headers'],
    ['TENANT_AWS_IDENTITY', 'constructor'],
    ['TENANT_AWS_JWT_ISSUER', 'login.example.com'],
    ['TENANT_AWS_JWKS_URI', 'http://login.example.com/jwks.json'],
    ['TENANT_AWS_JWT_ALGORITHMS', 'none'],
    ['TENANT_AWS_JWT_ALGORITHMS', 'RS256,HS256'],
    ['TENANT_AWS_ROLEARN', 'arn:aws:iam::000000000000:role/TenantAccess'],
    ['TENANT_AWS_', 'x'],
  ])('names %s where it is %j', (name, value) => {
    environment({ ...machine, ...bearer, ...region, [name]: value });

    const faults = faultsIn(() => tenantGate());
    expect(faults.length).toBeGreaterThan(0);
    for (const fault of faults) expect(fault).toContain(name);
    expect(faults.join()).not.toContain('notes/*');
  });

  it.each([
    ['TENANT_AWS_TENANT_CLAIN', 'did you mean `TENANT_AWS_TENANT_CLAIM`?'],
    ['TENANT_AWS_AUDIENCE', 'did you mean `TENANT_AWS_JWT_AUDIENCE`?'],
    ['TENANT_AWS_ROLEARN', 'did you mean `TENANT_AWS_ROLE_ARN`?'],
    ['TENANT_AWS_REGION', 'the region comes from `AWS_REGION`'],
    ['TENANT_AWS_BUCKET', 'the names of variables for templates begin with `TENANT_AWS_VAR_`'],
    ['TENANT_AWS_COLOUR', 'the names of variables for templates begin with `TENANT_AWS_VAR_`'],
  ])('says of %s: %s', (name, advice) => {
    environment({ ...machine, ...bearer, ...region, [name]: 'x' });

    expect(faultsIn(() => tenantGate())).toEqual([`\`${name}\` is not a variable of Tenant AWS: ${advice}`]);
  });

  it('accepts the access tokens of Amazon Cognito with TENANT_AWS_JWT_TOKEN_USE alone, and then no ID token', async () => {
    const aws = await startLocalAws();
    const { url: TENANT_AWS_JWT_ISSUER } = aws.issuer;
    environment({ ...machine, ...region, TENANT_AWS_JWT_ISSUER, TENANT_AWS_JWT_AUDIENCE: 'client', TENANT_AWS_JWT_TOKEN_USE: 'access' });
    const gate = tenantGate({ eager: false, logger: false });
    const admitted = async (claims: Record<string, unknown>) => {
      const token = await aws.issuer.token({ tenant: 'acme', claims });
      return gate({ headers: {}, headersDistinct: { authorization: [`Bearer ${token}`] } } as never);
    };

    expect(await admitted({ token_use: 'access', client_id: 'client', aud: undefined })).toMatchObject({ tenantId: 'acme' });
    await expect(admitted({ token_use: 'id', aud: 'client' })).rejects.toMatchObject({ code: 'token_invalid' });
    await gate.close();
    await aws.close();
  });

  it('reads the tenant from the header of a proxy with TENANT_AWS_IDENTITY=header, and no variable of tokens', async () => {
    environment({
      ...machine,
      ...region,
      TENANT_AWS_IDENTITY: 'header',
      TENANT_AWS_TENANT_HEADER: 'X-Org',
      TENANT_AWS_TRUST_PROXY: '127.0.0.1, 10.0.0.0/8',
      TENANT_AWS_PROXY_SECRET: 'x-secret:sixteen:characters',
      TENANT_AWS_JWT_ALGORITHMS: 'none',
    });
    const gate = tenantGate({ eager: false, logger: false });
    const admitted = (remoteAddress: string, secret: string) =>
      gate({ headersDistinct: { 'x-org': ['acme'], 'x-secret': [secret] }, remoteAddress, raw: undefined });

    expect(await admitted('10.1.2.3', 'sixteen:characters')).toMatchObject({ tenantId: 'acme', identity: { source: 'header' } });
    await expect(admitted('10.1.2.3', 'sixteen')).rejects.toMatchObject({ code: 'proxy_untrusted' });
    await expect(admitted('11.1.2.3', 'sixteen:characters')).rejects.toMatchObject({ code: 'proxy_untrusted' });
    await gate.close();
  });

  it('reads the claims of an authorizer with TENANT_AWS_IDENTITY=authorizer', async () => {
    environment({ ...machine, ...region, TENANT_AWS_IDENTITY: 'authorizer', TENANT_AWS_TENANT_CLAIM: 'org' });
    const gate = tenantGate({ eager: false, logger: false });
    const raw = { version: '2.0', requestContext: { authorizer: { jwt: { claims: { org: 'acme' } } } } };

    expect(await gate({ headersDistinct: {}, remoteAddress: undefined, raw })).toMatchObject({ tenantId: 'acme' });
    await gate.close();
  });

  it.each<[Record<string, string>, string]>([
    [{}, '`TENANT_AWS_TRUST_PROXY` is required'],
    [{ TENANT_AWS_TRUST_PROXY: '0.0.0.0/0' }, '`TENANT_AWS_TRUST_PROXY` includes every address'],
    [{ TENANT_AWS_TRUST_PROXY: '10.0.0.0/8,' }, '`TENANT_AWS_TRUST_PROXY` must be an IPv4 or IPv6 address'],
    [{ TENANT_AWS_TRUST_PROXY: '::1', TENANT_AWS_TENANT_HEADER: 'host' }, '`TENANT_AWS_TENANT_HEADER` must not be `host`'],
    [{ TENANT_AWS_TRUST_PROXY: '::1', TENANT_AWS_PROXY_SECRET: 'x-secret:short' }, '`TENANT_AWS_PROXY_SECRET` must be at least 16'],
    [{ TENANT_AWS_TRUST_PROXY: '::1', TENANT_AWS_PROXY_SECRET: 'no-colon-but-long-enough' }, '`TENANT_AWS_PROXY_SECRET` must be the name'],
  ])('names the variable of a faulty header source: %j', (variables, fault) => {
    environment({ ...machine, ...region, TENANT_AWS_IDENTITY: 'header', ...variables });

    expect(faultsIn(() => tenantGate())).toEqual([expect.stringContaining(fault)]);
  });

  it('finds the region in AWS_REGION, AWS_DEFAULT_REGION, a profile or the configuration file', async () => {
    environment({ ...machine, ...bearer });
    expect(faultsIn(() => tenantGate())).toHaveLength(1);

    for (const variables of [{ AWS_DEFAULT_REGION: 'eu-west-1' }, { AWS_PROFILE: 'staging' }]) {
      environment(variables);
      await tenantGate().close();
      vi.stubEnv(Object.keys(variables)[0] ?? '', undefined);
    }
    const file = join(mkdtempSync(join(tmpdir(), 'tenant-aws-')), 'config');
    writeFileSync(file, '[default]\nregion = eu-west-1\n');
    environment({ AWS_CONFIG_FILE: file });
    await tenantGate().close();
  });

  it('checks a shared configuration in ready()', async () => {
    environment({ ...machine, ...bearer, AWS_PROFILE: 'staging', AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' });
    const tvm = TokenVendingMachine.fromEnvironment();

    await expect(tvm.ready()).rejects.toMatchObject({ code: 'configuration_invalid', faults: [expect.stringContaining('AWS_REGION')] });
    await tvm.close();
  });
});

describe('TENANT_AWS_TEMPLATE_SOURCE', () => {
  const own = JSON.stringify({
    Effect: 'Allow',
    Action: 'sqs:SendMessage',
    Resource: 'arn:aws:sqs:eu-west-1:000000000000:{{tenant}}_jobs',
  });

  function folderWith(...names: readonly string[]): string {
    const folder = mkdtempSync(join(tmpdir(), 'tenant-aws-'));
    for (const name of names) writeFileSync(join(folder, `${name}.json`), own);
    return folder;
  }

  it.each([(folder: string) => `shipped,${folder}`, (folder: string) => ` ${folder} , shipped `])(
    'may list several sources, of which `shipped` is a keyword',
    async (list) => {
      environment({ ...machine, ...bearer, ...region, TENANT_AWS_TEMPLATES: 's3-folder-per-tenant,send-jobs' });
      environment({ TENANT_AWS_TEMPLATE_SOURCE: list(folderWith('send-jobs')) });

      await tenantGate().close();
    },
  );

  it('replaces the shipped templates if it does not name them', () => {
    environment({ ...machine, ...bearer, ...region, TENANT_AWS_TEMPLATE_SOURCE: folderWith('send-jobs') });

    expect(faultsIn(() => tenantGate()).join()).toContain(
      '`TENANT_AWS_TEMPLATES` cannot be used: there is no template "s3-folder-per-tenant"',
    );
  });

  it('names both files of a name that two sources have', () => {
    const folder = folderWith('s3-folder-per-tenant');
    environment({ ...machine, ...bearer, ...region, TENANT_AWS_TEMPLATE_SOURCE: `shipped,${folder}` });

    expect(faultsIn(() => tenantGate())).toEqual([
      `\`TENANT_AWS_TEMPLATE_SOURCE\` cannot be used: two templates have the name \`s3-folder-per-tenant\`: @tenant-aws/templates/s3-folder-per-tenant.json and ${folder}/s3-folder-per-tenant.json`,
    ]);
  });

  it('names the absolute path of a folder that is not there', () => {
    environment({ ...machine, ...bearer, ...region, TENANT_AWS_TEMPLATE_SOURCE: 'shipped,./no-such' });

    expect(faultsIn(() => tenantGate())).toEqual([
      `\`TENANT_AWS_TEMPLATE_SOURCE\` cannot be used: the template folder or file \`${resolve('no-such')}\` cannot be read (ENOENT)`,
    ]);
  });

  it.each([
    ['shipped,', 'must be folders or `shipped`, separated by commas, such as `shipped,./templates`'],
    [',', 'must be folders or `shipped`, separated by commas, such as `shipped,./templates`'],
    ['shipped,shipped', 'names `shipped` twice'],
  ])('must not be %j', (list, text) => {
    environment({ ...machine, ...bearer, ...region, TENANT_AWS_TEMPLATE_SOURCE: list });

    expect(faultsIn(() => tenantGate())).toContain(`\`TENANT_AWS_TEMPLATE_SOURCE\` ${text}`);
  });
});

describe('an option in code', () => {
  it('has precedence over its environment variable', async () => {
    environment({
      ...machine,
      ...bearer,
      ...region,
      TENANT_AWS_ROLE_ARN: 'not an ARN',
      TENANT_AWS_CACHE_MAX: '-1',
      TENANT_AWS_DURATION_SECONDS: 'x',
    });

    const tvm = TokenVendingMachine.fromEnvironment({
      roleArn: 'arn:aws:iam::000000000000:role/TenantAccess',
      cache: { max: 5 },
      durationSeconds: 900,
      sts: fakeSts(),
    });

    expect((await tvm.vend(identity)).accessKeyId).toMatch(/^ASIA/);
    await tvm.close();
  });

  it('is named by its own options where it is wrong', () => {
    environment({ ...machine, ...bearer, ...region });

    expect(faultsIn(() => tenantGate({ variables: {} }))).toEqual([expect.stringContaining('`variables.bucket` is missing')]);
    expect(faultsIn(() => tenantGate({ permissions: ['no-such'] }))).toEqual([expect.stringContaining('`permissions` cannot be used')]);

    expect(faultsIn(() => tenantGate({ roleArn: 'x' }))).toEqual([expect.stringContaining('`roleArn`')]);
    expect(faultsIn(() => tenantGate({ cache: { max: 0 } }))).toEqual([expect.stringContaining('`cache.max`')]);
  });

  it('is combined with the environment variables of the same group', () => {
    environment({ ...machine, ...region, TENANT_AWS_CACHE_MAX: '0' });

    expect(faultsIn(() => TokenVendingMachine.fromEnvironment({ cache: { errorTtlMs: 5 } }))).toEqual([
      expect.stringContaining('TENANT_AWS_CACHE_MAX'),
    ]);
  });

  it('for the identity source makes its variables unnecessary', async () => {
    environment({ ...machine, ...region });

    await tenantGate({ identity: bearerToken({ issuer: 'https://login.example.com', audience: 'notes' }) }).close();
  });
});

describe('fromEnvironment', () => {
  it('ignores the variables of the identity source', async () => {
    environment({ ...machine, ...region, TENANT_AWS_JWT_ISSUER: 'nonsense' });

    await TokenVendingMachine.fromEnvironment().close();
    expect(faultsIn(() => new TokenVendingMachine({ sts: fakeSts() } as never)).join('\n')).toMatch(/`roleArn`[\s\S]*`permissions`/);
  });

  it('reads templates from a folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tenant-aws-'));
    writeFileSync(
      join(folder, 'jobs.json'),
      JSON.stringify({
        Effect: 'Allow',
        Action: 'sqs:SendMessage',
        Resource: 'arn:{{partition}}:sqs:{{region}}:{{account}}:{{tenant}}_jobs',
      }),
    );
    environment({ ...machine, ...region, TENANT_AWS_TEMPLATES: 'jobs', TENANT_AWS_TEMPLATE_SOURCE: folder, TENANT_AWS_VAR_BUCKET: '' });

    const tvm = TokenVendingMachine.fromEnvironment({ sts: fakeSts() });

    expect((await tvm.vend(identity)).accessKeyId).toMatch(/^ASIA/);
    await tvm.close();
  });

  it('is not called, and unknown names are accepted, where a gate is given a machine', async () => {
    environment({ ...bearer, TENANT_AWS_COLOUR: 'red', TENANT_AWS_ROLE_ARN: 'nonsense' });
    const tvm = new TokenVendingMachine({
      roleArn: machine.TENANT_AWS_ROLE_ARN,
      permissions: ['s3-folder-per-tenant'],
      variables: { bucket: 'notes' },
      sts: fakeSts(),
    });

    await tenantGate({ tvm }).close();
    await tvm.close();
  });
});
