import { jsonService } from '../json-service.ts';
import { type AwsError, type Clock, creationError, type ResourceScope, type Service } from '../service.ts';
import type { ShapeErrors } from '../shape.ts';
import { LogStore } from './log-store.ts';
import { checkGroupName, invalidParameter } from './names.ts';
import { LOGS_OPERATIONS } from './operations.ts';

/** Options of the local CloudWatch Logs. */
export interface LogsOptions extends ResourceScope {
  /** The names of log groups to create. */
  readonly logGroups: readonly string[];
  readonly clock: Clock;
}

/** CloudWatch Logs has its own code for these errors. The messages do not contain the value, which can be a log message. */
const SHAPE_ERRORS: ShapeErrors = {
  missing: (path) => constraintError(`Value null at '${path}' failed to satisfy constraint: Member must not be null`),
  outOfLimits: (path, constraint) => constraintError(`Value at '${path}' failed to satisfy constraint: ${constraint}`),
};

/**
 * Starts a CloudWatch Logs.
 *
 * @throws Error that names a log group that cannot be created
 */
export function logsService({ account, region, logGroups, clock }: LogsOptions): Service {
  const store = new LogStore();
  for (const name of logGroups) {
    try {
      checkGroupName(name);
      store.createGroup(name, clock());
    } catch (error) {
      throw creationError('log group', name, error);
    }
  }
  return jsonService({
    name: 'logs',
    // The size is enough for a batch of 1 MB in which every character is escaped, and for 10,000 small events.
    protocol: { version: '1.1', target: 'Logs_20140328', maxBodyBytes: 8 * 1024 * 1024 },
    operations: LOGS_OPERATIONS,
    context: { scope: { account, region }, store },
    shapeErrors: SHAPE_ERRORS,
  });
}

function constraintError(message: string): AwsError {
  return invalidParameter(`1 validation error detected: ${message}`);
}
