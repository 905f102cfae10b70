import { tenantCredentials } from '@tenant-aws/koa';
import { createApp } from '../../examples/koa/app.ts';
import { describeAwsErrors } from './aws-errors.ts';
import { startKoaWithAwsErrors } from './aws-errors-koa.ts';
import { describeContexts } from './contexts.ts';
import { startKoa } from './koa-contexts.ts';
import { describeNotesApi, listening } from './scenarios.ts';

describeNotesApi('Koa 3', (storage) => {
  const tenants = tenantCredentials();
  const handle = createApp(storage, tenants).callback();
  return listening(
    (req, res) => void handle(req, res),
    () => tenants.close(),
  );
});

describeContexts('Koa 3', startKoa);
describeAwsErrors('Koa 3', startKoaWithAwsErrors);
