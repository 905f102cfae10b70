import { tenantCredentials } from '@tenant-aws/koa';
import { vi } from 'vitest';
import { createApp } from '../../examples/koa/app.ts';
import { describeAwsErrors } from './aws-errors.ts';
import { startKoaWithAwsErrors } from './aws-errors-koa.ts';
import { describeContexts } from './contexts.ts';
import { startKoa } from './koa-contexts.ts';
import { describeNotesApi, listening } from './scenarios.ts';

vi.mock('koa', async () => {
  const { createRequire } = await import('node:module');
  return { default: createRequire(import.meta.url)('koa2') };
});

describeNotesApi('Koa 2', (storage) => {
  const tenants = tenantCredentials();
  const handle = createApp(storage, tenants).callback();
  return listening(
    (req, res) => void handle(req, res),
    () => tenants.close(),
  );
});

describeContexts('Koa 2', startKoa);
describeAwsErrors('Koa 2', startKoaWithAwsErrors);
