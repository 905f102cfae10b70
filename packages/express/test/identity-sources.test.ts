import { agree, bearerToken, firstOf, trustedHeader } from '@tenant-aws/core';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { problemDetails, type TenantCredentialsOptions } from '../src/index.ts';
import { createMiddleware, writeNote } from './application.ts';
import { frameworks } from './frameworks.ts';

const aws = notesAws();
const token = () => bearerToken({ issuer: aws.issuer.url, audience: aws.issuer.audience });
const header = (trustProxy = ['127.0.0.1', '::1']) => trustedHeader({ trustProxy });

describe.each(frameworks)('identity sources in %s', (_, express) => {
  function application(identity: NonNullable<TenantCredentialsOptions['identity']>) {
    const app = express();
    app.get('/', createMiddleware({ identity, logger: false }), writeNote);
    app.use(problemDetails());
    return async (presented: { readonly tenant?: string; readonly header?: string | string[] }) => {
      const sent = request(app).get('/');
      if (presented.tenant !== undefined) void sent.set('authorization', `Bearer ${await aws.issuer.token({ tenant: presented.tenant })}`);
      if (presented.header !== undefined) void sent.set('x-tenant-id', presented.header as string);
      const { status, body } = await sent;
      return status === 200 ? body.tenant : { status, code: body.code };
    };
  }

  it('serves the tenant in the header of a trusted proxy', async () => {
    const get = application(header());

    expect(await get({ header: 'acme' })).toBe('acme');
    expect(await get({ header: 'globex' })).toBe('globex');
    expect(await get({})).toEqual({ status: 401, code: 'token_missing' });
    expect(await get({ header: 'acme, globex' })).toEqual({ status: 403, code: 'tenant_invalid' });
    expect(await get({ header: ['acme', 'globex'] })).toEqual({ status: 403, code: 'tenant_invalid' });
    expect(await get({ header: 'acme*' })).toEqual({ status: 403, code: 'tenant_invalid' });
  });

  it('refuses the header of another peer, and calls no AWS', async () => {
    const get = application(header(['192.0.2.1']));
    aws.calls.length = 0;

    expect(await get({ header: 'acme' })).toEqual({ status: 403, code: 'proxy_untrusted' });
    expect(await get({})).toEqual({ status: 401, code: 'token_missing' });
    expect(aws.calls).toEqual([]);
  });

  it('uses the first source that is presented something', async () => {
    const get = application(firstOf(token(), header()));

    expect(await get({ tenant: 'acme', header: 'globex' })).toBe('acme');
    expect(await get({ header: 'globex' })).toBe('globex');
    expect(await get({ tenant: '*', header: 'globex' })).toEqual({ status: 403, code: 'tenant_invalid' });
    expect(await get({})).toEqual({ status: 401, code: 'token_missing' });
  });

  it('needs the agreement of all sources', async () => {
    const get = application(agree(token(), header()));

    expect(await get({ tenant: 'acme', header: 'acme' })).toBe('acme');
    expect(await get({ tenant: 'acme', header: 'globex' })).toEqual({ status: 403, code: 'tenant_invalid' });
    expect(await get({ tenant: 'acme' })).toEqual({ status: 403, code: 'tenant_invalid' });
    expect(await get({ header: 'acme' })).toEqual({ status: 403, code: 'tenant_invalid' });
    expect(await get({})).toEqual({ status: 401, code: 'token_missing' });
  });

  it('keeps the tenants of concurrent requests apart', async () => {
    const get = application(header());
    const tenants = Array.from({ length: 60 }, (_item, index) => `tenant-${index % 6}`);

    expect(await Promise.all(tenants.map((tenant) => get({ header: tenant })))).toEqual(tenants);
  });
});
