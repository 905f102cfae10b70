import type { IamRequest } from '@tenant-aws/prover/evaluator';
import { globalContext } from './context.ts';
import type { Incoming } from './incoming.ts';
import type { Caller, Operation, Service, VerifiedRequest } from './services/service.ts';
import { decideFor, type Principal, type Sessions } from './sessions.ts';
import type { Claim } from './signature/claim.ts';
import { refusal } from './signature/refusal.ts';
import { readUnsigned, verify } from './signature/verify.ts';

/** A request that is verified, understood and decided. Nothing has happened yet. */
export interface Understood {
  /** Absent where an operation needs no signature. */
  readonly principal?: Principal;
  readonly operation: Operation;
  readonly caller: Caller;
  /** The tuple that is not allowed; absent if all are. */
  readonly refused?: IamRequest;
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

type Allowed = (request: IamRequest) => boolean;

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
): Promise<Understood> {
  if (!claim) return understandUnsigned(incoming, service, ground);
  const { principal, ...read } = verify(incoming, claim, ground);
  const context = globalContext(principal.context, incoming, ground.region, ground.sessionNow);
  const allowed: Allowed = (request) => {
    // Without a resource policy, and there are none here, nobody reaches into another account.
    if (service.name !== 'sts' && principal.account !== ground.account) return false;
    const owner = ownerOf(request, service, ground.account);
    return decideFor(principal, { ...request, context: { ...context, ...owner, ...request.context } }).decision === 'allow';
  };
  const { keys, arn, account } = principal;
  const caller: Caller = { accessKeyId: keys.accessKeyId, arn, account, region: ground.region, context };
  const signature = { presigned: claim.expiresSeconds !== undefined, signedAt: new Date(claim.signedAt) };
  const operation = await service.parse({ ...asked(incoming, ground), ...read, caller, signature, allowed });
  return { principal, ...decided(operation, service, caller, allowed) };
}

/** Whose the resource is, where one is named. STS says it for itself: a role may be of another account. */
function ownerOf({ resource }: IamRequest, { name }: Service, account: string): IamRequest['context'] {
  return resource === '*' || name === 'sts' ? {} : { 'aws:ResourceAccount': account };
}

async function understandUnsigned(incoming: Incoming, service: Service, ground: UnderstandGround): Promise<Understood> {
  if (!service.parseUnsigned) throw refusal('missing', service.name);
  const context = globalContext({}, incoming, ground.region, ground.sessionNow);
  const caller: Caller = { accessKeyId: '', arn: 'anonymous', account: '', region: ground.region, context };
  const signature = { presigned: false, signedAt: new Date(ground.now) };
  const allowed: Allowed = () => false;
  const operation = await service.parseUnsigned({ ...asked(incoming, ground), ...readUnsigned(incoming), caller, signature, allowed });
  return decided(operation, service, caller, allowed);
}

function asked(
  { method, rawPath }: Incoming,
  ground: UnderstandGround,
): Pick<VerifiedRequest, 'method' | 'rawPath' | 'requestId' | 'now' | 'gone' | 'expiresInSeconds'> {
  const { requestId, now, gone, expiresInSeconds } = ground;
  return { method, rawPath, requestId, gone, now: new Date(now), ...(expiresInSeconds !== undefined && { expiresInSeconds }) };
}

function decided(operation: Operation, service: Service, caller: Caller, allowed: Allowed): Understood {
  const refusedItems = new Set(operation.authorizeEach?.filter((item) => !allowed(item)));
  const refused = firstRefused(operation, service, allowed);
  return { operation, caller, refusedItems, ...(refused && { refused }) };
}

function firstRefused(operation: Operation, service: Service, allowed: Allowed): IamRequest | undefined {
  const all: IamRequest = { action: `${service.name}:${operation.name}`, resource: '*', context: {} };
  // An operation that asks for no right at all is a mistake of ours everywhere but in STS: deny it.
  const asksNothing = operation.authorize.length === 0 && operation.authorizeEach === undefined;
  if (asksNothing && service.name !== 'sts') return all;
  const refused = operation.authorize.find((request) => !allowed(request));
  if (refused) return refused;
  return operation.agrees && !operation.agrees() ? (operation.authorize[0] ?? all) : undefined;
}
