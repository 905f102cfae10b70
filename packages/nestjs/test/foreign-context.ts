import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { NestInterceptor } from '@nestjs/common';
import type { LocalAws } from '@tenant-aws/local';
import { asapScheduler, from, mergeMap, Observable, observeOn } from 'rxjs';

type Middleware<Response = ServerResponse> = (request: unknown, response: Response, next: () => void) => void;

/** Middleware that continues a request in the async context of another request, as real libraries do. */
export const foreignMiddleware: readonly (readonly [string, () => Middleware])[] = [
  ['a FIFO limiter', fifoLimiter],
  ['a callback store over one connection', callbackStore],
  ['a timer that runs a batch', timerBatch],
];

/** Runs two requests at a time. The end of a request starts the next waiting one, in the context of the ended request. */
function fifoLimiter(): Middleware {
  const waiting: (() => void)[] = [];
  let running = 0;
  return (_request, response, next) => {
    const start = (): void => {
      running += 1;
      response.once('finish', () => {
        running -= 1;
        waiting.shift()?.();
      });
      next();
    };
    if (running < 2) start();
    else waiting.push(start);
  };
}

/** A client with one connection and callbacks. The replies of a pipeline arrive together, in the context of one of its commands. */
function callbackStore(): Middleware {
  const connection = new EventEmitter().setMaxListeners(0);
  let pipeline: string[] = [];
  let commands = 0;
  const flush = (): void => {
    const replies = pipeline;
    pipeline = [];
    for (const id of replies) connection.emit(id);
  };
  return (_request, _response, next) => {
    const id = String((commands += 1));
    connection.once(id, next);
    pipeline.push(id);
    if (pipeline.length === 6) flush();
    else if (pipeline.length === 1) setTimeout(flush, 5);
  };
}

/** Collects the requests of 5 ms and continues all of them in the context of the first one. */
function timerBatch(): Middleware<unknown> {
  let batch: (() => void)[] | undefined;
  return (_request, _response, next) => {
    batch ??= startedBatch();
    batch.push(next);
  };
  function startedBatch(): (() => void)[] {
    const started: (() => void)[] = [];
    setTimeout(() => {
      batch = undefined;
      for (const next of started) next();
    }, 5);
    return started;
  }
}

/** Interceptors that call the handler from the async context of another execution. */
export const foreignInterceptors: readonly (readonly [string, () => NestInterceptor])[] = [
  ['`observeOn(asapScheduler)` after a shared promise', afterSharedPromise],
  ['a shared queue', afterSharedQueue],
];

function afterSharedPromise(): NestInterceptor {
  const join = timerBatch();
  let ready: Promise<void> | undefined;
  const sharedPromise = (): Promise<void> =>
    (ready ??= new Promise((resolve) => {
      join(undefined, undefined, () => {
        ready = undefined;
        resolve();
      });
    }));
  return {
    intercept: (_context, next) =>
      from(sharedPromise()).pipe(
        observeOn(asapScheduler),
        mergeMap(() => next.handle()),
      ),
  };
}

function afterSharedQueue(): NestInterceptor {
  const join = timerBatch();
  return {
    intercept: (_context, next) =>
      new Observable((subscriber) => join(undefined, undefined, () => subscriber.add(next.handle().subscribe(subscriber)))),
  };
}

/** Sends 40 concurrent requests of 10 tenants to `<url>/<path>/<tenant>/<id>`. Returns the responses that are not the name of the request's own tenant. */
export async function foreignResponses(aws: LocalAws, url: string, path: string): Promise<object[]> {
  const sent = Array.from({ length: 40 }, (_, index) => ({ tenant: `tenant-${index % 10}`, id: `note-${index}` }));
  const responses = await Promise.all(
    sent.map(async ({ tenant, id }) => {
      const headers = { authorization: `Bearer ${await aws.issuer.token({ tenant })}` };
      const response = await fetch(`${url}/${path}/${tenant}/${id}`, { headers });
      return { tenant, status: response.status, text: textOf(await response.text()) };
    }),
  );
  return responses.filter(({ tenant, status, text }) => status !== 200 || text !== tenant);
}

/** The body, or the data of the only event. */
function textOf(body: string): string {
  return /^data: (.*)$/m.exec(body)?.[1] ?? body.trimEnd();
}
