import type { IamRequest } from '@tenant-aws/prover/evaluator';
import { globalContext } from './context.ts';
import type { Incoming } from './incoming.ts';
import type { Caller, Operation, Service } from './services/service.ts';
import { decideFor, type Principal, type Sessions } from './sessions.ts';
import type { Claim } from './signature/claim.ts';
import { verify } from './signature/verify.ts';

/** A request that is verified, understood and decided. Nothing has happened yet. */
export interface Understood {
  readonly principal: Principal;
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
export async function understand(incoming: Incoming, claim: Claim, service: Service, ground: UnderstandGround): Promise<Understood> {
  const verified = verify(incoming, claim, ground);
  const { principal } = verified;
  const context = globalContext(principal, incoming, ground.region, ground.sessionNow);
  const allowed = (request: IamRequest): boolean => {
    // Without a resource policy, and there are none here, nobody reaches into another account.
    if (service.name !== 'sts' && principal.account !== ground.account) return false;
    return decideFor(principal, { ...request, context: { ...context, ...request.context } }).decision === 'allow';
  };
  const caller: Caller = {
    accessKeyId: principal.keys.accessKeyId,
    arn: principal.arn,
    account: principal.account,
    region: ground.region,
    context,
  };
  const operation = await service.parse({
    method: incoming.method,
    rawPath: incoming.rawPath,
    query: verified.query,
    headers: verified.headers,
    body: verified.body,
    trailers: verified.trailers,
    requestId: ground.requestId,
    caller,
    signature: { presigned: claim.expiresSeconds !== undefined, signedAt: new Date(claim.signedAt) },
    now: new Date(ground.now),
    ...(ground.expiresInSeconds !== undefined && { expiresInSeconds: ground.expiresInSeconds }),
    allowed,
  });
  const refusedItems = new Set(operation.authorizeEach?.filter((item) => !allowed(item)));
  const refused = firstRefused(operation, service, allowed);
  return { principal, operation, caller, refusedItems, ...(refused && { refused }) };
}

function firstRefused(operation: Operation, service: Service, allowed: (request: IamRequest) => boolean): IamRequest | undefined {
  const all: IamRequest = { action: `${service.name}:${operation.name}`, resource: '*', context: {} };
  // An operation that asks for no right at all is a mistake of ours everywhere but in STS: deny it.
  const asksNothing = operation.authorize.length === 0 && operation.authorizeEach === undefined;
  if (asksNothing && service.name !== 'sts') return all;
  const refused = operation.authorize.find((request) => !allowed(request));
  if (refused) return refused;
  return operation.agrees && !operation.agrees() ? (operation.authorize[0] ?? all) : undefined;
}
