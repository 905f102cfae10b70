import { randomUUID } from 'node:crypto';
import { deniedMessage } from '../denial.ts';
import type { JsonProtocol } from '../json-protocol.ts';
import { jsonService } from '../json-service.ts';
import { AwsError, type Clock, creationError, type ResourceScope, type Service } from '../service.ts';
import { SECRETS_MANAGER_OPERATIONS } from './operations.ts';
import { checkSecretName, Secrets } from './secrets.ts';

/** The value of a secret to create at the start: a text, or an object that is stored as JSON. */
export type SecretDefinition = string | object;

/** Options of the local Secrets Manager. */
export interface SecretsManagerOptions extends ResourceScope {
  /** The secrets to create at the start, by name. */
  readonly secrets: Readonly<Record<string, SecretDefinition>>;
  /** Source of those secrets' creation time. */
  readonly clock: Clock;
}

/** The size is enough for a secret of 64 KB in which every character is escaped. */
const PROTOCOL: JsonProtocol = { version: '1.1', target: 'secretsmanager', maxBodyBytes: 1024 * 1024 };

/**
 * Starts a Secrets Manager in memory.
 *
 * @throws Error that names a secret that cannot be created
 */
export function secretsManagerService({ account, region, secrets: definitions, clock }: SecretsManagerOptions): Service {
  const secrets = new Secrets({ account, region });
  const now = new Date(clock());
  for (const [name, definition] of Object.entries(definitions)) {
    try {
      checkSecretName(name);
      const value = { SecretString: textOfDefinition(definition) };
      const version = { id: randomUUID(), value, stages: ['AWSCURRENT'] };
      secrets.create({ arn: secrets.newArn(name), name, description: undefined, tags: new Map(), version }, now);
    } catch (error) {
      throw creationError('secret', name, error);
    }
  }
  return jsonService({
    name: 'secretsmanager',
    protocol: PROTOCOL,
    operations: SECRETS_MANAGER_OPERATIONS,
    context: secrets,
    denied: (_operation, { action, resource, context }, caller, denial) => {
      // As on AWS, the message has the secret as the request names it: the random characters would tell whether the secret exists.
      const requested = context['secretsmanager:SecretId'] ?? context['secretsmanager:Name'];
      const message = deniedMessage(caller, action, typeof requested === 'string' ? requested : resource, denial);
      return new AwsError('AccessDeniedException', 400, message);
    },
  });
}

function textOfDefinition(definition: unknown): string {
  const text = typeof definition === 'object' && definition !== null ? JSON.stringify(definition) : definition;
  if (typeof text === 'string' && text !== '') return text;
  throw new TypeError('its value must be a string with at least one character, or an object that is stored as JSON');
}
