import { tenantCredentials } from '@tenant-aws/koa';
import { createApp } from './app.ts';

// The same variables fill the permission templates: the app and its permissions cannot drift apart.
const { PORT = '3000', TENANT_AWS_VAR_BUCKET: bucket = 'notes', TENANT_AWS_VAR_TABLE: table = 'orders' } = process.env;

try {
  const tenants = tenantCredentials(); // everything else from the environment, too: see README.md
  await tenants.ready(); // base credentials, the issuer's keys: better a failed start than a failed first request
  const server = createApp({ bucket, table }, tenants).listen(Number(PORT), () => {
    const address = server.address();
    console.log(`listening on http://localhost:${typeof address === 'object' ? address?.port : PORT}`);
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => server.close(() => void tenants.close()));
  }
} catch (error) {
  console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);
  process.exitCode = 1;
}
