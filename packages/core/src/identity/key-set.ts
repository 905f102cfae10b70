import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { isObject } from '@tenant-aws/policy/json';
import { type Algorithm, keyFault } from './algorithm.ts';

const MAX_KEYS = 100;
/** The members of a private or shared key (RFC 7518, 6.2.2, 6.3.2 and 6.4.1). Anyone can sign with a key that was published with one of them. */
const PRIVATE_MEMBERS: readonly string[] = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** One public key of a set, and the algorithms that it may verify. */
interface SigningKey {
  readonly id: string | undefined;
  readonly key: KeyObject;
  readonly algorithms: readonly string[];
}

/** The key, or why no key was found: no key has this id, no key fits the algorithm, or several keys do. */
export type KeyMatch = KeyObject | 'unknown' | 'unfit' | 'several';

/** The keys of one JWKS document (RFC 7517) that fit an issuer's algorithms. All other entries are ignored. */
export class KeySet {
  readonly size: number;
  private readonly byId: ReadonlyMap<string | undefined, readonly SigningKey[]>;
  private readonly all: readonly SigningKey[];

  private constructor(keys: readonly SigningKey[]) {
    this.size = keys.length;
    this.all = keys;
    this.byId = new Map(keys.map(({ id }) => [id, keys.filter((other) => other.id === id)]));
  }

  /** @throws Error the document is not a key set, or has more than 100 keys */
  static parse(document: unknown, algorithms: readonly Algorithm[]): KeySet {
    const entries = isObject(document) ? document['keys'] : undefined;
    if (!Array.isArray(entries)) throw new Error('the document is not a key set');
    if (entries.length > MAX_KEYS) throw new Error(`the key set has more than ${MAX_KEYS} keys`);
    return new KeySet(entries.flatMap((entry: unknown) => readKey(entry, algorithms) ?? []));
  }

  /** For a token without a key id, exactly one key of the whole set must fit. */
  find(keyId: string | undefined, algorithm: string): KeyMatch {
    const named = keyId === undefined ? this.all : this.byId.get(keyId);
    if (named === undefined) return 'unknown';
    const [match, ...others] = named.filter((candidate) => candidate.algorithms.includes(algorithm));
    if (match === undefined) return 'unfit';
    // A set may list one key twice. Two different keys with one id are ambiguous.
    return others.every(({ key }) => key.equals(match.key)) ? match.key : 'several';
  }
}

function readKey(entry: unknown, algorithms: readonly Algorithm[]): SigningKey | undefined {
  if (!isObject(entry)) return undefined;
  const { kid, use, alg, key_ops: operations } = entry;
  if (kid !== undefined && typeof kid !== 'string') return undefined;
  if (use !== undefined && use !== 'sig') return undefined;
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) return undefined;
  if (PRIVATE_MEMBERS.some((member) => Object.hasOwn(entry, member))) return undefined;
  const key = publicKeyOf(entry);
  if (key === undefined) return undefined;
  const fitting = algorithms.filter((algorithm) => (alg === undefined || alg === algorithm) && keyFault(key, algorithm) === undefined);
  return fitting.length === 0 ? undefined : { id: kid, key, algorithms: fitting };
}

function publicKeyOf(jwk: JsonWebKey): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return undefined; // an unknown type or an invalid key: the other keys of the set remain usable
  }
}
