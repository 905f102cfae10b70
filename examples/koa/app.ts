import { bodyParser } from '@koa/bodyparser';
import { problemDetails, tenantCredentials } from '@tenant-aws/koa';
import Koa, { type Middleware } from 'koa';
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
  app.use(problemDetails());
  app.use(awsErrors);
  app.use(tenants);
  app.use(bodyParser());
  app.use(notes(bucket).routes());
  app.use(files(bucket).routes());
  app.use(orders(table).routes());
  return app;
}

/** Returns the status of an AWS error to the caller. The message of AWS names the role and the key, so it is only logged. */
const awsErrors: Middleware = async (ctx, next) => {
  try {
    await next();
  } catch (error) {
    if (!isAwsError(error)) throw error;
    const { name, message, $metadata } = error;
    console.error(JSON.stringify({ aws: name, message, requestId: $metadata.requestId }));
    ctx.status = statuses.get(name) ?? 502;
    ctx.body = { error: name, requestId: $metadata.requestId };
  }
};

function isAwsError(error: unknown): error is Error & { $metadata: { requestId?: string } } {
  return error instanceof Error && '$metadata' in error;
}

const statuses: ReadonlyMap<string, number> = new Map([
  ['AccessDenied', 403],
  ['AccessDeniedException', 403],
  ['NoSuchKey', 404],
  ['NotFound', 404],
  ['ValidationException', 400],
]);
