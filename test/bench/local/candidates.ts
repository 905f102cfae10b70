import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bucket, ordersTable, rolePolicy, roleArn } from '../../support/notes-aws.ts';
import type { Endpoint, Keys, StartedEndpoint } from './endpoint.ts';

const QUEUE = 'jobs';
const ENGINE_KEYS: Keys = { accessKeyId: 'AKIAENGINE', secretAccessKey: 'engine' };
/** The engines are dependencies of @tenant-aws/local, not of the tests. */
const local = new URL('../../../packages/local/', import.meta.url);

/** The local AWS, and its engines alone. Each loads its package, and starts. */
export const candidates = {
  async ours() {
    const { startLocalAws } = await import('@tenant-aws/local');
    return async () => {
      const queues = { Effect: 'Allow', Action: ['sqs:SendMessage', 'sqs:ReceiveMessage'], Resource: 'arn:aws:sqs:*:*:*' } as const;
      const policy = { ...rolePolicy, Statement: [...rolePolicy.Statement, queues] };
      const aws = await startLocalAws({ buckets: [bucket], tables: [ordersTable], queues: [QUEUE], roles: { [roleArn]: { policy } } });
      const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = aws.env;
      return { ...endpoint(aws.url), admin: aws.admin, base: { accessKeyId, secretAccessKey } };
    };
  },
  async fauxqs() {
    const { startFauxqs } = (await import(new URL('node_modules/fauxqs/dist/app.js', local).href)) as Fauxqs;
    return async () => {
      const { port } = await startFauxqs({ port: 0, logger: false, init: { queues: [{ name: QUEUE }], buckets: [bucket] } });
      return { ...endpoint(`http://127.0.0.1:${port}`), admin: ENGINE_KEYS };
    };
  },
  async dynalite() {
    const dynalite = createRequire(new URL('package.json', local))('dynalite') as Dynalite;
    return async () => {
      const server = dynalite({ createTableMs: 0 }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      return { ...endpoint(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), admin: ENGINE_KEYS };
    };
  },
} satisfies Readonly<Record<string, () => Promise<() => Promise<StartedEndpoint>>>>;

export type CandidateName = keyof typeof candidates;

interface Fauxqs {
  readonly startFauxqs: (options: object) => Promise<{ readonly port: number }>;
}

type Dynalite = (options: { readonly createTableMs: number }) => Server;

function endpoint(url: string): Endpoint {
  return { url, queueUrl: `${url}/000000000000/${QUEUE}` };
}
