import type { IamRequest } from '@tenant-aws/prover/evaluator';

/**
 * A request whose signature, payload hash and session token are verified already.
 * Services read this and nothing else: there is no raw socket, URL or Host to forward.
 */
export interface VerifiedRequest {
  readonly method: string;
  /** Percent-encoded path exactly as it came over the wire, without the query; never normalised. */
  readonly rawPath: string;
  /** Decoded query parameters in order, without the parameters of a presigned signature. No name occurs twice. */
  readonly query: ReadonlyMap<string, string>;
  /**
   * Lower-case names; no name twice. Hoisted `x-amz-*` query parameters of a presigned URL are here, not in `query`.
   * `authorization`, `x-amz-date`, `x-amz-security-token` and `x-amz-user-agent` are read already and gone.
   */
  readonly headers: ReadonlyMap<string, string>;
  /**
   * The payload, decoded from aws-chunked where it came so. Its signed hash, chunk signatures and trailers are verified.
   * `x-amz-checksum-*` and `content-md5` *headers* are not: of which bytes they speak depends on the operation, so its service judges them.
   */
  readonly body: Buffer;
  /** The declared and verified `x-amz-checksum-*` trailers of an aws-chunked payload, by lower-case name. Never part of `headers`. */
  readonly trailers: ReadonlyMap<string, string>;
  readonly requestId: string;
  /** Whose it is: account id, region, and whether it is the admin or base identity or a session. */
  readonly caller: Caller;
  /** How it was signed: condition keys such as `s3:authType` and `s3:signatureAge` come from it. */
  readonly signature: VerifiedSignature;
  readonly now: Date;
  /** Aborted when the client goes away before it is answered. */
  readonly gone: AbortSignal;
  /** A fault made to order: credentials issued now live this long, whatever was asked. */
  readonly expiresInSeconds?: number;
  /** Whether the caller may do this as well. For answers that depend on a further right: S3 tells a missing key (404) only to who may list. */
  allowed(request: IamRequest): boolean;
}

/** Milliseconds since the epoch, like `Date.now`: time comes in as a value, so that tests need no sleep. */
export type Clock = () => number;

/** What a service may know of a signature. */
export interface VerifiedSignature {
  /** In the query of a presigned URL, instead of the Authorization header. */
  readonly presigned: boolean;
  readonly signedAt: Date;
}

/** Who signed the request. */
export interface Caller {
  readonly accessKeyId: string;
  /** As AWS's messages name it: `arn:aws:sts::000000000000:assumed-role/TenantAccess/acme`. */
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  /** Condition keys that hold for every request of this caller: `aws:PrincipalArn`, `aws:TokenIssueTime`, … */
  readonly context: IamRequest['context'];
}

/**
 * A request after its only parse: the permissions that it needs, and how it runs.
 * INVARIANT: the same parsed object is authorised and executed.
 */
export interface ParsedOperation<Result = ServiceResponse> {
  /** Every one must be allowed, or nothing is executed. Condition keys of the service only: those of the caller are added later. */
  readonly authorize: readonly IamRequest[];
  /**
   * Decided one by one, in addition to `authorize`, where AWS reports a result for each item:
   * S3's DeleteObjects deletes the keys that the caller may delete, and lists the others in a 200.
   */
  readonly authorizeEach?: readonly IamRequest[];
  /**
   * Runs after all of `authorize` is allowed. Throws AwsError where AWS would respond with an error.
   *
   * @param refused The members of `authorizeEach` (the same objects) that were not allowed: nothing is done for them.
   */
  execute(refused: ReadonlySet<IamRequest>): Result;
}

/** A parsed operation of any service. */
export interface Operation extends ParsedOperation<Promise<ServiceResponse> | ServiceResponse> {
  /** `GetObject` */
  readonly name: string;
  /** Whether the policy of the resource agrees, where it must, as the trust policy of a role. Called after `authorize` is allowed. */
  agrees?(): boolean;
}

/** The account and the region of a service's resources. */
export interface ResourceScope {
  readonly account: string;
  readonly region: string;
}

export interface ServiceResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Which policies deny a request, and whether one of them contains an explicit Deny. */
export interface Denial {
  readonly policy: 'identity-based' | 'session' | 'resource-based';
  readonly explicit: boolean;
}

/** An AWS service: a table of operations, an error shape, an engine. */
export interface Service {
  /** The name in the credential scope: `s3`, `dynamodb`, `sts`. */
  readonly name: string;
  /** Understands a request, or throws AwsError: 501 `NotImplemented` for what is not in the table, 400 for what is malformed. */
  parse(request: VerifiedRequest): Operation | Promise<Operation>;
  /** Understands a request without a signature, where an operation brings its own proof. Without it, all such requests are refused. */
  parseUnsigned?(request: VerifiedRequest): Operation | Promise<Operation>;
  /** Writes an error as this service does. */
  error(error: AwsError, request: { readonly method: string; readonly requestId: string }): ServiceResponse;
  /** The error of a denied operation, in this service's words. */
  denied(operation: Operation, refused: IamRequest, caller: Caller, denial: Denial): AwsError;
  close?(): Promise<void> | void;
}

/** An error that AWS would answer. Services give it their own shape. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** Further members of the error's body, such as `CancellationReasons` or `Key`. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: string, status: number, message: string, members: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
    this.members = members;
  }
}

/** The 501 for a part of AWS that the local AWS does not have: `The parameter GetItem.Colour`. */
export function unsupported(part: string): AwsError {
  return new AwsError('NotImplemented', 501, `${part} is not supported by the local AWS`);
}

/** The error of a start with a table, a queue or a topic that cannot be created. */
export function creationError(resource: 'table' | 'queue' | 'topic', name: string, cause: unknown): Error {
  return new Error(`the ${resource} \`${name}\` cannot be created: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}
