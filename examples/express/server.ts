import { tenantCredentials } from '@tenant-aws/express';
import { createApp } from './app.ts';

// The permission templates use the same variables, so the app and its permissions always name the same bucket and table.
const { PORT = '3000', TENANT_AWS_VAR_BUCKET: bucket = 'notes', TENANT_AWS_VAR_TABLE: table = 'orders' } = process.env;

try {
  const tenants = tenantCredentials(); // configured by the environment: see README.md
  await tenants.ready(); // checks base credentials and the issuer's keys: an error stops the start instead of the first request
  const server = createApp({ bucket, table }, tenants).listen(Number(PORT), (error) => {
    if (error) throw error;
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
