import type { RequestListener } from 'node:http';
import { hostileTenantIds, hostileTokens } from '@tenant-aws/core/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { notesAws } from '../support/local-aws-per-file.ts';
import { StepRunner } from '../demo/step-runner.ts';
import { sections } from '../demo/steps.ts';
import { listen } from '../support/loopback.ts';
import { bucket, table } from '../support/notes-aws.ts';
import { type OwnIssuer, startOwnIssuer } from '../support/own-issuer.ts';

/** The notes API of `examples/` on one framework, configured by the environment. It listens on a free port. */
export interface NotesApi {
  readonly url: string;
  close(): Promise<void>;
}

export type StartNotesApi = (storage: { readonly bucket: string; readonly table: string }) => Promise<NotesApi>;

const LONGEST_TOKEN = 8_192;
/** One hostile token for each step of verification. `test/security/hostile-tokens.test.ts` sends the whole table. */
const REFUSED_TOKENS = [
  'no parts at all',
  'unsigned',
  'another issuer',
  "a stranger's key under its own key id",
  "a stranger's key under the issuer's key id",
  'expired',
];
const TENANTS = 10;
const REQUESTS = 50;

/** Checks the notes API of a framework. The checks are the same for every framework, so that a difference between them fails. */
export function describeNotesApi(framework: string, start: StartNotesApi): void {
  describe(`the notes API on ${framework}`, () => {
    const aws = notesAws();
    beforeAll(() => {
      const error = vi.spyOn(console, 'error').mockReturnValue(); // the app logs the errors of AWS
      return () => error.mockRestore();
    });

    describe('with valid tokens', () => {
      let api: NotesApi;
      let runner: StepRunner;
      beforeAll(async () => {
        api = await start({ bucket, table });
        runner = new StepRunner(aws, api);
      });
      afterAll(() => api.close());

      const get = async (path: string, tenant: string) => {
        const response = await fetch(api.url + path, { headers: { authorization: `Bearer ${await aws.issuer.token({ tenant })}` } });
        return { status: response.status, body: (await response.json()) as Record<string, unknown> };
      };

      describe.each(sections)('$title', ({ steps }) => {
        it.each(steps)('$request by $by', async (step) => {
          expect((await runner.run(step)).verdict).toMatchObject({ kind: 'passed' });
        });
      });

      it('separates tenants that send requests in turn: A, B, A', async () => {
        const seen = [];
        for (const tenant of ['acme', 'globex', 'acme']) seen.push((await get('/notes/plan', tenant)).body['text']);

        expect(seen).toEqual(['sell more anvils', 'buy the moon', 'sell more anvils']);
        expect(aws.calls.map(({ tenantSession }) => tenantSession)).toEqual(['acme', 'globex', 'acme']);
      });

      it(`signs each of ${REQUESTS} interleaved requests of ${TENANTS} tenants with its own tenant's key`, async () => {
        const sent = Array.from({ length: REQUESTS }, (_, index) => ({ tenant: `tenant-${index % TENANTS}`, id: `note-${index}` }));

        const texts = await Promise.all(
          sent.map(async ({ tenant, id }) => {
            const headers = { authorization: `Bearer ${await aws.issuer.token({ tenant })}`, 'content-type': 'application/json' };
            await fetch(`${api.url}/notes/${id}`, { method: 'PUT', headers, body: JSON.stringify({ text: `${tenant} ${id}` }) });
            return (await get(`/notes/${id}`, tenant)).body['text'];
          }),
        );

        expect(texts).toEqual(sent.map(({ tenant, id }) => `${tenant} ${id}`));
        const keys = new Map<string, Set<string | undefined>>();
        for (const { service, accessKeyId, tenantSession } of aws.calls) {
          if (service !== 'sts') keys.set(accessKeyId, (keys.get(accessKeyId) ?? new Set()).add(tenantSession));
        }
        expect([...keys.values()].map((tenants) => tenants.size)).toEqual(Array.from({ length: TENANTS }, () => 1));
      });

      it.each(hostileTenantIds.map((tenant) => [tenant]))(
        'refuses the tenant id %j of a valid token before any call to AWS',
        async (tenant) => {
          const token = await aws.issuer.token({ tenant: 'acme', claims: { 'custom:tenant_id': tenant } });

          const response = await fetch(`${api.url}/notes/plan`, { headers: { authorization: `Bearer ${token}` } });

          // An id that makes the token too long is refused with the token.
          const refusal = token.length > LONGEST_TOKEN ? { status: 401, code: 'token_invalid' } : { status: 403, code: 'tenant_invalid' };
          expect(response.status).toBe(refusal.status);
          expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
          expect(await response.json()).toMatchObject(refusal);
          expect(aws.calls).toEqual([]);
        },
      );
    });

    describe('with another issuer', () => {
      let own: OwnIssuer;
      let api: NotesApi;
      beforeAll(async () => {
        own = await startOwnIssuer();
        vi.stubEnv('TENANT_AWS_JWT_ISSUER', own.issuer);
        vi.stubEnv('TENANT_AWS_JWT_AUDIENCE', own.audience);
        vi.stubEnv('TENANT_AWS_JWKS_URI', own.jwksUri);
        api = await start({ bucket, table });
      });
      afterAll(async () => {
        vi.unstubAllEnvs();
        await api.close();
        await own.close();
      });
      const send = (token: string) => fetch(`${api.url}/notes/plan`, { headers: { authorization: `Bearer ${token}` } });

      it.each(REFUSED_TOKENS)('refuses a token before any call to AWS: %s', async (name) => {
        const forge = hostileTokens[name];
        if (forge === undefined) throw new Error(`hostileTokens has no ${name}`);

        const response = await send(forge(own));

        expect(response.status).toBe(401);
        expect(response.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
        expect(await response.json()).toMatchObject({ status: 401, code: 'token_invalid' });
        expect(aws.calls).toEqual([]);
      });

      it('accepts a valid token', async () => {
        expect((await send(await own.sign({ 'custom:tenant_id': 'acme' }))).status).toBe(200);
      });
    });

    describe('with an unavailable issuer', () => {
      afterEach(() => vi.unstubAllEnvs());

      it('responds with 503 and Retry-After, not with 401', async () => {
        const own = await startOwnIssuer();
        const token = await own.sign({ 'custom:tenant_id': 'acme' });
        await own.close();
        vi.stubEnv('TENANT_AWS_JWT_ISSUER', own.issuer);
        vi.stubEnv('TENANT_AWS_JWT_AUDIENCE', own.audience);
        vi.stubEnv('TENANT_AWS_JWKS_URI', own.jwksUri);
        const api = await start({ bucket, table });

        const response = await fetch(`${api.url}/notes/plan`, { headers: { authorization: `Bearer ${token}` } });

        expect(response.status).toBe(503);
        expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
        expect(await response.json()).toMatchObject({ code: 'keys_unavailable' });
        await api.close();
      });
    });
  });
}

/** Starts a server. `release` runs after it is closed. */
export async function listening(listener: RequestListener, release: () => Promise<void>): Promise<NotesApi> {
  const { url, close } = await listen(listener);
  return { url, close: () => close().then(release) };
}
