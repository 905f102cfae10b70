import { createSecretKey, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import { AwsError, type ResourceScope } from '../service.ts';
import { decrypt, encrypt } from './ciphertext.ts';
import type { EncryptionContext } from './encryption-context.ts';

/** A symmetric key. */
export interface Key {
  /** A UUID. */
  readonly id: string;
  readonly arn: string;
  /** `alias/tenants` */
  readonly aliases: readonly string[];
  /** AWS services create the keys `alias/aws/…`, and only they may encrypt with them. */
  readonly manager: 'AWS' | 'CUSTOMER';
  readonly createdAt: Date;
  enabled: boolean;
}

/** The key that a KeyId names. The permission is needed for its ARN, also when there is no such key. */
export interface KeyReference {
  readonly arn: string;
  readonly key?: Key;
  /** `alias/tenants`, if the KeyId is an alias or the ARN of an alias. */
  readonly alias?: string;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ALIAS = /^alias\/[A-Za-z0-9/_-]{1,250}$/;
const ARN = /^arn:aws:kms:[a-z0-9-]*:[0-9]*:(?:key\/(?<id>[^/]+)|(?<alias>alias\/.+))$/;
const AWS_ALIAS = 'alias/aws/';

/** The keys of an account and region. */
export class Keys {
  readonly scope: ResourceScope;
  readonly #byId = new Map<string, Key>();
  readonly #byAlias = new Map<string, Key>();
  readonly #materials = new WeakMap<Key, KeyObject>();

  constructor(scope: ResourceScope) {
    this.scope = scope;
  }

  /**
   * Creates a key.
   *
   * @param name an alias, with or without `alias/`; or the id of a key without an alias, a UUID
   * @throws Error if the name is invalid or in use
   */
  create(name: string, createdAt: Date): Key {
    const isId = UUID.test(name);
    const alias = name.startsWith('alias/') ? name : `alias/${name}`;
    if (!isId && !ALIAS.test(alias)) {
      throw new Error(
        'the name must be an alias, such as `alias/tenants`, with letters, digits, `/`, `_` or `-`; or the id of a key, a UUID',
      );
    }
    if (this.#byId.has(name) || this.#byAlias.has(alias)) throw new Error('there is a key with this name');
    const id = isId ? name : randomUUID();
    const { account, region } = this.scope;
    const key: Key = {
      id,
      arn: `arn:aws:kms:${region}:${account}:key/${id}`,
      aliases: isId ? [] : [alias],
      manager: !isId && alias.startsWith(AWS_ALIAS) ? 'AWS' : 'CUSTOMER',
      createdAt,
      enabled: true,
    };
    this.#byId.set(id, key);
    if (!isId) this.#byAlias.set(alias, key);
    this.#materials.set(key, createSecretKey(randomBytes(32)));
    return key;
  }

  /**
   * Finds a key by its id, its ARN, an alias or the ARN of an alias.
   *
   * @throws {@link AwsError} 400 for any other text
   */
  find(keyId: string): KeyReference {
    const { region, account } = this.scope;
    const arn = ARN.exec(keyId);
    const id = arn?.groups?.['id'] ?? keyId;
    const alias = arn?.groups?.['alias'] ?? keyId;
    const prefix = `arn:aws:kms:${region}:${account}:`;
    const isOwn = arn === null || keyId.startsWith(prefix);
    if (UUID.test(id)) return { arn: arn === null ? `${prefix}key/${id}` : keyId, ...keyIn(isOwn ? this.#byId.get(id) : undefined) };
    if (!ALIAS.test(alias)) throw new AwsError('NotFoundException', 400, 'KeyId is not the id, the ARN or the alias of a key');
    const key = isOwn ? this.#byAlias.get(alias) : undefined;
    return { arn: key?.arn ?? (arn === null ? `${prefix}${alias}` : keyId), alias, ...keyIn(key) };
  }

  /** @throws {@link AwsError} 400 if the key is disabled */
  encrypt(key: Key, plaintext: Uint8Array, context: EncryptionContext): Buffer {
    return encrypt(key.id, this.#materialOf(key), plaintext, context);
  }

  /** @throws {@link AwsError} 400 if the key is disabled, or the ciphertext, its key or the encryption context is another one */
  decrypt(key: Key, ciphertext: Buffer, context: EncryptionContext): Buffer {
    const plaintext = decrypt(this.#materialOf(key), ciphertext, context);
    if (plaintext === undefined) throw invalidCiphertext();
    return plaintext;
  }

  #materialOf(key: Key): KeyObject {
    const material = this.#materials.get(key);
    if (material === undefined || !key.enabled) throw new AwsError('DisabledException', 400, `${key.arn} is disabled.`);
    return material;
  }
}

function keyIn(key: Key | undefined): { readonly key?: Key } {
  return key === undefined ? {} : { key };
}

/** AWS gives no reason. */
export function invalidCiphertext(): AwsError {
  return new AwsError('InvalidCiphertextException', 400, '');
}

/** @throws {@link AwsError} 400 if there is no such key */
export function existing({ arn, key }: KeyReference): Key {
  if (key !== undefined) return key;
  throw new AwsError('NotFoundException', 400, arn.includes(':alias/') ? `Alias ${arn} is not found.` : `Key '${arn}' does not exist`);
}
