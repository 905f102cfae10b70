import { tenantCredentials } from '@tenant-aws/koa';
import { createApp } from '../../examples/koa/app.ts';
import { describeContexts } from './contexts.ts';
import { startKoa } from './koa-contexts.ts';
import { describeNotesApi, listening } from './scenarios.ts';

describeNotesApi('Koa 3', (storage) => {
  const tenants = tenantCredentials();
  const answer = createApp(storage, tenants).callback();
  return listening(
    (req, res) => void answer(req, res),
    () => tenants.close(),
  );
});

describeContexts('Koa 3', startKoa);
