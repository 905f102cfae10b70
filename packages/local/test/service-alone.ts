import { randomUUID } from 'node:crypto';
import type { IamRequest } from '@tenant-aws/prover/evaluator';
import { AwsError, type Caller, type Service, type ServiceResponse, type VerifiedRequest } from '../src/services/service.ts';

/** A service without a front: what it would ask IAM is written down, and is allowed unless `allows` says otherwise. */
export interface Alone {
  readonly service: Service;
  readonly caller: Caller;
  /** Every question to IAM so far. */
  readonly asked: IamRequest[];
  /** Names of the operations that were executed. */
  readonly executed: string[];
  allows: (request: IamRequest) => boolean;
  now: Date;
  send(
    headers: Readonly<Record<string, string>>,
    body: string | Uint8Array,
    more?: { readonly path?: string; readonly method?: string },
  ): Promise<Sent>;
}

export interface Sent {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export const tenantSession: Caller = {
  accessKeyId: 'ASIAEXAMPLE',
  arn: 'arn:aws:sts::000000000000:assumed-role/TenantAccess/acme',
  account: '000000000000',
  region: 'eu-central-1',
  context: {},
};

const READ_BY_THE_FRONT = new Set(['authorization', 'x-amz-date', 'x-amz-security-token', 'x-amz-user-agent']);

export function serviceAlone(service: Service, caller: Caller = tenantSession, now: Date = new Date('2026-03-01T00:00:00Z')): Alone {
  const alone: Alone = {
    service,
    caller,
    asked: [],
    executed: [],
    allows: () => true,
    now,
    async send(headers, body, { path = '/', method = 'POST' } = {}) {
      const names = Object.entries(headers).map(([name, value]): [string, string] => [name.toLowerCase(), value]);
      const [rawPath = '', query] = path.split('?');
      const {
        status,
        headers: sent = {},
        body: text = '',
      } = await respond(alone, {
        method,
        rawPath,
        query: new Map(query === undefined ? [] : [[query, '']]),
        headers: new Map(names.filter(([name]) => !READ_BY_THE_FRONT.has(name))),
        body: Buffer.from(body),
        trailers: new Map(),
        requestId: randomUUID(),
        gone: new AbortController().signal,
        caller,
        signature: { presigned: false, signedAt: alone.now },
        now: alone.now,
        allowed: (asked) => alone.allows(asked),
      });
      return { status, headers: sent, body: Buffer.from(text) };
    },
  };
  return alone;
}

async function respond(alone: Alone, request: VerifiedRequest): Promise<ServiceResponse> {
  const { service, caller } = alone;
  try {
    const operation = await service.parse(request);
    alone.asked.push(...operation.authorize);
    const refused = operation.authorize.find((asked) => !alone.allows(asked));
    if (refused !== undefined) throw service.denied(operation, refused, caller, { policy: 'session', explicit: false });
    alone.executed.push(operation.name);
    return await operation.execute(new Set());
  } catch (error) {
    if (error instanceof AwsError) return service.error(error, request);
    throw error;
  }
}
