import { createPublicKey, createSecretKey, KeyObject } from 'node:crypto';
import type { Faults } from '@tenant-aws/policy';
import { type Algorithm, familyOf, keyFault } from './algorithm.ts';
import { isKeyMaterial } from './key-material.ts';

/** The key in `secretOrKey`, checked for every accepted algorithm. A key that does not fit is a fault. */
export function readStaticKey(given: unknown, algorithms: readonly Algorithm[], name: string, faults: Faults): KeyObject | undefined {
  const key = toKeyObject(given, algorithms.some((algorithm) => familyOf(algorithm) === 'HS') ? 'secret' : 'public');
  const fault = typeof key === 'string' ? key : secretFault(key);
  if (typeof key === 'string' || fault !== undefined) {
    faults.option(name, `${fault}`);
    return undefined;
  }
  for (const algorithm of algorithms) {
    const reason = keyFault(key, algorithm);
    if (reason !== undefined) faults.option(name, `does not fit \`algorithms\`: ${algorithm} ${reason}`);
  }
  return key;
}

function toKeyObject(given: unknown, kind: 'secret' | 'public'): KeyObject | string {
  if (given instanceof KeyObject) return given;
  if (typeof given !== 'string' && !Buffer.isBuffer(given)) return 'must be a string, a Buffer or a KeyObject';
  if (kind === 'secret') return createSecretKey(typeof given === 'string' ? Buffer.from(given) : given);
  if (given.includes('PRIVATE KEY-----')) return 'is a private key: give the public key, which verifies signatures';
  try {
    return createPublicKey(given);
  } catch {
    return 'is not a public key in PEM'; // without the cause, which may quote the key
  }
}

function secretFault(key: KeyObject): string | undefined {
  if (key.type !== 'secret' || !isKeyMaterial(key.export())) return undefined;
  return 'is a key or a certificate (PEM, DER or JWK), not a shared secret';
}
