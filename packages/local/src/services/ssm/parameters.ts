import { AwsError, type ResourceScope } from '../service.ts';
import { parameterArn, type ParameterName } from './parameter-name.ts';

/** The type of a parameter. */
export type ParameterType = 'String' | 'StringList' | 'SecureString';
export type ParameterTier = 'Standard' | 'Advanced';

/** One value of a parameter. */
export interface ParameterVersion {
  readonly version: number;
  readonly type: ParameterType;
  readonly tier: ParameterTier;
  /** For a SecureString, the ciphertext in base64. */
  readonly value: string;
  /** The ARN of the key that encrypted a SecureString. */
  readonly keyArn?: string;
  readonly modifiedAt: Date;
}

/** A parameter with its versions, oldest first. */
export interface Parameter {
  readonly name: string;
  readonly arn: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly versions: readonly [ParameterVersion, ...ParameterVersion[]];
}

/** A version to add. */
export type NewParameterVersion = Omit<ParameterVersion, 'version'>;

const MAX_VERSIONS = 100;

/** The parameters of an account and region. A change replaces a parameter, so that a parameter that was found is never changed. */
export class Parameters {
  readonly scope: ResourceScope;
  readonly #byName = new Map<string, Parameter>();

  constructor(scope: ResourceScope) {
    this.scope = scope;
  }

  /** For an ARN, the name without its first slash is the second choice. */
  find({ name, isArn }: Pick<ParameterName, 'name' | 'isArn'>): Parameter | undefined {
    return this.#byName.get(name) ?? (isArn ? this.#byName.get(name.slice(1)) : undefined);
  }

  /** Adds a version, and creates the parameter if it does not exist. */
  put(name: string, added: NewParameterVersion, tags: ReadonlyMap<string, string>): ParameterVersion {
    const same = this.#byName.get(name);
    const version: ParameterVersion = { ...added, version: (same?.versions.at(-1)?.version ?? 0) + 1 };
    const [first, ...rest] = [...(same?.versions ?? []), version].slice(-MAX_VERSIONS);
    const arn = parameterArn(this.scope, name);
    this.#byName.set(name, { name, arn, tags: same?.tags ?? tags, versions: [first ?? version, ...rest] });
    return version;
  }

  /** @returns whether there was such a parameter */
  delete(name: string): boolean {
    return this.#byName.delete(name);
  }

  /** The parameters below a path, by name. Without `recursive`, only those of the next level. */
  below(path: string, { recursive }: { readonly recursive: boolean }): Parameter[] {
    const prefix = path.endsWith('/') ? path : `${path}/`;
    const isBelow = (name: string): boolean => {
      const full = name.startsWith('/') ? name : `/${name}`;
      return full.startsWith(prefix) && (recursive || !full.slice(prefix.length).includes('/'));
    };
    return [...this.#byName.values()].filter(({ name }) => isBelow(name)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }
}

/**
 * The version that a selector names; without a selector, the latest one.
 *
 * @throws {@link AwsError} 400 if there is no such version
 */
export function versionOf({ versions }: Parameter, selector: string | undefined): ParameterVersion {
  const version = selector === undefined ? versions.at(-1) : versions.find((each) => String(each.version) === selector);
  if (version !== undefined) return version;
  throw new AwsError('ParameterVersionNotFound', 400, 'Systems Manager could not find this version of the parameter.');
}
