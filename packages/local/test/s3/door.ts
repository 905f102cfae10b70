import type { IamRequest } from '@tenant-aws/prover/evaluator';
import { s3Service } from '../../src/services/s3/index.ts';
import { AwsError, type Caller, type Service, type ServiceResponse, type VerifiedRequest } from '../../src/services/service.ts';

/** A request as the front would hand it over; what is left out is empty. */
export interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly trailers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly presigned?: boolean;
  readonly now?: Date;
}

/** What came back, and what was asked of IAM on the way. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly bytes: Buffer | undefined;
  /** The error's code; `''` where there was none. */
  readonly code: string;
  readonly operation: string;
  readonly rights: readonly IamRequest[];
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

/** The S3 service without its front: authorisation is a function of the test. */
export class Door {
  readonly service: Service;
  allows: (right: IamRequest) => boolean = () => true;

  constructor(buckets: readonly string[] = ['pool', 'other'], region = 'us-east-1') {
    this.service = s3Service({ account: ACCOUNT, region, buckets, clock: () => NOW.getTime() });
  }

  /** `ask('GET', '/pool/key?partNumber=1')`. The path goes in raw; the query is decoded as the front does. */
  async ask(method: string, target: string, asked: Asked = {}): Promise<Answer> {
    const [rawPath = '', query = ''] = target.split('?', 2);
    const request: VerifiedRequest = {
      method,
      rawPath,
      query: new Map(query === '' ? [] : query.split('&').map((pair) => decodePair(pair))),
      headers: new Map(Object.entries(asked.headers ?? {})),
      trailers: new Map(Object.entries(asked.trailers ?? {})),
      body: Buffer.from(asked.body ?? ''),
      requestId: 'REQUEST',
      gone: new AbortController().signal,
      caller: CALLER,
      signature: { presigned: asked.presigned ?? false, signedAt: NOW },
      now: asked.now ?? NOW,
      allowed: (right) => this.allows(right),
    };
    let operation = '';
    let rights: readonly IamRequest[] = [];
    const finish = (response: ServiceResponse, code: string): Answer => ({
      status: response.status,
      headers: response.headers ?? {},
      body: response.body?.toString() ?? '',
      bytes: Buffer.isBuffer(response.body) ? response.body : undefined,
      code,
      operation,
      rights,
    });
    try {
      const understood = await this.service.parse(request);
      operation = understood.name;
      rights = [...understood.authorize, ...(understood.authorizeEach ?? [])];
      const refused = understood.authorize.find((right) => !this.allows(right));
      if (refused) throw this.service.denied(understood, refused, CALLER, { policy: 'session', explicit: false });
      const refusedItems = new Set((understood.authorizeEach ?? []).filter((right) => !this.allows(right)));
      return finish(await understood.execute(refusedItems), '');
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return finish(this.service.error(error, request), error.code);
    }
  }

  /** Puts objects at one go: key → body. */
  async seed(objects: Readonly<Record<string, string>>, bucket = 'pool'): Promise<void> {
    for (const [key, body] of Object.entries(objects)) {
      const { status } = await this.ask('PUT', `/${bucket}/${encodeURIComponent(key)}`, { body });
      if (status !== 200) throw new Error(`could not seed ${key}`);
    }
  }
}

function decodePair(pair: string): [string, string] {
  const equals = pair.indexOf('=');
  return equals === -1
    ? [decodeURIComponent(pair), '']
    : [decodeURIComponent(pair.slice(0, equals)), decodeURIComponent(pair.slice(equals + 1))];
}
