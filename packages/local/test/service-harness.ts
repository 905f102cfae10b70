import { randomUUID } from 'node:crypto';
import type { IamRequest } from '@tenant-aws/prover/evaluator';
import { AwsError, type Caller, type Service, type ServiceResponse, type VerifiedRequest } from '../src/services/service.ts';

/** Runs a service without an HTTP server. It records the IAM requests, and allows them unless `allows` returns false. */
export interface ServiceHarness {
  readonly service: Service;
  readonly caller: Caller;
  /** Every IAM request so far. */
  readonly iamRequests: IamRequest[];
  /** Names of the operations that were executed. */
  readonly executed: string[];
  allows: (request: IamRequest) => boolean;
  now: Date;
  send(
    headers: Readonly<Record<string, string>>,
    body: string | Uint8Array,
    more?: { readonly path?: string; readonly method?: string; readonly gone?: AbortSignal },
  ): Promise<HarnessResponse>;
}

export interface HarnessResponse {
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

/** Headers that a service never gets: they are read before. */
const REMOVED_HEADERS = new Set(['authorization', 'x-amz-date', 'x-amz-security-token', 'x-amz-user-agent']);

export function serviceHarness(
  service: Service,
  caller: Caller = tenantSession,
  now: Date = new Date('2026-03-01T00:00:00Z'),
): ServiceHarness {
  const harness: ServiceHarness = {
    service,
    caller,
    iamRequests: [],
    executed: [],
    allows: () => true,
    now,
    async send(headers, body, { path = '/', method = 'POST', gone = new AbortController().signal } = {}) {
      const names = Object.entries(headers).map(([name, value]): [string, string] => [name.toLowerCase(), value]);
      const [rawPath = '', query] = path.split('?');
      const response = await respond(harness, {
        method,
        rawPath,
        query: new Map(query === undefined ? [] : [[query, '']]),
        headers: new Map(names.filter(([name]) => !REMOVED_HEADERS.has(name))),
        body: Buffer.from(body),
        trailers: new Map(),
        requestId: randomUUID(),
        gone,
        caller,
        signature: { presigned: false, signedAt: harness.now },
        now: harness.now,
        allowed: (iamRequest) => harness.allows(iamRequest),
      });
      return { status: response.status, headers: response.headers ?? {}, body: Buffer.from(response.body ?? '') };
    },
  };
  return harness;
}

async function respond(harness: ServiceHarness, request: VerifiedRequest): Promise<ServiceResponse> {
  const { service, caller } = harness;
  try {
    const operation = await service.parse(request);
    harness.iamRequests.push(...operation.authorize, ...(operation.authorizeEach ?? []));
    const refused = operation.authorize.find((asked) => !harness.allows(asked));
    if (refused !== undefined) throw service.denied(operation, refused, caller, { policy: 'session', explicit: false });
    harness.executed.push(operation.name);
    return await operation.execute(new Set(operation.authorizeEach?.filter((asked) => !harness.allows(asked))));
  } catch (error) {
    if (error instanceof AwsError) return service.error(error, { ...request, contentType: request.headers.get('content-type') });
    throw error;
  }
}
