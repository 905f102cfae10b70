// Measures one kind of memory in its own process: node --expose-gc memory.ts <what> <count>
import { S3Client } from '@aws-sdk/client-s3';
import { bearerToken } from '@tenant-aws/core';
import jwt from 'jsonwebtoken';
import { identityOf } from '../support/identity-of.ts';
import { machine } from './micro/machine.ts';
import { benchToken, type Signer } from './token.ts';

const [what = '', countText = ''] = process.argv.slice(2);
const count = Number(countText);

/** Each fills a cache, and returns it, so that it is in memory when it is measured. */
const fills: Readonly<Record<string, () => Promise<() => Promise<object>>>> = {
  async tenant() {
    const tvm = machine({ cache: { max: count } });
    const identities = Array.from({ length: count }, (_, index) => identityOf(`tenant-${index}`));
    return async () => {
      for (const identity of identities) await tvm.vend(identity);
      return { tvm, identities };
    };
  },
  async token() {
    const [issuer, audience, secret] = ['https://login.example.com', 'tenant-aws', 'a shared secret of at least 32 bytes'];
    const signer: Signer = {
      token: async ({ tenant, claims }) =>
        jwt.sign({ sub: 'ada', 'custom:tenant_id': tenant, ...claims }, secret, { issuer, audience, expiresIn: '1h' }),
    };
    const source = bearerToken({ issuer, audience, secretOrKey: secret, algorithms: ['HS256'], tokenCache: { max: count } });
    return async () => {
      for (let index = 0; index < count; index += 1) {
        const authorization = [`Bearer ${await benchToken(signer, `tenant-${index}`)}`];
        await source({ headersDistinct: { authorization }, remoteAddress: undefined, user: undefined, raw: {} });
      }
      return source;
    };
  },
  async client() {
    const tvm = machine({ clients: { max: count } });
    const tenants = Array.from({ length: count }, (_, index) => tvm.for(identityOf(`tenant-${index}`)));
    for (const tenantAws of tenants) await tenantAws.credentials();
    return async () => tenants.map((tenantAws) => tenantAws.client(S3Client, { region: 'us-east-1' }));
  },
};

const fill = await fills[what]?.();
if (fill === undefined) throw new Error(`There is no memory measurement \`${what}\``);
const before = await bytesInUse();
const kept = await fill();
const after = await bytesInUse();
process.send?.({ bytes: (after - before) / count });
process.disconnect();
process.exitCode = kept ? 0 : 1; // INVARIANT: this use keeps the filled cache until after the measurement

async function bytesInUse(): Promise<number> {
  for (let run = 0; run < 3; run += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve)); // finalizers and weak references
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
