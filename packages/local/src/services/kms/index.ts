import { deniedMessage } from '../denial.ts';
import type { JsonProtocol } from '../json-protocol.ts';
import { jsonService } from '../json-service.ts';
import { AwsError, type Clock, creationError, type ResourceScope, type Service } from '../service.ts';
import { Keys } from './keys.ts';
import { KMS_OPERATIONS } from './operations.ts';

const KMS_PROTOCOL: JsonProtocol = { version: '1.1', target: 'TrentService', maxBodyBytes: 256 * 1024 };
/** The keys of the services that encrypt with a key of their own if the client names none. */
const AWS_MANAGED = ['alias/aws/s3', 'alias/aws/secretsmanager', 'alias/aws/ssm'];

/** Options of the local KMS's keys. */
export interface KeysOptions extends ResourceScope {
  /** Each is an alias, with or without `alias/`, or the id of a key without an alias. */
  readonly keys: readonly string[];
  /** Source of the keys' creation time. */
  readonly clock: Clock;
}

/**
 * Creates the keys of the start, and those of AWS services.
 *
 * @throws Error that names a key that cannot be created
 */
export function createKeys({ account, region, keys: names, clock }: KeysOptions): Keys {
  const keys = new Keys({ account, region });
  const createdAt = new Date(clock());
  for (const name of AWS_MANAGED) keys.create(name, createdAt);
  for (const name of names) {
    try {
      if (/^(?:alias\/)?aws\//.test(name)) throw new Error('only AWS services create a key whose alias begins with `aws/`');
      keys.create(name, createdAt);
    } catch (error) {
      throw creationError('key', name, error);
    }
  }
  return keys;
}

/** Starts a KMS with these keys. Each key has the default key policy, which leaves the decision to the caller's IAM policies. */
export function kmsService(keys: Keys): Service {
  return jsonService({
    name: 'kms',
    protocol: KMS_PROTOCOL,
    operations: KMS_OPERATIONS,
    context: keys,
    denied: (operation, { action, resource }, caller, denial) => {
      const own = operation.agrees?.() === false && !denial.explicit;
      const reason = own ? ({ policy: 'resource-based', explicit: false } as const) : denial;
      return new AwsError('AccessDeniedException', 400, deniedMessage(caller, action, resource, reason));
    },
  });
}
