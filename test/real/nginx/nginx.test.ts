import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Authority, type Issued } from '../../../packages/core/test/identity/certificates.ts';
import { localAws } from '../../support/local-aws-per-file.ts';
import { nodeFlags } from '../../support/node-flags.ts';
import { seed, tenantAwsVariables } from '../../support/notes-aws.ts';
import { freePort } from '../../support/free-port.ts';

const example = fileURLToPath(new URL('../../../examples/nginx-mtls/', import.meta.url));
/** NGINX connects from here, so that the app can tell it from a client at 127.0.0.1. */
const NGINX_ADDRESS = '127.0.0.2';

const aws = localAws();
const stops: (() => Promise<void>)[] = [];
let authority: Authority;
let agents: Record<'acme' | 'globex', Issued>;
let appPort: number;
let port: number;

beforeAll(async () => {
  await seed(aws, 'acme/notes/plan', 'sell more anvils');
  await seed(aws, 'globex/notes/plan', 'buy more anvils');
  authority = await Authority.create();
  agents = {
    acme: await authority.issue({ dns: ['acme.agents.example.com'] }),
    globex: await authority.issue({ dns: ['globex.agents.example.com'] }),
  };
  appPort = await freePort();
  port = await freePort();
  await startApp();
  await startNginx();
});
afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
});

describe('the notes API behind NGINX', () => {
  it('serves each agent the data of its own tenant', async () => {
    expect(await get('/files/content?key=acme/notes/plan', agents.acme)).toMatchObject({ status: 200, body: { text: 'sell more anvils' } });
    expect(await get('/files/content?key=globex/notes/plan', agents.globex)).toMatchObject({
      status: 200,
      body: { text: 'buy more anvils' },
    });
  });

  it('denies an agent the data of another tenant', async () => {
    expect(await get('/files/content?key=globex/notes/plan', agents.acme)).toMatchObject({
      status: 403,
      body: { code: 'aws_access_denied' },
    });
  });

  it('refuses an agent without a certificate, and one of another authority', async () => {
    const stranger = await (await Authority.create('CN=Other authority')).issue({ dns: ['acme.agents.example.com'] });

    expect((await get('/notes')).status).toBe(400);
    expect((await get('/notes', stranger)).status).toBe(400);
    expect((await get('/notes', await expired())).status).toBe(400);
  });

  it('refuses a certificate without a tenant, or with several', async () => {
    const [none, several] = [
      await authority.issue({ dns: ['acme.example.com'] }),
      await authority.issue({ dns: ['acme.agents.example.com', 'globex.agents.example.com'] }),
    ];

    expect(await get('/notes', none)).toMatchObject({ status: 403, body: { code: 'tenant_missing' } });
    expect(await get('/notes', several)).toMatchObject({ status: 401, body: { code: 'token_invalid' } });
  });

  it.each(['x-client-cert', 'X-Client-Cert', 'x_client_cert'])('replaces the header %s of an agent', async (name) => {
    const headers = { [name]: encodeURIComponent(agents.globex.pem), 'x-client-verify': 'SUCCESS' };

    expect(await get('/files/content?key=acme/notes/plan', agents.acme, headers)).toMatchObject({ status: 200 });
    expect(await get('/files/content?key=globex/notes/plan', agents.acme, headers)).toMatchObject({ status: 403 });
  });

  it('is refused past NGINX, with the headers and without', async () => {
    const direct = async (headers: Record<string, string>) => {
      const response = await fetch(`http://127.0.0.1:${appPort}/notes`, { headers });
      return { status: response.status, body: await response.json() };
    };
    const forged = { 'x-client-cert': encodeURIComponent(agents.acme.pem), 'x-client-verify': 'SUCCESS' };

    expect(await direct(forged)).toMatchObject({ status: 403, body: { code: 'proxy_untrusted' } });
    expect(await direct({ ...forged, 'x-forwarded-for': NGINX_ADDRESS })).toMatchObject({ status: 403, body: { code: 'proxy_untrusted' } });
    expect(await direct({})).toMatchObject({ status: 401, body: { code: 'token_missing' } });
  });

  it('keeps agents apart whose requests share the connections of NGINX', async () => {
    const names = Array.from({ length: 100 }, (_item, index) => (index % 2 === 0 ? 'acme' : 'globex'));
    const responses = await Promise.all(names.map((name) => get(`/files/content?key=${name}/notes/plan`, agents[name])));

    expect(responses.map(({ status }) => status)).toEqual(names.map(() => 200));
  });
});

const expired = () =>
  authority.issue({ dns: ['acme.agents.example.com'], notBefore: new Date(Date.now() - 120_000), notAfter: new Date(Date.now() - 60_000) });

async function get(path: string, agent?: Issued, headers: Record<string, string> = {}): Promise<{ status: number; body: unknown }> {
  const request = https.get({
    host: '127.0.0.1',
    servername: 'notes.example.com',
    port,
    path,
    headers,
    agent: false,
    ca: authority.pem,
    ...(agent && { key: agent.key, cert: agent.pem }),
  });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  const isJson = response.headers['content-type']?.includes('json') === true;
  return { status: response.statusCode ?? 0, body: isJson ? JSON.parse(text) : text };
}

async function startApp(): Promise<void> {
  const { TENANT_AWS_JWT_ISSUER: _issuer, TENANT_AWS_JWT_AUDIENCE: _audience, ...variables } = tenantAwsVariables(aws);
  const env = { PATH: process.env.PATH, ...aws.env, ...variables, PORT: String(appPort), TRUST_PROXY: NGINX_ADDRESS };
  const app = spawn(process.execPath, [...nodeFlags, join(example, 'server.ts')], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  stops.push(() => stop(app));
  await once(app.stdout, 'data');
}

/** The configuration of the example, with the paths and the ports of this test. */
async function startNginx(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tenant-aws-nginx-'));
  stops.push(async () => rmSync(folder, { recursive: true }));
  const server = await authority.issue({ name: 'CN=notes', dns: ['notes.example.com'], usages: ['1.3.6.1.5.5.7.3.1'] });
  const files = { 'server.pem': server.pem, 'server.key': server.key, 'agents-ca.pem': authority.pem };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 });
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ');
  const configuration = readFileSync(join(example, 'nginx.conf'), 'utf8')
    .replaceAll('/etc/nginx/tls', folder)
    .replace('127.0.0.1:3000', `127.0.0.1:${appPort}`)
    .replace('listen 8443', `listen 127.0.0.1:${port}`)
    .replace('access_log off;', `access_log off; ${temporary}`)
    .replace('proxy_pass ', `proxy_bind ${NGINX_ADDRESS}; proxy_pass `);
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, configuration);
  const nginx = spawn('nginx', ['-e', 'stderr', '-p', folder, '-c', file, '-g', `daemon off; pid ${folder}/pid;`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await Promise.race([
    once(nginx, 'spawn'),
    once(nginx, 'error').then(([error]) => Promise.reject(new Error('apt-get install nginx', { cause: error }))),
  ]);
  stops.push(() => stop(nginx));
  for (let attempt = 0; ; attempt += 1) {
    const status = await get('/', agents.acme).then(
      (response) => response.status,
      () => 0,
    );
    if (status !== 0) return;
    if (attempt > 100) throw new Error('NGINX does not listen');
    await sleep(100);
  }
}

async function stop(child: ReturnType<typeof spawn>): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
