import { tenantCredentials } from '@tenant-aws/express';
import { createApp } from '../../examples/express/app.ts';
import { describeAwsErrors } from './aws-errors.ts';
import { startExpressWithAwsErrors } from './aws-errors-express.ts';
import { describeContexts } from './contexts.ts';
import { startExpress } from './express-contexts.ts';
import { describeNotesApi, listening } from './scenarios.ts';

describeNotesApi('Express 5', (storage) => {
  const tenants = tenantCredentials();
  return listening(createApp(storage, tenants), () => tenants.close());
});

describeContexts('Express 5', startExpress);
describeAwsErrors('Express 5', startExpressWithAwsErrors);
