import { problemDetails, tenantCredentials } from '@tenant-aws/express';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { files } from './files.ts';
import { notes } from './notes.ts';
import { orders } from './orders.ts';

export interface Storage {
  /** The S3 bucket of notes and files. */
  readonly bucket: string;
  /** The DynamoDB table of orders: `customer` (hash), `id` (range). */
  readonly table: string;
}

/** A notes API. One line selects the tenant of a request, and AWS enforces that the request reaches only this tenant's data. */
export function createApp({ bucket, table }: Storage, tenants = tenantCredentials()): Express {
  const app = express();
  app.use(tenants);
  app.use(express.json());
  app.use('/notes', notes(bucket));
  app.use('/files', files(bucket));
  app.use('/orders', orders(table));
  app.use(awsErrors);
  app.use(problemDetails());
  return app;
}

/** Returns the status of an AWS error to the caller. The message of AWS names the role and the key, so it is only logged. */
const awsErrors: ErrorRequestHandler = (error, _req, res, next) => {
  if (!error?.$metadata?.httpStatusCode) return next(error);
  const { name, message, $metadata } = error;
  console.error(JSON.stringify({ aws: name, message, requestId: $metadata.requestId }));
  res.status(statuses.get(name) ?? 502).json({ error: name, requestId: $metadata.requestId });
};

const statuses: ReadonlyMap<string, number> = new Map([
  ['AccessDenied', 403],
  ['AccessDeniedException', 403],
  ['NoSuchKey', 404],
  ['NotFound', 404],
  ['ValidationException', 400],
]);
