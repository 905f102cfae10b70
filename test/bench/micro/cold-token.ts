import { verify } from 'node:crypto';
import { bearerToken, httpIdentityRequest } from '@tenant-aws/core';
import jwt from 'jsonwebtoken';
import { keepAliveSockets, POOL, requestsOn } from './requests.ts';
import { audience, issuer, publicKey, publicKeyPem, tokensOf } from './signer.ts';
import { measureVariants, sequential, sync } from './variants.ts';

// 101 tokens on 20 sockets: no socket has the same token twice in turn, and no cache has a token.
const tokens = await tokensOf(Array.from({ length: 101 }, (_, index) => `tenant-${index}`));
const sockets = await keepAliveSockets(20);
const cold = bearerToken({ issuer, audience, secretOrKey: publicKeyPem, tokenCache: { max: 0 } });
const signed = tokens.map((token) => {
  const end = token.lastIndexOf('.');
  return { input: Buffer.from(token.slice(0, end)), signature: Buffer.from(token.slice(end + 1), 'base64url') };
});
const options = { algorithms: ['RS256' as const], issuer, audience };

const requests = requestsOn(sockets, (index) => tokens[index % tokens.length]!).map((request) => httpIdentityRequest(request, undefined));

await measureVariants({
  'crypto.verify': sync((index) => {
    const { input, signature } = signed[index % signed.length]!;
    return verify('RSA-SHA256', input, publicKey, signature);
  }),
  'jsonwebtoken.verify': sync((index) => jwt.verify(tokens[index % tokens.length]!, publicKey, options)),
  bearerToken: sequential((index) => cold(requests[index % POOL]!)),
});
