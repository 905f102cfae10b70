import { bodyParser } from '@koa/bodyparser';
import { problemDetails, tenantCredentials } from '@tenant-aws/koa';
import Koa from 'koa';
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
export function createApp({ bucket, table }: Storage, tenants = tenantCredentials()): Koa {
  const app = new Koa();
  app.use(problemDetails({ awsErrors: true })); // a denied call is a 403 without the text of AWS
  app.use(tenants);
  app.use(bodyParser());
  app.use(notes(bucket).routes());
  app.use(files(bucket).routes());
  app.use(orders(table).routes());
  return app;
}
