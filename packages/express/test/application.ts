import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { ErrorRequestHandler, Express, RequestHandler } from 'express';
import request from 'supertest';
import { onTestFinished } from 'vitest';
import { bucket } from '../../../test/support/notes-aws.ts';
import { type TenantCredentialsMiddleware, type TenantCredentialsOptions, tenantCredentials } from '../src/index.ts';

/** The middleware under test. It is closed when the test ends. */
export function createMiddleware(options?: TenantCredentialsOptions): TenantCredentialsMiddleware {
  const middleware = tenantCredentials(options);
  onTestFinished(() => middleware.close());
  return middleware;
}

/** Writes an object into the tenant's folder. */
export const writeNote: RequestHandler = (req, res, next) => {
  req.tenantAws
    .client(S3Client)
    .send(new PutObjectCommand({ Bucket: bucket, Key: `${req.tenantAws.tenantId}/note`, Body: 'anvils' }))
    .then(() => res.json({ tenant: req.tenantAws.tenantId }), next);
};

/** Responds with the message of the error. */
export const sendMessage: ErrorRequestHandler = (error, _req, res, _next) => void res.status(error.status).end(error.message);

/** `GET /`, with this `Authorization` header or without one. */
export async function get(app: Express, authorization?: () => Promise<string>): Promise<request.Response> {
  const sent = request(app).get('/');
  return authorization ? sent.set('authorization', await authorization()) : sent;
}
