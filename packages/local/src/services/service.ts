import type { IamRequest } from '@tenant-aws/prover/evaluator';
import type { ResourcePolicy } from '../resource-policy.ts';

/**
 * A request whose signature, payload hash and session token are verified.
 * Services read this and nothing else: it contains no raw socket and no URL that could be forwarded.
 */
export interface VerifiedRequest {
  readonly method: string;
  /** Percent-encoded path exactly as it was received, without the query; never normalised. */
  readonly rawPath: string;
  /** Decoded query parameters in order, without the signature parameters of a presigned URL. Names are unique. */
  readonly query: ReadonlyMap<string, string>;
  /**
   * Lower-case, unique names. Hoisted `x-amz-*` query parameters of a presigned URL are here, not in `query`.
   * `authorization`, `x-amz-date`, `x-amz-security-token` and `x-amz-user-agent` are removed: they are read earlier.
   */
  readonly headers: ReadonlyMap<string, string>;
  /**
   * The payload, decoded if it was aws-chunked. Its signed hash, chunk signatures and trailers are verified.
   * `x-amz-checksum-*` and `content-md5` *headers* are not verified: which bytes they cover depends on the operation, so the service verifies them.
   */
  readonly body: Buffer;
  /**
   * The fields of a posted form, by lower-case name. `body` is then its file. Of the fields, only `policy` is signed: its conditions
   * must cover the others. The fields `policy` and `x-amz-security-token` contain a session token.
   */
  readonly form?: ReadonlyMap<string, string>;
  /** The declared and verified `x-amz-checksum-*` trailers of an aws-chunked payload, by lower-case name. Never part of `headers`. */
  readonly trailers: ReadonlyMap<string, string>;
  readonly requestId: string;
  /** The identity that signed the request: the admin user, the base user or a session. */
  readonly caller: Caller;
  /** Source of condition keys such as `s3:authType` and `s3:signatureAge`. */
  readonly signature: VerifiedSignature;
  readonly now: Date;
  /** Aborted when the client disconnects before it has a response. */
  readonly gone: AbortSignal;
  /** Set by a configured fault: the lifetime of credentials issued now, instead of the requested one. */
  readonly expiresInSeconds?: number;
  /** Whether the caller has another permission too. Some responses depend on one: S3 reports a missing key (404) only to a caller who may list. */
  allowed(request: IamRequest): boolean;
}

/** Milliseconds since the epoch, like `Date.now`. A test sets it instead of sleeping. */
export type Clock = () => number;

/** The properties of a signature that a service may read. */
export interface VerifiedSignature {
  /** Whether the signature is in the query of a presigned URL, not in the Authorization header. */
  readonly presigned: boolean;
  readonly signedAt: Date;
}

/** The identity that signed a request. */
export interface Caller {
  readonly accessKeyId: string;
  /** As in AWS's error messages: `arn:aws:sts::000000000000:assumed-role/TenantAccess/acme`. */
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  /** The role session name, which is the tenant id in a session of the token vending machine. Absent for users. */
  readonly sessionName?: string;
  /** Condition keys that apply to every request of this caller: `aws:PrincipalArn`, `aws:TokenIssueTime`, … */
  readonly context: IamRequest['context'];
}

/**
 * A request after its only parse: the permissions that it needs, and how it runs.
 * INVARIANT: the same parsed object is authorised and executed.
 */
export interface ParsedOperation<Result = ServiceResponse> {
  /** All must be allowed, or nothing is executed. They have only the service's condition keys: those of the caller are added later. */
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
  /** Set for an operation that everyone may call: a browser's question before a request to another origin. Without it, an operation that needs no permission is denied. */
  readonly needsNoPermission?: true;
  /** Whether the resource's own policy allows it too, as a role's trust policy must. Called after `authorize` is allowed. */
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
  /** Parses a request. Throws AwsError: 501 `NotImplemented` for an operation that is not in the table, 400 for a malformed request. */
  parse(request: VerifiedRequest): Operation | Promise<Operation>;
  /** Parses a request without a signature, for operations with another proof of identity. If absent, all unsigned requests are refused. */
  parseUnsigned?(request: VerifiedRequest): Operation | Promise<Operation>;
  /** Writes an error in this service's format. */
  error(
    error: AwsError,
    request: {
      readonly method: string;
      readonly requestId: string;
      /** As sent: some services have two protocols. */
      readonly contentType?: string | undefined;
    },
  ): ServiceResponse;
  /** The policy of a resource, if it has one. The resource is that of an IAM request of this service. */
  resourcePolicy?(resource: string): ResourcePolicy | undefined;
  /** The headers that a browser needs to read the response to a page of another origin, also if the response is an error. */
  crossOriginHeaders?(request: Pick<VerifiedRequest, 'method' | 'rawPath' | 'headers'>): Readonly<Record<string, string>>;
  /** The error of a denied operation, in this service's words. */
  denied(operation: Operation, refused: IamRequest, caller: Caller, denial: Denial): AwsError;
  close?(): Promise<void> | void;
}

/** An error that AWS would return. Each service writes it in its own format. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** Additional members of the error's body, such as `CancellationReasons` or `Key`. */
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

/** The error of a start with a table, a queue or another resource that cannot be created. */
export function creationError(resource: string, name: string, cause: unknown): Error {
  return new Error(`the ${resource} \`${name}\` cannot be created: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}
