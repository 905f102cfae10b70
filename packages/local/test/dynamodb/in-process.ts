import { randomUUID } from 'node:crypto';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { IamRequest } from '@tenant-aws/prover/evaluator';
import { dynamodbService } from '../../src/services/dynamodb/index.ts';
import type { TableDefinition } from '../../src/services/dynamodb/table-definition.ts';
import { AwsError, type Caller, type Service, type VerifiedRequest } from '../../src/services/service.ts';

/** What a service alone is asked, without a front: a real client on one side, the questions to IAM on the other. */
export interface InProcess {
  readonly service: Service;
  readonly client: DynamoDBClient;
  /** Every question to IAM so far. */
  readonly asked: IamRequest[];
  /** Names of the operations that were executed. */
  readonly executed: string[];
  /** Refuses whatever it answers false to. */
  allows: (request: IamRequest) => boolean;
  now: Date;
  /** Sends bytes as they are. */
  send(target: string, body: string | Buffer, more?: { headers?: Record<string, string>; path?: string; method?: string }): Promise<Sent>;
}

export interface Sent {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Record<string, unknown>;
}

export const caller: Caller = {
  accessKeyId: 'ASIAEXAMPLE',
  arn: 'arn:aws:sts::000000000000:assumed-role/TenantAccess/acme',
  account: '000000000000',
  region: 'eu-central-1',
  context: {},
};

export async function inProcess(tables: readonly TableDefinition[] = []): Promise<InProcess> {
  const started = new Date('2026-03-01T00:00:00Z');
  const service = await dynamodbService({ account: caller.account, region: caller.region, tables, clock: () => started.getTime() });
  const world: InProcess = {
    service,
    client: new DynamoDBClient(config(async (method, path, headers, body) => answer(world, method, path, headers, body))),
    asked: [],
    executed: [],
    allows: () => true,
    now: started,
    async send(target, body, { headers = {}, path = '/', method = 'POST' } = {}) {
      const all = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target, ...headers };
      const { status, headers: sent, body: text } = await answer(world, method, path, all, Buffer.from(body));
      return { status, headers: sent, body: JSON.parse(text.toString()) as Record<string, unknown> };
    },
  };
  return world;
}

const READ_BY_THE_FRONT = new Set(['authorization', 'x-amz-date', 'x-amz-security-token', 'x-amz-user-agent']);

type Handler = (
  method: string,
  path: string,
  headers: Record<string, string>,
  body: Buffer,
) => Promise<{ status: number; headers: Record<string, string>; body: Buffer }>;

function config(handle: Handler): DynamoDBClientConfig {
  return {
    region: caller.region,
    credentials: { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' },
    maxAttempts: 1,
    requestHandler: {
      async handle(request: { method: string; path: string; headers: Record<string, string>; body: unknown }) {
        const body = request.body instanceof Uint8Array ? Buffer.copyBytesFrom(request.body) : Buffer.from(String(request.body));
        const { status, headers, body: bytes } = await handle(request.method, request.path, request.headers, body);
        return { response: { statusCode: status, headers, body: new Uint8Array(bytes) } } as never;
      },
    },
  };
}

async function answer(world: InProcess, method: string, path: string, headers: Record<string, string>, body: Buffer): ReturnType<Handler> {
  const names = Object.entries(headers)
    .map(([name, value]): [string, string] => [name.toLowerCase(), value])
    .filter(([name]) => !READ_BY_THE_FRONT.has(name));
  const [rawPath = '', query] = path.split('?');
  const request: VerifiedRequest = {
    method,
    rawPath,
    query: new Map(query === undefined ? [] : [[query, '']]),
    headers: new Map(names),
    body,
    trailers: new Map(),
    requestId: randomUUID(),
    caller,
    signature: { presigned: false, signedAt: world.now },
    now: world.now,
    allowed: (asked) => world.allows(asked),
  };
  const { status, headers: sent = {}, body: text = '' } = await respond(world, request);
  return { status, headers: { ...sent }, body: Buffer.from(text) };
}

async function respond(world: InProcess, request: VerifiedRequest): Promise<ReturnType<Service['error']>> {
  const { service } = world;
  try {
    const operation = await service.parse(request);
    world.asked.push(...operation.authorize);
    const refused = operation.authorize.find((asked) => !world.allows(asked));
    if (refused !== undefined) throw service.denied(operation, refused, caller);
    world.executed.push(operation.name);
    return await operation.execute(new Set());
  } catch (error) {
    if (error instanceof AwsError) return service.error(error, request);
    throw error;
  }
}
