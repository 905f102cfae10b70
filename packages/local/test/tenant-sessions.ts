import type { LocalAws, LocalAwsOptions } from '../src/index.ts';
import { assume, type ClientKeys, ROLE_ARN, start } from './start-aws.ts';

export interface Statement {
  readonly Effect?: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** Starts a local AWS whose role has all permissions of one service. Session policies restrict it. */
export function startService(service: string, options: Partial<LocalAwsOptions>): Promise<LocalAws> {
  const policy = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: `${service}:*`, Resource: '*' } } as const;
  return start({ roles: { [ROLE_ARN]: { policy } }, ...options });
}

/** The credentials of a tenant's session with this session policy. */
export function tenantKeys(aws: LocalAws, tenant: string, ...statements: readonly Statement[]): Promise<Required<ClientKeys>> {
  const Statement = statements.map((statement) => ({ Effect: 'Allow', ...statement }));
  return assume(aws, { RoleSessionName: tenant, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) });
}

/** Sends 100 requests concurrently, by turns with each tenant's client. */
export async function sendByTurns<Client>(
  clients: ReadonlyMap<string, Client>,
  send: (client: Client, tenant: string, at: number) => Promise<unknown>,
): Promise<void> {
  const tenants = [...clients];
  const turns = Array.from({ length: 100 / tenants.length }, () => tenants).flat();
  await Promise.all(turns.map(([tenant, client], at) => send(client, tenant, at)));
}

/** The clients of several tenants, by tenant. */
export async function clientsOf<Client>(
  tenants: readonly string[],
  clientOf: (tenant: string) => Promise<Client>,
): Promise<ReadonlyMap<string, Client>> {
  return new Map(await Promise.all(tenants.map(async (tenant) => [tenant, await clientOf(tenant)] as const)));
}
