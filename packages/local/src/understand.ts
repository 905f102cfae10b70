import type { IamRequest } from '@tenant-aws/prover/evaluator';
import { globalContext } from './context.ts';
import type { Incoming } from './incoming.ts';
import { type Judge, judgeOf, NOBODY } from './judge.ts';
import type { Caller, Denial, Operation, Service, VerifiedRequest } from './services/service.ts';
import type { Principal, Sessions } from './sessions.ts';
import type { Claim } from './signature/claim.ts';
import { refusal } from './signature/refusal.ts';
import { readUnsigned, verify } from './signature/verify.ts';

/** A request that is verified, understood and decided. Nothing has happened yet. */
export interface DecidedRequest {
  /** Absent where an operation needs no signature. */
  readonly principal?: Principal;
  readonly operation: Operation;
  readonly caller: Caller;
  /** The tuple that is not allowed, and by what; absent if all are. */
  readonly refused?: { readonly request: IamRequest; readonly denial: Denial };
  /** Those of the operation's items that are not allowed. */
  readonly refusedItems: ReadonlySet<IamRequest>;
}

/** What a request is understood with. */
export interface UnderstandGround {
  readonly region: string;
  /** Whose the buckets, tables, … are. */
  readonly account: string;
  readonly sessions: Sessions;
  readonly requestId: string;
  readonly gone: AbortSignal;
  /** The time by the clock of the service, which a fault may skew. */
  readonly now: number;
  /** The time by which sessions end. */
  readonly sessionNow: number;
  readonly expiresInSeconds?: number;
}

/**
 * Verifies, parses and decides a request.
 *
 * @throws AwsError refused: signature, shape, or an operation that is not there
 */
export async function understand(
  incoming: Incoming,
  claim: Claim | undefined,
  service: Service,
  ground: UnderstandGround,
): Promise<DecidedRequest> {
  if (!claim) return understandUnsigned(incoming, service, ground);
  const { principal, ...read } = verify(incoming, claim, ground);
  const context = globalContext(principal.context, incoming, ground.region, ground.sessionNow);
  const judge = judgeOf(principal, context, service, ground.account);
  const { keys, arn, account } = principal;
  const caller: Caller = { accessKeyId: keys.accessKeyId, arn, account, region: ground.region, context };
  const signature = { presigned: claim.expiresSeconds !== undefined, signedAt: new Date(claim.signedAt) };
  const operation = await service.parse({ ...asked(incoming, ground), ...read, caller, signature, allowed: judge.allowed });
  return { principal, ...decided(operation, service, caller, judge) };
}

async function understandUnsigned(incoming: Incoming, service: Service, ground: UnderstandGround): Promise<DecidedRequest> {
  if (!service.parseUnsigned) throw refusal('missing', service.name);
  const context = globalContext({}, incoming, ground.region, ground.sessionNow);
  const caller: Caller = { accessKeyId: '', arn: 'anonymous', account: '', region: ground.region, context };
  const signature = { presigned: false, signedAt: new Date(ground.now) };
  const { allowed } = NOBODY;
  const operation = await service.parseUnsigned({ ...asked(incoming, ground), ...readUnsigned(incoming), caller, signature, allowed });
  return decided(operation, service, caller, NOBODY);
}

function asked(
  { method, rawPath }: Incoming,
  ground: UnderstandGround,
): Pick<VerifiedRequest, 'method' | 'rawPath' | 'requestId' | 'now' | 'gone' | 'expiresInSeconds'> {
  const { requestId, now, gone, expiresInSeconds } = ground;
  return { method, rawPath, requestId, gone, now: new Date(now), ...(expiresInSeconds !== undefined && { expiresInSeconds }) };
}

function decided(operation: Operation, service: Service, caller: Caller, judge: Judge): DecidedRequest {
  const refusedItems = new Set(operation.authorizeEach?.filter((item) => !judge.allowed(item)));
  const request = firstRefused(operation, service, judge);
  return { operation, caller, refusedItems, ...(request && { refused: { request, denial: judge.denial(request) } }) };
}

function firstRefused(operation: Operation, service: Service, { allowed }: Judge): IamRequest | undefined {
  const all: IamRequest = { action: `${service.name}:${operation.name}`, resource: '*', context: {} };
  // An operation that asks for no right at all is a mistake of ours everywhere but in STS: deny it.
  const asksNothing = operation.authorize.length === 0 && operation.authorizeEach === undefined;
  if (asksNothing && service.name !== 'sts') return all;
  const refused = operation.authorize.find((request) => !allowed(request));
  if (refused) return refused;
  return operation.agrees && !operation.agrees() ? (operation.authorize[0] ?? all) : undefined;
}
