import { type Decision, decide, type IamRequest } from '@tenant-aws/prover/evaluator';
import type { Denial, Service } from './services/service.ts';
import type { Principal } from './sessions.ts';

/** What a caller may do. */
export interface Authorizer {
  readonly allowed: (request: IamRequest) => boolean;
  /** What refuses a request that is not allowed. */
  readonly denial: (request: IamRequest) => Denial;
}

/** There are no resource policies here but the trust of roles, which STS asks itself. */
const BY_NO_RESOURCE: Denial = { policy: 'resource-based', explicit: false };

/** Who has no policies may do nothing. */
export const DENY_ALL: Authorizer = { allowed: () => false, denial: () => BY_NO_RESOURCE };

/**
 * Judges by a principal's policies.
 *
 * @param context the condition keys that hold for every request of this caller
 * @param account whose the service's resources are
 */
export function authorizerFor(principal: Principal, context: IamRequest['context'], { name }: Service, account: string): Authorizer {
  // Nobody reaches into another account. A role may be of any, and STS says of which.
  if (name !== 'sts' && principal.account !== account) return DENY_ALL;
  const asked = (request: IamRequest): IamRequest => {
    const owner = request.resource === '*' || name === 'sts' ? {} : { 'aws:ResourceAccount': account };
    return { ...request, context: { ...context, ...owner, ...request.context } };
  };
  return {
    allowed: (request) => decideFor(principal, asked(request)).decision === 'allow',
    denial: (request) => denialOf(principal, asked(request)),
  };
}

/** Whether every layer of a principal's policies allows the request; the first refusal, if not. */
function decideFor(principal: Principal, request: IamRequest): Decision {
  const [own, ...narrower] = principal.layers;
  let decision = decide(request, own);
  for (const layer of narrower) {
    if (decision.decision !== 'allow') return decision;
    decision = decide(request, layer);
  }
  return decision;
}

function denialOf(principal: Principal, request: IamRequest): Denial {
  const { decision } = decideFor(principal, request);
  const [{ role }] = principal.layers;
  const isOwn = decide(request, { role }).decision === decision;
  return { policy: isOwn ? 'identity-based' : 'session', explicit: decision === 'explicit-deny' };
}
