import { type Decision, decide, type IamRequest } from '@tenant-aws/prover/evaluator';
import type { Denial, Service } from './services/service.ts';
import type { Principal } from './sessions.ts';

/** Decides which requests a caller is allowed to make. */
export interface Authorizer {
  readonly allowed: (request: IamRequest) => boolean;
  /** The reason for which a request that is not allowed is denied. */
  readonly denial: (request: IamRequest) => Denial;
}

/** The only resource policies of the local AWS are trust policies, which STS checks. */
const NO_RESOURCE_POLICY: Denial = { policy: 'resource-based', explicit: false };

/** For a caller without policies. */
export const DENY_ALL: Authorizer = { allowed: () => false, denial: () => NO_RESOURCE_POLICY };

/**
 * Decides by a principal's policies.
 *
 * @param context the condition keys of every request of this caller
 * @param account the account that owns the service's resources
 */
export function authorizerFor(principal: Principal, context: IamRequest['context'], { name }: Service, account: string): Authorizer {
  // Access to another account would need a resource policy. Roles can be of any account; STS adds `aws:ResourceAccount` for them.
  if (name !== 'sts' && principal.account !== account) return DENY_ALL;
  const withContext = (request: IamRequest): IamRequest => {
    const owner = request.resource === '*' || name === 'sts' ? {} : { 'aws:ResourceAccount': account };
    return { ...request, context: { ...context, ...owner, ...request.context } };
  };
  return {
    allowed: (request) => decideFor(principal, withContext(request)).decision === 'allow',
    denial: (request) => denialOf(principal, withContext(request)),
  };
}

/** `allow` if every layer of the principal's policies allows the request; otherwise the first layer's denial. */
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
