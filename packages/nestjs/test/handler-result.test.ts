import { once } from 'node:events';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Controller, Get, type INestApplication, Param, Sse, StreamableFile } from '@nestjs/common';
import nest from '@nestjs/core/package.json' with { type: 'json' };
import { EMPTY, finalize, interval, map, mergeWith, NEVER, type Observable } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { currentTenantOrCode } from '../../../test/support/current-tenant.ts';
import { TenantAwsModule } from '../src/index.ts';
import { platforms, start } from './application.ts';

const aws = notesAws();
const chunk = 'x'.repeat(16_384);

/** By id: the tenant in whose context the body ended. Resolved at the end of the body. */
const ended = new Map<string, PromiseWithResolvers<string>>();

/** By id: resolved when the handler has returned an Observable. */
const subscribed = new Map<string, PromiseWithResolvers<void>>();

async function* endless(id: string): AsyncGenerator<string> {
  try {
    for (;;) {
      await nextTurn();
      yield chunk;
    }
  } finally {
    await nextTurn(); // now the response is closed
    ended.get(id)?.resolve(currentTenantOrCode());
  }
}

/** One body for all requests. Frozen, as a constant may be, and with a private field, which only the object itself can read. */
class SharedBody {
  readonly #label = 'tenant';

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    await nextTurn();
    yield `${this.#label}: ${currentTenantOrCode()}`;
  }
}
const shared = Object.freeze(new SharedBody());

@Controller()
class Bodies {
  @Get('shared')
  shared(): AsyncIterable<string> {
    return shared;
  }

  @Get('promised')
  async promised(): Promise<AsyncIterable<string>> {
    await nextTurn();
    return shared;
  }

  /** Emits nothing: Nest unsubscribes when the client closes the connection. */
  @Get('observable/:id')
  observable(@Param('id') id: string): Observable<string> {
    subscribed.get(id)?.resolve();
    return NEVER.pipe(finalize(() => ended.get(id)?.resolve(currentTenantOrCode())));
  }

  /** As above, after a promise. */
  @Get('promised-observable/:id')
  async promisedObservable(@Param('id') id: string): Promise<Observable<string>> {
    await nextTurn();
    return this.observable(id);
  }

  @Get('file/:id')
  file(@Param('id') id: string): StreamableFile {
    return new StreamableFile(Readable.from(endless(id)));
  }

  @Get('generator/:id')
  generator(@Param('id') id: string): AsyncGenerator<string> {
    return endless(id);
  }

  @Get('response/:id')
  response(@Param('id') id: string): Response {
    const body = endless(id);
    const pull = async (controller: ReadableStreamDefaultController): Promise<void> => {
      controller.enqueue(new TextEncoder().encode((await body.next()).value ?? ''));
    };
    return new Response(new ReadableStream({ pull, cancel: () => void body.return(undefined) }, { highWaterMark: 0 }));
  }

  @Sse('events/:id')
  events(@Param('id') id: string): Observable<{ data: string }> {
    return interval(1).pipe(
      map(() => ({ data: chunk })),
      mergeWith(EMPTY),
      finalize(() => setImmediate(() => ended.get(id)?.resolve(currentTenantOrCode()))),
    );
  }
}

/** Nest 11 supports neither async generators nor web responses. */
const bodies = nest.version.startsWith('11.') ? ['file', 'events'] : ['file', 'generator', 'response', 'events'];

describe.each(platforms)('the body that a handler returns on %s', (platform) => {
  let app: INestApplication;
  beforeAll(async () => {
    app = await start(platform, { imports: [TenantAwsModule.forRoot({ guard: true })], controllers: [Bodies] });
    await app.listen(0, '127.0.0.1');
  });
  afterAll(() => app.close());

  it.each(bodies)('ends as its own tenant when the client closes the connection: %s', async (body) => {
    const tenants = ['acme', 'globex', 'initech'];

    const seen = tenants.map(async (tenant) => {
      const settled = Promise.withResolvers<string>();
      ended.set(tenant, settled);
      const headers = { authorization: `Bearer ${await aws.issuer.token({ tenant })}` };
      const request = httpGet(`${await app.getUrl()}/${body}/${tenant}`, { headers });
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      await once(response, 'data');
      request.destroy();
      return settled.promise;
    });

    expect(await Promise.all(seen)).toEqual(tenants);
  });

  it.skipIf(nest.version.startsWith('11.')).each(['observable', 'promised-observable'])(
    'is unsubscribed as its own tenant when the client closes the connection: %s',
    async (body) => {
      const tenants = ['acme', 'globex', 'initech'];

      const seen = tenants.map(async (tenant) => {
        const [started, settled] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()];
        subscribed.set(tenant, started);
        ended.set(tenant, settled);
        const headers = { authorization: `Bearer ${await aws.issuer.token({ tenant })}` };
        const request = httpGet(`${await app.getUrl()}/${body}/${tenant}`, { headers }).on('error', () => undefined);
        await started.promise;
        await nextTurn(); // now Nest has subscribed
        request.destroy();
        return settled.promise;
      });

      expect(await Promise.all(seen)).toEqual(tenants);
    },
  );

  it.skipIf(nest.version.startsWith('11.')).each(['shared', 'promised'])(
    'runs as the tenant of each request if all handlers return the same iterable: %s',
    async (path) => {
      const tenants = ['acme', 'globex', 'acme'];

      const texts = tenants.map(async (tenant) => {
        const headers = { authorization: `Bearer ${await aws.issuer.token({ tenant })}` };
        return (await fetch(`${await app.getUrl()}/${path}`, { headers })).text();
      });

      expect(await Promise.all(texts)).toEqual(tenants.map((tenant) => `tenant: ${tenant}`));
      expect(Object.hasOwn(shared, Symbol.asyncIterator)).toBe(false);
    },
  );
});
