import type { IamRequest } from '@tenant-aws/prover/evaluator';
import type { BucketDefinition } from '../../src/services/s3/bucket-definition.ts';
import { s3Service } from '../../src/services/s3/index.ts';
import { AwsError, type Caller, type Service, type ServiceResponse, type VerifiedRequest } from '../../src/services/service.ts';

/** The parts of a request besides its method and its path. Absent parts are empty. */
export interface RequestParts {
  readonly headers?: Readonly<Record<string, string>>;
  readonly trailers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly presigned?: boolean;
  readonly now?: Date;
}

/** What came back, and what was parts of IAM on the way. */
export interface S3Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly bytes: Buffer | undefined;
  /** The code of the error; `''` if the response has no code. */
  readonly code: string;
  readonly operation: string;
  readonly iamRequests: readonly IamRequest[];
}

export const ACCOUNT = '000000000000';
export const NOW = new Date('2026-11-24T12:00:00.000Z');

const CALLER: Caller = {
  accessKeyId: 'ASIAEXAMPLE',
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/TenantAccess/acme`,
  account: ACCOUNT,
  region: 'us-east-1',
  context: {},
};

/** Runs the S3 service without an HTTP server. The test decides which IAM requests are allowed. */
export class S3Harness {
  readonly service: Service;
  allows: (request: IamRequest) => boolean = () => true;

  constructor(buckets: readonly BucketDefinition[] = ['pool', 'other'], region = 'us-east-1') {
    this.service = s3Service({ account: ACCOUNT, region, buckets, clock: () => NOW.getTime() });
  }

  /** `send('GET', '/pool/key?partNumber=1')`. The path is passed on unchanged; the query is decoded. */
  async send(method: string, target: string, parts: RequestParts = {}): Promise<S3Response> {
    return (await this.decide(method, target, parts))();
  }

  /** Parses and decides a request. The result executes it: other requests can run before. */
  async decide(method: string, target: string, parts: RequestParts = {}): Promise<() => Promise<S3Response>> {
    const [rawPath = '', query = ''] = target.split('?', 2);
    const request: VerifiedRequest = {
      method,
      rawPath,
      query: new Map(query === '' ? [] : query.split('&').map((pair) => decodePair(pair))),
      headers: new Map(Object.entries(parts.headers ?? {})),
      trailers: new Map(Object.entries(parts.trailers ?? {})),
      body: Buffer.from(parts.body ?? ''),
      requestId: 'REQUEST',
      gone: new AbortController().signal,
      caller: CALLER,
      signature: { presigned: parts.presigned ?? false, signedAt: NOW },
      now: parts.now ?? NOW,
      allowed: (iamRequest) => this.allows(iamRequest),
    };
    let name = '';
    let iamRequests: readonly IamRequest[] = [];
    const finish = (response: ServiceResponse, code: string): S3Response => ({
      status: response.status,
      headers: response.headers ?? {},
      body: response.body?.toString() ?? '',
      bytes: Buffer.isBuffer(response.body) ? response.body : undefined,
      code,
      operation: name,
      iamRequests,
    });
    const fail = (error: unknown): S3Response => {
      if (!(error instanceof AwsError)) throw error;
      return finish(this.service.error(error, request), error.code);
    };
    try {
      const operation = await this.service.parse(request);
      name = operation.name;
      iamRequests = [...operation.authorize, ...(operation.authorizeEach ?? [])];
      const refused = operation.authorize.find((iamRequest) => !this.allows(iamRequest));
      if (refused) throw this.service.denied(operation, refused, CALLER, { policy: 'session', explicit: false });
      const refusedItems = new Set((operation.authorizeEach ?? []).filter((iamRequest) => !this.allows(iamRequest)));
      return async () => {
        try {
          return finish(await operation.execute(refusedItems), '');
        } catch (error) {
          return fail(error);
        }
      };
    } catch (error) {
      const response = fail(error);
      return () => Promise.resolve(response);
    }
  }

  /** Puts objects: key → body. */
  async seed(objects: Readonly<Record<string, string>>, bucket = 'pool'): Promise<void> {
    for (const [key, body] of Object.entries(objects)) {
      const { status } = await this.send('PUT', `/${bucket}/${encodeURIComponent(key)}`, { body });
      if (status !== 200) throw new Error(`cannot put ${key}`);
    }
  }
}

function decodePair(pair: string): [string, string] {
  const equals = pair.indexOf('=');
  return equals === -1
    ? [decodeURIComponent(pair), '']
    : [decodeURIComponent(pair.slice(0, equals)), decodeURIComponent(pair.slice(equals + 1))];
}
