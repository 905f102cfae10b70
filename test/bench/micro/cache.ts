import type { Plan } from '../plan.ts';
import { machine, readOnlyIdentity } from './machine.ts';
import { measureVariants, sequential, type Variant } from './variants.ts';

const { cacheSizes } = JSON.parse(process.argv[3] ?? '{}') as Plan;

const variants: Record<string, Variant> = {};
for (const size of cacheSizes) variants[`${size.toLocaleString('en-US')} tenants`] = await hits(size);
await measureVariants(variants);

/** A hit of a random tenant: each has its identity, as each request of a known token has. */
async function hits(size: number): Promise<Variant> {
  const tvm = machine({ cache: { max: size } });
  const identities = Array.from({ length: size }, (_, index) => readOnlyIdentity(tvm, `tenant-${index}`));
  for (const identity of identities) await tvm.vend(identity);
  let order: number[] = [];
  const prepare = (times: number): void => {
    order = Array.from({ length: times }, () => Math.floor(Math.random() * size));
  };
  return sequential((index) => tvm.vend(identities[order[index]!]!), prepare);
}
