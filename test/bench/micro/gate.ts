import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { bearerToken, httpIdentityRequest, tenantGate } from '@tenant-aws/core';
import { machine } from './machine.ts';
import { keepAliveSockets, POOL, requestsOn } from './requests.ts';
import { audience, issuer, publicKeyPem, tokensOf } from './signer.ts';
import { measureVariants, sequential, sync } from './variants.ts';

const [token = '', ...others] = await tokensOf(Array.from({ length: 1_000 }, (_, index) => `tenant-${index}`));
const known = new Map([[hash('sha256', token, 'base64url'), {}]]);
const identity = bearerToken({ issuer, audience, secretOrKey: publicKeyPem });
const [eager, lazy] = [tenantGate({ identity, tvm: machine() }), tenantGate({ identity, tvm: machine(), eager: false })];
const sockets = await keepAliveSockets(20);

let requests: IncomingMessage[] = [];
const requestsWith = (tokenAt: (index: number) => string) => () => {
  requests = requestsOn(sockets, tokenAt);
};
const enter = (gate: typeof eager) => (index: number) => gate(httpIdentityRequest(requests[index % POOL]!, undefined));

await measureVariants({
  'SHA-256 + Map.get': sync(() => known.get(hash('sha256', token, 'base64url'))),
  tenantGate: sequential(
    enter(eager),
    requestsWith(() => token),
  ),
  'tenantGate, eager: false': sequential(
    enter(lazy),
    requestsWith(() => token),
  ),
  'tenantGate, another token at each request of a socket': sequential(
    enter(eager),
    requestsWith((index) => others[index % others.length]!),
  ),
});
