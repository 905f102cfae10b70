import { authenticatedUser, bearerToken, httpIdentityRequest, type IdentityRequest, type IdentitySource } from '@tenant-aws/core';
import { keepAliveSockets, POOL, requestOn, requestsOn } from './requests.ts';
import { audience, issuer, publicKeyPem, tokensOf } from './signer.ts';
import { measureVariants, sequential } from './variants.ts';

const [token = ''] = await tokensOf(['acme']);
const sockets = await keepAliveSockets(20);
const options = { issuer, audience, secretOrKey: publicKeyPem };
const one = bearerToken(options);
const several = bearerToken([{ ...options, issuer: 'https://other.example.com' }, options]);
const user = authenticatedUser();

let requests: IdentityRequest[] = [];
const prepare = (userOf: () => unknown) => () => {
  requests = requestsOn(sockets, () => token).map((request) => httpIdentityRequest(request, userOf()));
};
const identify = (source: IdentitySource) => (index: number) => source(requests[index % POOL]!);
const verified = await one(httpIdentityRequest(requestOn(sockets[0]!, token), undefined));

await measureVariants({
  'bearerToken, known token': sequential(
    identify(one),
    prepare(() => undefined),
  ),
  'bearerToken of two issuers, known token': sequential(
    identify(several),
    prepare(() => undefined),
  ),
  'authenticatedUser, user of TenantJwtStrategy': sequential(
    identify(user),
    prepare(() => verified),
  ),
  'authenticatedUser, any user': sequential(
    identify(user),
    prepare(() => ({ id: 7, tenantId: 'acme', email: 'ada@example.com', roles: ['editor'] })),
  ),
});
