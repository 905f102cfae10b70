import { clientCertificate, tenantCredentials } from '@tenant-aws/express';
import { createApp } from '../express/app.ts';

const { PORT = '3000', HOST = '127.0.0.1', TRUST_PROXY = '127.0.0.1' } = process.env;
const { TENANT_AWS_VAR_BUCKET: bucket = 'notes', TENANT_AWS_VAR_TABLE: table = 'orders' } = process.env;

// An agent of the tenant acme has a certificate for acme.agents.example.com. NGINX has verified it.
const identity = clientCertificate({
  tenantFrom: { dns: 'agents.example.com' },
  header: 'nginx',
  trustProxy: TRUST_PROXY.split(','),
});
const tenants = tenantCredentials({ identity }); // the rest is configured by the environment
const server = createApp({ bucket, table }, tenants).listen(Number(PORT), HOST, (error) => {
  if (error) throw error;
  const address = server.address();
  console.log(`listening on ${HOST}:${typeof address === 'object' ? address?.port : PORT}`);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => server.close(() => void tenants.close()));
}
