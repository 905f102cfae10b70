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
// As of a source that makes an identity for each request, from claims that it has verified and frozen before.
const readOnly = (): TenantIdentity => Object.freeze({ ...known });

let identities: TenantIdentity[] = [];
let tenants = 0;
const prepare = (identityAt: () => TenantIdentity) => (times: number) => {
  identities = Array.from({ length: times }, identityAt);
};
const vend = (index: number) => tvm.vend(identities[index]!);

await measureVariants({
  'known identity': sequential(() => tvm.vend(known)),
  'new identity object, to copy': sequential(
    vend,
    prepare(() => identityOf('acme', structuredClone(claims))),
  ),
  'new identity object, read-only': sequential(() => tvm.vend(readOnly())),
  'new identity object, no claims': sequential(() => tvm.vend(identityOf('acme'))),
  'new tenant, STS without HTTP': sequential(
    (index) => coldTvm.vend(identities[index]!),
    prepare(() => identityOf(`tenant-${(tenants += 1)}`)),
  ),
});
