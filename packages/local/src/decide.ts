import type { IamRequest } from '@tenant-aws/prover/evaluator';
import { globalConditionKeys } from './global-condition-keys.ts';
import type { Incoming } from './incoming.ts';
import { type Authorizer, authorizerFor, DENY_ALL } from './authorizer.ts';
import type { Caller, Denial, Operation, Service, VerifiedRequest } from './services/service.ts';
import type { Principal, Sessions } from './sessions.ts';
import type { Claim } from './signature/claim.ts';
import { refusal } from './signature/refusal.ts';
import { readUnsigned, verify } from './signature/verify.ts';

/** A request that is verified, parsed and decided, but not yet executed. */
export interface DecidedRequest {
  /** Absent for an operation without a signature. */
  readonly principal?: Principal;
  readonly operation: Operation;
  readonly caller: Caller;
  /** The first IAM request that is not allowed, and the policies that deny it. Absent if all are allowed. */
  readonly refused?: { readonly request: IamRequest; readonly denial: Denial };
  /** The members of `authorizeEach` that are not allowed. */
  readonly refusedItems: ReadonlySet<IamRequest>;
}

/** The state of the local AWS and of the connection that a request is decided with. */
export interface DecisionContext {
  readonly region: string;
  /** The owner of the buckets, tables and other resources. */
  readonly account: string;
  readonly sessions: Sessions;
  readonly requestId: string;
  readonly gone: AbortSignal;
  /** The time of the service's clock, which a configured fault may skew. */
  readonly now: number;
  /** The time that decides whether a session is expired. */
  readonly sessionNow: number;
  readonly expiresInSeconds: number | undefined;
}

/**
 * Verifies, parses and decides a request.
 *
 * @throws {@link AwsError} for an invalid signature, a malformed request or an unsupported operation
 */
export async function decideRequest(
  incoming: Incoming,
  claim: Claim | undefined,
  service: Service,
  context: DecisionContext,
): Promise<DecidedRequest> {
  if (!claim) return decideUnsigned(incoming, service, context);
  const { principal, ...read } = verify(incoming, claim, context);
  const conditionKeys = globalConditionKeys(principal.context, incoming, context.region, context.sessionNow);
  const authorizer = authorizerFor(principal, conditionKeys, service, context.account);
  const { keys, arn, account, session } = principal;
  const caller: Caller = {
    accessKeyId: keys.accessKeyId,
    arn,
    account,
    region: context.region,
    ...(session && { sessionName: session.name }),
    context: conditionKeys,
  };
  const signature = { presigned: claim.expiresSeconds !== undefined, signedAt: new Date(claim.signedAt) };
  // Not with a spread of each object: several spreads take longer than the signature.
  const { allowed } = authorizer;
  const request = Object.assign(requestParts(incoming, context), read, { caller, signature, allowed });
  const operation = await service.parse(request);
  return { ...decide(operation, service, caller, authorizer), principal };
}

async function decideUnsigned(incoming: Incoming, service: Service, context: DecisionContext): Promise<DecidedRequest> {
  if (!service.parseUnsigned) throw refusal('missing', service.name);
  const conditionKeys = globalConditionKeys({}, incoming, context.region, context.sessionNow);
  const caller: Caller = { accessKeyId: '', arn: 'anonymous', account: '', region: context.region, context: conditionKeys };
  const signature = { presigned: false, signedAt: new Date(context.now) };
  const { allowed } = DENY_ALL;
  const operation = await service.parseUnsigned({
    ...requestParts(incoming, context),
    ...readUnsigned(incoming),
    caller,
    signature,
    allowed,
  });
  return decide(operation, service, caller, DENY_ALL);
}

function requestParts(
  { method, rawPath }: Incoming,
  context: DecisionContext,
): Pick<VerifiedRequest, 'method' | 'rawPath' | 'requestId' | 'now' | 'gone' | 'expiresInSeconds'> {
  const { requestId, now, gone, expiresInSeconds } = context;
  const parts = { method, rawPath, requestId, gone, now: new Date(now) };
  return expiresInSeconds === undefined ? parts : { ...parts, expiresInSeconds };
}

function decide(operation: Operation, service: Service, caller: Caller, authorizer: Authorizer): DecidedRequest {
  const refusedItems = new Set(operation.authorizeEach?.filter((item) => !authorizer.allowed(item)));
  const request = firstRefused(operation, service, authorizer);
  return { operation, caller, refusedItems, ...(request && { refused: { request, denial: authorizer.denial(request) } }) };
}

function firstRefused(operation: Operation, service: Service, { allowed }: Authorizer): IamRequest | undefined {
  const all: IamRequest = { action: `${service.name}:${operation.name}`, resource: '*', context: {} };
  // Only STS has a table with operations that need no permission. In another service, this is a mistake in its table: deny it.
  const needsNothing = operation.authorize.length === 0 && operation.authorizeEach === undefined && !operation.needsNoPermission;
  if (needsNothing && service.name !== 'sts') return all;
  const refused = operation.authorize.find((request) => !allowed(request));
  if (refused) return refused;
  return operation.agrees && !operation.agrees() ? (operation.authorize[0] ?? all) : undefined;
}
