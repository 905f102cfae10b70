import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TenantAws } from '@tenant-aws/core';
import { Client } from 'undici';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { notesAws } from '../support/local-aws-per-file.ts';
import { batch } from '../interleaving/batch.ts';
import { type ObservedEvent, handlers, PAGE_BYTES, PAGES } from '../interleaving/exchanges.ts';
import { type PipelinedRequest, type PipelinedResponse, sendPipelined } from '../interleaving/pipelined.ts';
import { seed } from '../support/notes-aws.ts';
import type { NotesApi } from './scenarios.ts';

/** Handles one request, with Node's own request and response. */
export type Serve = (request: IncomingMessage, response: ServerResponse, own: TenantAws) => Promise<void>;

export interface ContextApp {
  readonly serve: Serve;
  /** A middleware between the tenant middleware and the handler. It continues a request in the context of another request. */
  readonly detour?: ReturnType<typeof batch>;
}

/** Starts an app that serves every path with `serve`, behind the framework's tenant middleware. */
export type StartContextApp = (app: ContextApp) => Promise<NotesApi>;

const TENANTS = Array.from({ length: 10 }, (_, index) => `tenant-${index}`);
const REQUESTS = 50;
const CONCURRENT = 60;
const GATEWAY_REQUESTS = 20;

/** Checks that no request runs in the async context of another one, in any order of the responses. The checks are the same for every framework. */
export function describeContexts(framework: string, start: StartContextApp): void {
  describe(`the context of a request on ${framework}`, () => {
    const aws = notesAws();
    const observed: ObservedEvent[] = [];
    const tokens = new Map<string, string>();
    let api: NotesApi;

    const serve: Serve = async (request, response, own) => {
      const [, path = ''] = /^(\/\w+)/.exec(request.url ?? '') ?? [];
      await handlers[path]?.(request, response, own, observed);
    };
    const requestsTo = (path: string, count = REQUESTS) =>
      Array.from({ length: count }, (_, index) => {
        const tenant = TENANTS[index % TENANTS.length] ?? '';
        return { tenant, path: `${path}/${tenant}/${index}`, token: tokens.get(tenant) ?? '' };
      });
    const upload = { method: 'POST', body: '.'.repeat(100_000) } as const;
    const pipelined = (requests: ReturnType<typeof requestsTo>, rest: Pick<PipelinedRequest, 'method' | 'body'>) =>
      sendPipelined(
        api.url,
        requests.map((request) => ({ ...request, ...rest })),
      );
    /** The status and the tenants whose data or name is in a response. */
    const tenantsIn = ({ status, text }: PipelinedResponse) => [status, [...new Set(text.match(/tenant-\d/g))].join()];
    const expectOwnPages = (responses: readonly PipelinedResponse[], requests: readonly { tenant: string }[], pages = PAGES) => {
      expect(responses.map(tenantsIn)).toEqual(requests.map(({ tenant }) => [200, tenant]));
      expect(responses.map(({ text }) => text.length)).toEqual(requests.map(() => pages * PAGE_BYTES));
      expect(aws.calls.filter(({ decision }) => decision !== 'allowed')).toEqual([]);
    };

    beforeAll(async () => {
      for (const tenant of TENANTS) {
        tokens.set(tenant, await aws.issuer.token({ tenant }));
        for (let page = 0; page < PAGES; page += 1) await seed(aws, `${tenant}/page-${page}`, tenant.repeat(PAGE_BYTES / tenant.length));
      }
    });
    beforeEach(() => {
      observed.length = 0;
    });
    afterEach(() => api.close());

    describe.each([
      ['alone', () => ({ serve })],
      ['behind a middleware that continues in the context of another request', () => ({ serve, detour: batch() })],
    ] as const)('%s', (_title, app) => {
      beforeEach(async () => {
        api = await start(app());
      });

      it('runs the handler of each pipelined upload as its own tenant while it reads and writes', async () => {
        const requests = requestsTo('/echo');
        const responses = await pipelined(requests, upload);

        expect(responses.map(tenantsIn)).toEqual(requests.map(({ tenant }) => [200, tenant]));
      });

      it('runs every listener and every callback of pipelined requests in its own context', async () => {
        const requests = requestsTo('/listen');
        await pipelined(requests, upload);

        // The first request on a socket may have been read before its listeners were bound: it then has no tenant there.
        const isOwn = ({ event, own, context }: ObservedEvent) =>
          context === own || (event.startsWith('request') && context === 'no_tenant');
        expect(observed.filter((each) => !isOwn(each))).toEqual([]);
        for (const event of ['handler', 'body read', 'request end', 'request close', 'response finish', 'write callback', 'end callback'])
          expect(observed.filter((each) => each.event === event)).toHaveLength(REQUESTS);
      });
    });

    it('streams its own objects to each of 50 pipelined requests of 10 tenants', async () => {
      api = await start({ serve });
      const requests = requestsTo('/stream');
      expectOwnPages(await pipelined(requests, { method: 'GET' }), requests);
    });

    it("uses the request's own clients for 60 concurrent requests that continue in each other's context", async () => {
      api = await start({ serve, detour: batch() });
      const requests = requestsTo('/own', CONCURRENT);
      const responses = await Promise.all(
        requests.map(async ({ path, token }) => {
          const response = await fetch(api.url + path, { headers: { authorization: `Bearer ${token}` } });
          return { status: response.status, text: await response.text() };
        }),
      );
      expectOwnPages(responses, requests, 1);
    });

    it('streams its own objects to each request that a gateway pipelines', async () => {
      api = await start({ serve });
      const gateway = new Client(api.url, { pipelining: 10 });
      const requests = requestsTo('/stream', GATEWAY_REQUESTS);

      const responses = await Promise.all(
        requests.map(async ({ path, token }) => {
          const headers = { authorization: `Bearer ${token}` };
          const { statusCode, body } = await gateway.request({ method: 'GET', path, headers, blocking: false });
          return { status: statusCode, text: await body.text() };
        }),
      );
      await gateway.close();

      expectOwnPages(responses, requests);
    });
  });
}
