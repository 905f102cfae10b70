import { type IncomingMessage, request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { problemDetails, tenantCredentials } from '@tenant-aws/express';
import express from 'express';
import { expect, it } from 'vitest';
import { notesAws } from '../support/local-aws-per-file.ts';
import { listen } from '../support/loopback.ts';

const aws = notesAws();

it('refuses two Authorization headers, even if both have a valid token', async () => {
  let handled = 0;
  const middleware = tenantCredentials();
  const app = express()
    .use(middleware)
    .use((_req, res) => {
      handled += 1;
      res.end('{}');
    })
    .use(problemDetails());
  const { url, close } = await listen(app);
  const header = ['Authorization', `Bearer ${await aws.issuer.token({ tenant: 'acme' })}`];

  expect(await send(url, header)).toEqual({ status: 200 });
  expect(await send(url, [...header, ...header])).toEqual({ status: 401, code: 'token_invalid' });
  expect(handled).toBe(1);
  await close();
  await middleware.close();
});

/** Sends raw headers, because `fetch` and supertest merge two headers of one name. */
async function send(url: string, headers: readonly string[]): Promise<{ status: number | undefined; code?: string }> {
  const sent = httpRequest(url, { headers: [...headers, 'Host', 'localhost'] });
  const response = await new Promise<IncomingMessage>((resolve, reject) => sent.once('response', resolve).once('error', reject).end());
  const { code } = JSON.parse(await text(response)) as { code?: string };
  return { status: response.statusCode, ...(code === undefined ? {} : { code }) };
}
