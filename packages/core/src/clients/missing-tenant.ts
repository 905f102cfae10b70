import { NoTenantError } from '../errors.ts';
import { exchangeOf } from './current.ts';
import type { TenantAws } from './tenant-aws.ts';

const MEMBERS: Readonly<Record<keyof TenantAws, true>> = {
  tenantId: true,
  identity: true,
  credentials: true,
  client: true,
  scoped: true,
  lasting: true,
  run: true,
};

/** V8's messages for `tenantAws.client` and `const { client } = tenantAws`, where `tenantAws` is undefined. */
const READ = /^Cannot (?:read properties of undefined \(reading|destructure property) '(\w+)'/;

/** A request, and its `tenantAws` as the adapter names it. */
export interface TenantProperty {
  /** Such as `req.tenantAws`. */
  readonly name: string;
  readonly value: TenantAws | undefined;
  /** Node's own request. */
  readonly request: object;
}

/**
 * Explains the TypeError of a handler that used the `tenantAws` of a request without one: returns a {@link NoTenantError} with the
 * TypeError as its cause, and every other error as it is. For authors of adapters.
 *
 * The property itself stays absent: a getter that throws would also throw in loggers and error handlers that read
 * `req.tenantAws?.tenantId` of a refused request, and `'tenantAws' in req` would be true for a request without a tenant.
 */
export function explainMissingTenant(error: unknown, { name, value, request }: TenantProperty): unknown {
  if (value !== undefined || !(error instanceof TypeError)) return error;
  const [, member = ''] = READ.exec(error.message) ?? [];
  if (!Object.hasOwn(MEMBERS, member)) return error;
  const fix =
    exchangeOf(request) === undefined
      ? 'mount `tenantCredentials()` above this route'
      : `the request presented no identity, and \`optional\` admitted it: write \`${name}?.\``;
  return new NoTenantError(`\`${member}\` was read of undefined, and \`${name}\` is undefined: ${fix}`, { cause: error });
}
