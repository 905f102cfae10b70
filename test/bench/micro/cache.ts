import { LRUCache } from 'lru-cache';
import type { Plan } from '../plan.ts';
import { machine, readOnlyIdentity } from './machine.ts';
import { measureVariants, sequential, type Variant } from './variants.ts';

const { cacheSizes } = JSON.parse(process.argv[3] ?? '{}') as Plan;

const variants: Record<string, Variant> = {};
for (const size of cacheSizes) {
  variants[`${nameOf(size)}, lru-cache alone`] = lookUps(size);
  variants[nameOf(size)] = await hits(size);
}
await measureVariants(variants);

function nameOf(size: number): string {
  return `${size.toLocaleString('en-US')} tenants`;
}

/** A hit of a random tenant: each has its identity, as each request of a known token has. */
async function hits(size: number): Promise<Variant> {
  const tvm = machine({ cache: { max: size } });
  const identities = Array.from({ length: size }, (_, index) => readOnlyIdentity(tvm, `tenant-${index}`));
  for (const identity of identities) await tvm.vend(identity);
  for (const identity of identities) await tvm.vend(identity); // the first use after a cache was filled updates its order
  return hitsOf(size, (index) => tvm.vend(identities[index]!));
}

/** A look-up of a random key in lru-cache alone: what the memory of the machine costs. */
function lookUps(size: number): Variant {
  const cache = new LRUCache<string, object>({ max: size });
  const keys = Array.from({ length: size }, (_, index) => `tenant-${index}`);
  for (const key of keys) cache.set(key, {});
  return hitsOf(size, (index) => cache.get(keys[index]!));
}

function hitsOf(size: number, hit: (index: number) => unknown): Variant {
  let order: number[] = [];
  const prepare = (times: number): void => {
    order = Array.from({ length: times }, () => Math.floor(Math.random() * size));
  };
  return sequential((index) => hit(order[index]!), prepare);
}
