import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { currentTenantAws, type TenantAws } from '@tenant-aws/core';
import { bucket } from '../support/notes-aws.ts';
import { currentTenantOrCode } from '../support/current-tenant.ts';

/** Pages of a tenant in S3, together larger than the buffer of a socket. */
export const PAGES = 6;
export const PAGE_BYTES = 60_000;

/** A listener that ran: the event, the tenant of the request, and the tenant of the context. */
export interface ObservedEvent {
  readonly event: string;
  readonly own: string;
  readonly context: string;
}

type Handler = (request: IncomingMessage, response: ServerResponse, own: TenantAws, observed: ObservedEvent[]) => Promise<void>;

/** An app's handler for each path, with Node's own request and response. `own` is the `TenantAws` of the framework's request. */
export const handlers: Readonly<Record<string, Handler>> = {
  '/stream': streamPages,
  '/own': streamOwnPage,
  '/echo': echo,
  '/listen': listen,
};

/** Streams the objects in the current tenant's folder. */
async function streamPages(_request: IncomingMessage, response: ServerResponse): Promise<void> {
  await pipeline(Readable.from(pagesOf(currentTenantAws)), response);
}

/** Streams one page with the `TenantAws` of the request, which does not depend on the context. */
async function streamOwnPage(_request: IncomingMessage, response: ServerResponse, own: TenantAws): Promise<void> {
  await pipeline(Readable.from(pagesOf(() => own, 1)), response);
}

async function* pagesOf(tenantAws: () => TenantAws, pages = PAGES): AsyncGenerator<string> {
  for (let page = 0; page < pages; page += 1) {
    const tenant = tenantAws();
    const { Body } = await tenant.client(S3Client).send(new GetObjectCommand({ Bucket: bucket, Key: `${tenant.tenantId}/page-${page}` }));
    yield (await Body?.transformToString()) ?? '';
  }
}

/** Streams in both directions: responds to each chunk with the current tenant. */
async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  await pipeline(
    request,
    async function* (chunks) {
      for await (const _ of chunks) yield `${currentTenantOrCode()}\n`.repeat(2_000);
    },
    response,
  );
}

/** Bare listeners of every event, and the callbacks of writes. */
async function listen(request: IncomingMessage, response: ServerResponse, own: TenantAws, observed: ObservedEvent[]): Promise<void> {
  const observe = (event: string) => () => void observed.push({ event, own: own.tenantId, context: currentTenantOrCode() });
  for (const event of ['end', 'close']) request.on(event, observe(`request ${event}`));
  for (const event of ['drain', 'finish', 'close']) response.on(event, observe(`response ${event}`));
  const read = text(request);
  observe('handler')();
  response.write('.'.repeat(100_000), observe('write callback'));
  await read;
  observe('body read')();
  response.end('.'.repeat(100_000), observe('end callback'));
}
