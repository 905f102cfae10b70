import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { currentTenantAws, type TenantAws } from '@tenant-aws/core';
import { bucket } from '../support/notes-aws.ts';
import { currentTenantOrCode } from '../support/current-tenant.ts';

/** Pages of a tenant in S3: together larger than what a socket takes at once. */
export const PAGES = 6;
export const PAGE_BYTES = 60_000;

/** A listener that ran: on which event, of whose request, and in whose context. */
export interface Heard {
  readonly event: string;
  readonly own: string;
  readonly context: string;
}

type Handler = (request: IncomingMessage, response: ServerResponse, own: TenantAws, heard: Heard[]) => Promise<void>;

/** What an app answers at each path, with Node's own request and response. `own` is what the framework's request carries. */
export const handlers: Readonly<Record<string, Handler>> = {
  '/stream': streamPages,
  '/own': streamOwnPage,
  '/echo': echo,
  '/listen': listen,
};

/** Streams what the current tenant's folder holds. */
async function streamPages(_request: IncomingMessage, response: ServerResponse): Promise<void> {
  await pipeline(Readable.from(pagesOf(currentTenantAws)), response);
}

/** One page, with the `TenantAws` of the request, whatever the context is. */
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

/** Both directions at once: each chunk that arrives is answered with the current tenant. */
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
async function listen(request: IncomingMessage, response: ServerResponse, own: TenantAws, heard: Heard[]): Promise<void> {
  const hear = (event: string) => () => void heard.push({ event, own: own.tenantId, context: currentTenantOrCode() });
  for (const event of ['end', 'close']) request.on(event, hear(`request ${event}`));
  for (const event of ['drain', 'finish', 'close']) response.on(event, hear(`response ${event}`));
  const read = text(request);
  hear('handler')();
  response.write('.'.repeat(100_000), hear('write callback'));
  await read;
  hear('body read')();
  response.end('.'.repeat(100_000), hear('end callback'));
}
