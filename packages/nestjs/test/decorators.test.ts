import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Controller, Get, type INestApplication, Req, Scope, type Type } from '@nestjs/common';
import { ConfigurationError, type TenantAws } from '@tenant-aws/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { bucket } from '../../../test/support/notes-aws.ts';
import { currentTenantOrCode } from '../../../test/support/current-tenant.ts';
import { Public, Scoped, TenantAwsModule } from '../src/index.ts';
import { get, platforms, start } from './application.ts';

const aws = notesAws();
const readOnly = (): MethodDecorator & ClassDecorator => Scoped(['s3-folder-read-only']);

abstract class Pages {
  /** The tenants of the request and of the context, and whether the credentials may write. */
  protected async accessOf({ tenantAws }: { tenantAws?: TenantAws }): Promise<object> {
    const put = new PutObjectCommand({ Bucket: bucket, Key: 'acme/decorators', Body: 'x' });
    const write = tenantAws?.client(S3Client).send(put) ?? Promise.reject(new Error('no tenant'));
    const may = await write.then(
      () => 'write',
      (error: Error) => error.name,
    );
    return { request: tenantAws?.tenantId ?? 'none', context: currentTenantOrCode(), may };
  }
}

@Controller('plain')
class PlainPages extends Pages {
  @Get('plain')
  plain(@Req() request: { tenantAws?: TenantAws }) {
    return this.accessOf(request);
  }

  @Public()
  @Get('public')
  open(@Req() request: { tenantAws?: TenantAws }) {
    return this.accessOf(request);
  }

  @readOnly()
  @Get('scoped')
  scoped(@Req() request: { tenantAws?: TenantAws }) {
    return this.accessOf(request);
  }
}

@Public()
@Controller('public')
class PublicPages extends PlainPages {}

@readOnly()
@Controller('scoped')
class ScopedPages extends PlainPages {}

@readOnly()
@Controller('scoped-of-public')
class ScopedOfPublic extends PublicPages {}

@Public()
@Controller('public-of-scoped')
class PublicOfScoped extends ScopedPages {}

@Controller('of-public')
class OfPublic extends PublicPages {}

@Controller('of-scoped')
class OfScoped extends ScopedPages {
  /** Overridden without a decorator: the decorator of the class applies. */
  override open(request: { tenantAws?: TenantAws }) {
    return this.accessOf(request);
  }
}
Get('public')(OfScoped.prototype, 'open', Object.getOwnPropertyDescriptor(OfScoped.prototype, 'open') as PropertyDescriptor);
Req()(OfScoped.prototype, 'open', 0);

/** `anonymous`: the status of a request without a token. The rest: the response to a request of acme. */
const open = { anonymous: 200, request: 'none', context: 'no_tenant', may: 'Error' };
const full = { anonymous: 401, request: 'acme', context: 'acme', may: 'write' };
const scoped = { ...full, may: 'AccessDenied' };

const cases: readonly (readonly [string, typeof open])[] = [
  ['plain/plain', full],
  ['plain/public', open],
  ['plain/scoped', scoped],
  ['public/plain', open],
  ['public/public', open],
  ['public/scoped', scoped],
  ['scoped/plain', scoped],
  ['scoped/public', open],
  ['scoped/scoped', scoped],
  ['scoped-of-public/plain', scoped],
  ['scoped-of-public/public', open],
  ['public-of-scoped/plain', open],
  ['public-of-scoped/scoped', scoped],
  ['of-public/plain', open],
  ['of-scoped/plain', scoped],
  ['of-scoped/public', scoped],
];

const controllers: Type[] = [PlainPages, PublicPages, ScopedPages, ScopedOfPublic, PublicOfScoped, OfPublic, OfScoped];

describe.each(platforms)('@Public() and @Scoped() on %s', (platform) => {
  let app: INestApplication;
  beforeAll(async () => {
    app = await start(platform, { imports: [TenantAwsModule.forRoot({ guard: true })], controllers });
  });
  afterAll(() => app.close());

  it.each(cases)('apply from the handler first, then from its class, then from the base class: %s', async (path, expected) => {
    const anonymous = await get(app, `/${path}`);
    const { body } = await get(app, `/${path}`, await aws.issuer.token({ tenant: 'acme' }));

    expect({ anonymous: anonymous.status, ...body }).toEqual(expected);
  });
});

describe('two access decorators on one target', () => {
  const twice: readonly (readonly [string, () => unknown])[] = [
    ['a class, @Public() first', () => readOnly()(decorated(Public()))],
    ['a class, @Scoped() first', () => Public()(decorated(readOnly()))],
    ['a class, @Scoped() twice', () => readOnly()(decorated(readOnly()))],
    ['a handler, @Public() first', () => handler(Public(), readOnly())],
    ['a handler, @Scoped() first', () => handler(readOnly(), Public())],
  ];

  it.each(twice)('throw a ConfigurationError when the class is loaded: %s', (_title, load) => {
    expect(load).toThrow(ConfigurationError);
    expect(load).toThrow(/^.*`(Decorated|page)` has `@Public\(\)` or `@Scoped\(\)` more than once/);
  });

  function decorated(decorate: ClassDecorator): Type {
    class Decorated {}
    decorate(Decorated);
    return Decorated;
  }

  function handler(...decorators: MethodDecorator[]): void {
    class Decorated {
      page(): void {}
    }
    const descriptor = Object.getOwnPropertyDescriptor(Decorated.prototype, 'page') as PropertyDescriptor;
    for (const decorate of decorators) decorate(Decorated.prototype, 'page', descriptor);
  }
});

it('applies the decorator of each class to a handler that two classes inherit, in controllers that are created for each request', async () => {
  class Inherited {
    @Get('tenant')
    tenant(): string {
      return currentTenantOrCode();
    }
  }
  @Public()
  @Controller({ path: 'first', scope: Scope.REQUEST })
  class First extends Inherited {}
  @Controller({ path: 'second', scope: Scope.REQUEST })
  class Second extends Inherited {}
  const app = await start('Express', { imports: [TenantAwsModule.forRoot({ guard: true })], controllers: [First, Second] });
  const token = await aws.issuer.token({ tenant: 'acme' });

  const seen = [];
  for (const path of ['/first/tenant', '/second/tenant', '/first/tenant']) seen.push((await get(app, path, token)).text);
  const refused = await get(app, '/second/tenant');
  await app.close();

  expect(seen).toEqual(['no_tenant', 'acme', 'no_tenant']);
  expect(refused.status).toBe(401);
});
