import { randomInt } from 'node:crypto';
import { AwsError, type ResourceScope } from '../service.ts';
import { addVersion, isSameValue, type NewVersion, type Secret } from './secret.ts';

/** The secret that a SecretId names. The permission is needed for its full ARN, also when a name or a partial ARN names it. */
export interface SecretReference {
  /** Without a secret, as AWS does: the name with six random characters, or the ARN in the request. */
  readonly arn: string;
  readonly secret?: Secret;
}

/** A secret to create. */
export interface NewSecret {
  readonly arn: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly tags: ReadonlyMap<string, string>;
  readonly version: NewVersion | undefined;
}

const NAME = /^[A-Za-z0-9/_+=.@!-]{1,512}$/;
const ARN = /^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@!-]{1,520}$/;
const SUFFIX_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const SUFFIX_LENGTH = 6;

/** The secrets of an account and region. */
export class Secrets {
  readonly #scope: ResourceScope;
  readonly #byName = new Map<string, Secret>();
  readonly #byArn = new Map<string, Secret>();

  constructor(scope: ResourceScope) {
    this.#scope = scope;
  }

  /** The ARN of a secret that is created now: it ends with six random characters. */
  newArn(name: string): string {
    const suffix = Array.from({ length: SUFFIX_LENGTH }, () => SUFFIX_CHARACTERS[randomInt(SUFFIX_CHARACTERS.length)]).join('');
    return `${this.#prefix}${name}-${suffix}`;
  }

  /**
   * Finds a secret by its name, its ARN, or its ARN without the six random characters.
   *
   * @throws {@link AwsError} 400 for any other text
   */
  find(secretId: string, now: Date): SecretReference {
    if (NAME.test(secretId)) return this.#reference(this.#byName.get(secretId), this.newArn(secretId), now);
    if (!ARN.test(secretId)) throw invalidName();
    const name = secretId.startsWith(this.#prefix) ? secretId.slice(this.#prefix.length) : '';
    return this.#reference(this.#byArn.get(secretId) ?? this.#byName.get(name), secretId, now);
  }

  /**
   * Creates a secret. The same request a second time returns the secret of the first.
   *
   * @throws {@link AwsError} 400 if the name is in use
   */
  create({ arn, name, description, tags, version }: NewSecret, now: Date): Secret {
    const { secret: same } = this.find(name, now);
    if (same?.deletionDate !== undefined) {
      throw invalidRequest("You can't create this secret because a secret with this name is already scheduled for deletion.");
    }
    if (same !== undefined) {
      const sent = version && same.versions.get(version.id);
      if (sent && isSameValue(sent.value, version.value)) return same;
      throw new AwsError('ResourceExistsException', 400, `The operation failed because the secret ${name} already exists.`);
    }
    const secret: Secret = { arn, name, description, tags: new Map(tags), versions: new Map(), createdAt: now, changedAt: now };
    if (version) addVersion(secret, version, now);
    this.#byName.set(name, secret);
    this.#byArn.set(arn, secret);
    return secret;
  }

  remove(secret: Secret): void {
    // Another secret can have this name by now.
    if (this.#byName.get(secret.name) === secret) this.#byName.delete(secret.name);
    this.#byArn.delete(secret.arn);
  }

  /**
   * The secret of a reference that was found earlier.
   *
   * @throws {@link AwsError} 400 if the secret does not exist, or was deleted
   */
  existing({ secret }: SecretReference): Secret {
    if (secret !== undefined && this.#byArn.get(secret.arn) === secret) return secret;
    throw new AwsError('ResourceNotFoundException', 400, "Secrets Manager can't find the specified secret.");
  }

  /** All secrets, by name. */
  all(now: Date): Secret[] {
    const found = [...this.#byName.keys()].toSorted().map((name) => this.find(name, now).secret);
    return found.filter((secret) => secret !== undefined);
  }

  get #prefix(): string {
    const { region, account } = this.#scope;
    return `arn:aws:secretsmanager:${region}:${account}:secret:`;
  }

  #reference(secret: Secret | undefined, missingArn: string, now: Date): SecretReference {
    if (secret?.deletionDate !== undefined && secret.deletionDate <= now) {
      this.remove(secret);
      return { arn: missingArn };
    }
    return secret === undefined ? { arn: missingArn } : { arn: secret.arn, secret };
  }
}

/** @throws {@link AwsError} 400 */
export function checkSecretName(name: string): void {
  if (!NAME.test(name)) throw invalidName();
}

export function invalidRequest(message: string): AwsError {
  return new AwsError('InvalidRequestException', 400, message);
}

function invalidName(): AwsError {
  return new AwsError(
    'ValidationException',
    400,
    'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
  );
}
