import { AsyncLocalStorage } from 'node:async_hooks';
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** The least that isolation must cost: SHA-256 of the token, two LRU look-ups, an async context. It verifies nothing: it is only measured. */
export interface Floor {
  readonly context: AsyncLocalStorage<object>;
  /** The value for the context of a request with this header. */
  readonly enter: (authorization: string | undefined) => object;
}

export function floor(): Floor {
  const identities = new LRUCache<string, { readonly tenantId: string }>({ max: 10_000 });
  const credentials = new LRUCache<string, object>({ max: 10_000 });
  return {
    context: new AsyncLocalStorage(),
    enter(authorization = '') {
      const token = authorization.slice('Bearer '.length);
      const digest = hash('sha256', token, 'base64url');
      let identity = identities.get(digest);
      if (identity === undefined) identities.set(digest, (identity = { tenantId: tenantOf(token) }));
      let current = credentials.get(identity.tenantId);
      if (current === undefined) credentials.set(identity.tenantId, (current = {}));
      return { identity, credentials: current };
    },
  };
}

function tenantOf(token: string): string {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { readonly 'custom:tenant_id': string };
  return claims['custom:tenant_id'];
}
