import { tenantCredentials } from '@tenant-aws/express';
import { vi } from 'vitest';
import { createApp } from '../../examples/express/app.ts';
import { describeAwsErrors } from './aws-errors.ts';
import { startExpressWithAwsErrors } from './aws-errors-express.ts';
import { describeContexts } from './contexts.ts';
import { startExpress } from './express-contexts.ts';
import { describeNotesApi, listening } from './scenarios.ts';

vi.mock('express', () => import('./express-4.ts'));

describeNotesApi('Express 4', (storage) => {
  const tenants = tenantCredentials();
  return listening(createApp(storage, tenants), () => tenants.close());
});

describeContexts('Express 4', startExpress);
describeAwsErrors('Express 4', startExpressWithAwsErrors);
