import type { LocalAws } from '@tenant-aws/local';
import { expect } from 'vitest';
import { assumesOf } from '../support/notes-aws.ts';
import { works } from './work.ts';

const TENANTS = 50;
const LANES = 100;
const TURNS = 5;

/** The actions that an app has at `/<action>/<tenant>/<id>`, with the number of AWS calls that each makes. */
export type Actions = Readonly<Record<string, number>>;

/** The actions of an app that has `/works/<name>/<tenant>/<id>`. */
export const workActions: Actions = Object.fromEntries(Object.entries(works).map(([name, { calls }]) => [`works/${name}`, calls]));

/**
 * Sends 500 interleaved requests of 50 tenants, each after a request of another tenant. Each response must contain the id of
 * the request's tenant. Each AWS call must be allowed and signed with the only key of that tenant.
 */
export async function expectOwnKeys(aws: LocalAws, url: string, actions: Actions): Promise<void> {
  const tenants = Array.from({ length: TENANTS }, (_, index) => `tenant-${index}`);
  const tokens = new Map(await Promise.all(tenants.map(async (tenant) => [tenant, await aws.issuer.token({ tenant })] as const)));
  const kinds = Object.entries(actions);
  const wrong: object[] = [];
  let expected = 0;

  const send = async (lane: number, turn: number): Promise<void> => {
    const tenant = tenants[(lane + turn * 7) % TENANTS] ?? '';
    const [action, calls] = kinds[(lane * TURNS + turn) % kinds.length] ?? ['', 0];
    expected += calls;
    const headers = { authorization: `Bearer ${tokens.get(tenant)}` };
    const response = await fetch(`${url}/${action}/${tenant}/note-${lane}-${turn}`, { headers });
    const text = await response.text();
    if (response.status !== 200 || text !== tenant) wrong.push({ tenant, action, status: response.status, text });
  };
  await Promise.all(
    Array.from({ length: LANES }, async (_, lane) => {
      for (let turn = 0; turn < TURNS; turn += 1) await send(lane, turn);
    }),
  );

  expect(wrong).toEqual([]);
  expect(wrongCalls(aws)).toEqual([]);
  const calls = aws.calls.filter(({ service }) => service !== 'sts');
  expect(calls).toHaveLength(expected);
  // Every call accesses data of the tenant for which it was made: with another tenant's key it would have been denied.
  expect(new Set(calls.map(({ tenantSession }) => tenantSession))).toEqual(new Set(tenants));
  expect(assumesOf(aws)).toHaveLength(TENANTS);
}

/** The calls that were not allowed, or whose key was used by the sessions of two tenants. */
function wrongCalls(aws: LocalAws): LocalAws['calls'][number][] {
  const tenantOf = new Map<string, string | undefined>();
  return aws.calls.filter(({ service, accessKeyId, tenantSession, decision }) => {
    if (service === 'sts') return decision !== 'allowed';
    if (!tenantOf.has(accessKeyId)) tenantOf.set(accessKeyId, tenantSession);
    return decision !== 'allowed' || tenantOf.get(accessKeyId) !== tenantSession;
  });
}
