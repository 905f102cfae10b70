import type { TenantIdentity } from '@tenant-aws/core';
import jwt from 'jsonwebtoken';
import { identityOf } from '../../support/identity-of.ts';
import { machine, readOnlyIdentity } from './machine.ts';
import { tokensOf } from './signer.ts';
import { measureVariants, sequential } from './variants.ts';

const [token = ''] = await tokensOf(['acme']);
const claims = jwt.decode(token) as Record<string, unknown>;
const [tvm, coldTvm] = [machine(), machine()];
const known = readOnlyIdentity(tvm, 'acme', claims);

let identities: TenantIdentity[] = [];
let tenants = 0;
const prepare = (identityAt: () => TenantIdentity) => (times: number) => {
  identities = Array.from({ length: times }, identityAt);
};
const vend = (index: number) => tvm.vend(identities[index]!);

await measureVariants({
  'known identity': sequential(() => tvm.vend(known)),
  'new identity object': sequential(
    vend,
    prepare(() => identityOf('acme', structuredClone(claims))),
  ),
  'new identity object, read-only': sequential(
    vend,
    prepare(() => readOnlyIdentity(tvm, 'acme', claims)),
  ),
  'new identity object, no claims': sequential(
    vend,
    prepare(() => identityOf('acme')),
  ),
  'new tenant, STS without HTTP': sequential(
    (index) => coldTvm.vend(identities[index]!),
    prepare(() => identityOf(`tenant-${(tenants += 1)}`)),
  ),
});
