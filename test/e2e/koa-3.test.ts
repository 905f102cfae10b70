import { tenantCredentials } from '@tenant-aws/koa';
import { createApp } from '../../examples/koa/app.ts';
import { describeNotesApi, listening } from './scenarios.ts';

describeNotesApi('Koa 3', (storage) => {
  const tenants = tenantCredentials();
  return listening(createApp(storage, tenants).callback(), () => tenants.close());
});
