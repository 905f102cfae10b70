import { pipeline } from 'node:stream/promises';
import { setImmediate as aTurn } from 'node:timers/promises';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { currentTenantAws } from '@tenant-aws/core';
import type { ErrorRequestHandler, Express, Request, RequestHandler } from 'express';
import multer from 'multer';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { identityOf } from '../../../test/support/identity-of.ts';
import { listen } from '../../../test/support/loopback.ts';
import { bucket } from '../../../test/support/notes-aws.ts';
import { currentTenantOrCode } from '../../../test/support/current-tenant.ts';
import { problemDetails } from '../src/index.ts';
import { createMiddleware } from './application.ts';
import { frameworks } from './frameworks.ts';

const aws = notesAws();

describe.each(frameworks)('the context of a request on %s', (_name, express) => {
  /** Writes as the tenant of the context into the folder of the tenant of the request. IAM denies it if the two differ. */
  async function writeAs(tenant: string): Promise<void> {
    await aTurn();
    const { client, tenantId } = contextOf();
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: `${tenant}/context`, Body: tenantId }));
  }
  const contextOf = () => ({ client: currentTenantAws().client(S3Client), tenantId: currentTenantAws().tenantId });
  const handler =
    (tenantOf: (req: Request) => string | Promise<string>): RequestHandler =>
    (req, res, next) => {
      Promise.resolve(tenantOf(req))
        .then(writeAs)
        .then(() => res.json({ tenant: currentTenantAws().tenantId }))
        .catch(next);
    };

  const sendTenant: ErrorRequestHandler = (error, _req, res, _next) =>
    void res.status(500).json({ error: String(error), tenant: currentTenantOrCode() });

  function app(): Express {
    return express()
      .use(createMiddleware())
      .post(
        '/json',
        express.json(),
        handler((req) => req.body.tenant),
      )
      .post(
        '/form',
        multer({ storage: multer.memoryStorage() }).single('file'),
        handler((req) => String(req.file?.buffer)),
      )
      .post(
        '/stream',
        handler(async (req) => {
          let text = '';
          for await (const chunk of req) text += chunk;
          return text;
        }),
      )
      .post(
        '/pipeline',
        handler(async (req) => {
          let text = '';
          await pipeline(req, async (chunks: AsyncIterable<Buffer>) => {
            for await (const chunk of chunks) text += chunk.toString();
          });
          return text;
        }),
      )
      .post('/error', () => {
        throw new Error('of the application');
      })
      .post('/bare', (req, res) => {
        req.resume().on('end', () => {
          res.json({ request: req.tenantAws.tenantId, context: currentTenantOrCode() });
        });
      })
      .use(problemDetails())
      .use(sendTenant);
  }

  const bodies: Readonly<Record<string, (sent: request.Test, tenant: string) => request.Test>> = {
    '/json': (sent, tenant) => sent.send({ tenant }),
    '/form': (sent, tenant) => sent.attach('file', Buffer.from(tenant), 'tenant.txt'),
    '/stream': (sent, tenant) => sent.type('text').send(tenant),
    '/pipeline': (sent, tenant) => sent.type('text').send(tenant),
  };

  it.each(Object.keys(bodies))('is kept for 40 interleaved requests of 8 tenants through %s', async (path) => {
    const { url, close } = await listen(app());
    const tenants = Array.from({ length: 40 }, (_, index) => `tenant-${index % 8}`);

    const responses = await Promise.all(
      tenants.map(async (tenant) => {
        const sent = request(url)
          .post(path)
          .auth(await aws.issuer.token({ tenant }), { type: 'bearer' });
        return (await (bodies[path]?.(sent, tenant) ?? sent)).body;
      }),
    );

    expect(responses).toEqual(tenants.map((tenant) => ({ tenant })));
    const puts = aws.calls.filter(({ operation }) => operation === 'PutObject');
    expect(puts).toHaveLength(40);
    expect(puts.every(({ decision }) => decision === 'allowed')).toBe(true);
    await close();
  });

  it('is kept when tenants alternate', async () => {
    const on = app();
    const send = async (tenant: string) =>
      (
        await request(on)
          .post('/json')
          .auth(await aws.issuer.token({ tenant }), { type: 'bearer' })
          .send({ tenant })
      ).body;

    for (const tenant of ['acme', 'globex', 'acme']) expect(await send(tenant)).toEqual({ tenant });

    const puts = aws.calls.filter(({ operation }) => operation === 'PutObject');
    const [first, second, third] = puts.map(({ accessKeyId }) => accessKeyId);
    expect(puts.map(({ tenantSession }) => tenantSession)).toEqual(['acme', 'globex', 'acme']);
    expect(third).toBe(first);
    expect(second).not.toBe(first);
  });

  it("has no tenant if the request presented nothing, even if the server was started in a tenant's context", async () => {
    const middleware = createMiddleware({ optional: true });
    const on = express()
      .use(middleware)
      .get('/', (_req, res) => void res.end(currentTenantOrCode()));
    const server = await middleware.tvm.for(identityOf('globex')).run(() => listen(on));

    expect(await (await fetch(server.url)).text()).toBe('no_tenant');
    await server.close();
  });

  it('is kept by a second, optional middleware to which the request presents nothing', async () => {
    const inner = createMiddleware({ optional: true, identity: () => undefined });
    const on = express()
      .use(createMiddleware(), inner)
      .get('/', (req, res) => void res.json([req.tenantAws.tenantId, currentTenantOrCode()]));

    const response = await request(on)
      .get('/')
      .auth(await aws.issuer.token({ tenant: 'acme' }), { type: 'bearer' });

    expect(response.body).toEqual(['acme', 'acme']);
  });

  it('is kept in error handlers', async () => {
    const response = await request(app())
      .post('/error')
      .auth(await aws.issuer.token({ tenant: 'acme' }), { type: 'bearer' });

    expect(response.body).toEqual({ error: 'Error: of the application', tenant: 'acme' });
  });

  it("has the request's own tenant or none in a bare listener of the request", async () => {
    const { url, close } = await listen(app());
    const tenants = Array.from({ length: 20 }, (_, index) => `tenant-${index % 5}`);

    const responses = await Promise.all(
      tenants.map(
        async (tenant) =>
          (
            await request(url)
              .post('/bare')
              .auth(await aws.issuer.token({ tenant }), { type: 'bearer' })
              .send('x'.repeat(200_000))
          ).body,
      ),
    );
    await close();

    const own = (response: Record<string, string>, tenant: string): boolean =>
      response['request'] === tenant && ['no_tenant', tenant].includes(response['context'] ?? '');
    expect(responses.filter((response, index) => !own(response, tenants[index] ?? ''))).toEqual([]);
  });
});
