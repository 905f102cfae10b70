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

/** A notes API, as any team would write it. Whose data a request may touch is decided in one line, and enforced by AWS. */
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

/** What AWS refuses, the caller is refused. AWS's own words name the role and the key: they go to the log. */
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
