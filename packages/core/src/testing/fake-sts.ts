import { randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { STSClient } from '@aws-sdk/client-sts';

/** The options of {@link fakeSts}. */
export interface FakeStsOptions {
  /** The code of the error of every call, such as `AccessDenied` or `Throttling`. Default: no error. */
  readonly fail?: string | undefined;
}

const REGION = 'us-east-1';
const UNAVAILABLE = new Set(['InternalFailure', 'InternalError', 'ServiceUnavailable']);

/**
 * An STS client for unit tests: it sends nothing, and AssumeRole returns credentials that AWS does not accept. It is the
 * SDK's own client with another request handler, so that errors, clocks and retries are those of the SDK.
 *
 * It does not check what the credentials may access: for that, run the code against `@tenant-aws/local`.
 *
 * @example
 * const tvm = new TokenVendingMachine({ sts: fakeSts(), roleArn, permissions });
 */
export function fakeSts({ fail }: FakeStsOptions = {}): STSClient {
  return new STSClient({
    region: REGION,
    credentials: { accessKeyId: 'AKIAFAKEFAKEFAKEFAKE', secretAccessKey: secret(30) },
    requestHandler: {
      async handle({ body }: { readonly body?: unknown }) {
        const parameters = new URLSearchParams(String(body));
        if (fail !== undefined) return response(statusOf(fail), failure(fail));
        if (parameters.get('Action') !== 'AssumeRole') return response(400, failure('InvalidAction'));
        return response(200, success(parameters));
      },
    },
  });
}

function success(parameters: URLSearchParams): string {
  const expiration = new Date(Date.now() + Number(parameters.get('DurationSeconds') ?? 3600) * 1000).toISOString();
  const session = `${parameters.get('RoleArn')?.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/${parameters.get('RoleSessionName')}`;
  return (
    '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>' +
    `<AssumedRoleUser><AssumedRoleId>AROAFAKEFAKEFAKEFAKE:fake</AssumedRoleId><Arn>${escaped(session)}</Arn></AssumedRoleUser>` +
    `<Credentials><AccessKeyId>ASIA${randomBytes(8).toString('hex').toUpperCase()}</AccessKeyId><SecretAccessKey>${secret(30)}</SecretAccessKey>` +
    `<SessionToken>${secret(300)}</SessionToken><Expiration>${expiration}</Expiration></Credentials>` +
    `</AssumeRoleResult><ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></AssumeRoleResponse>`
  );
}

function failure(code: string): string {
  return (
    '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>' +
    `<Code>${escaped(code)}</Code><Message>this call is configured to fail</Message></Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>`
  );
}

function statusOf(code: string): number {
  if (UNAVAILABLE.has(code)) return 503;
  return code === 'AccessDenied' || code === 'InvalidClientTokenId' ? 403 : 400;
}

function response(statusCode: number, xml: string): { response: { statusCode: number; headers: Record<string, string>; body: Readable } } {
  return {
    response: {
      statusCode,
      headers: { 'content-type': 'text/xml', date: new Date().toUTCString() },
      body: Readable.from([Buffer.from(xml)]),
    },
  };
}

function secret(bytes: number): string {
  return randomBytes(bytes).toString('base64');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
