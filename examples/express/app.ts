import { problemDetails, tenantCredentials } from '@tenant-aws/express';
import express, { type Express } from 'express';
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
  app.use(problemDetails({ awsErrors: true })); // a denied call is a 403 without the text of AWS
  return app;
}
