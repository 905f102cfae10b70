import { type Decision, decide, type IamRequest, type Policies } from '@tenant-aws/prover/evaluator';
import { listOf } from './policy-principal.ts';
import { decideByResource, type ResourceDecision } from './resource-policy.ts';
import type { Denial, Service } from './services/service.ts';
import type { Principal } from './sessions.ts';

/** Decides which requests a caller is allowed to make. */
export interface Authorizer {
  readonly allowed: (request: IamRequest) => boolean;
  /** The reason for which a request that is not allowed is denied. */
  readonly denial: (request: IamRequest) => Denial;
}

const NO_RESOURCE_POLICY: Denial = { policy: 'resource-based', explicit: false };

/** For a caller without policies. */
export const DENY_ALL: Authorizer = { allowed: () => false, denial: () => NO_RESOURCE_POLICY };

/**
 * Decides by a principal's policies and by the policy of the resource. The trust policies of roles are not among these: STS checks them.
 *
 * @param context the condition keys of every request of this caller
 * @param account the account that owns the service's resources
 */
export function authorizerFor(principal: Principal, context: IamRequest['context'], service: Service, account: string): Authorizer {
  // Roles can be of any account; STS adds `aws:ResourceAccount` for them.
  const isSts = service.name === 'sts';
  const isOwner = isSts || principal.account === account;
  const denialOf = (request: IamRequest): Denial | undefined => {
    const keys = { ...context };
    if (request.resource !== '*' && !isSts) keys['aws:ResourceAccount'] = account;
    const complete = { action: request.action, resource: request.resource, context: Object.assign(keys, request.context) };
    const byResource = decideByResource(service.resourcePolicy?.(request.resource), principal, complete);
    if (byResource === 'explicit-deny') return { policy: 'resource-based', explicit: true };
    // Access to another account needs a permission of both.
    if (!isOwner && byResource === 'none') return NO_RESOURCE_POLICY;
    return denialOfCaller(principal, complete, isOwner ? byResource : 'none');
  };
  return {
    allowed: (request) => denialOf(request) === undefined,
    denial: (request) => denialOf(request) ?? NO_RESOURCE_POLICY,
  };
}

/**
 * The denial by the caller's own policies; undefined if they and the grant of the resource's policy allow the request.
 *
 * @see AWS IAM User Guide, "Policy evaluation for requests within a single account": a grant to a role is limited by the session policy;
 * a grant to the session or to everybody is limited by an explicit Deny only; the grant to an account needs a permission of the caller
 */
function denialOfCaller({ layers }: Principal, request: IamRequest, granted: ResourceDecision): Denial | undefined {
  const [own, ...scoped] = layers;
  const { decision } = decide(request, own);
  if (decision !== 'allow' && !(decision === 'implicit-deny' && isGranted(own, request, granted))) {
    return { policy: deniedBy(own, request, { decision, granted }), explicit: decision === 'explicit-deny' };
  }
  // Scoped credentials are never more than what their policies allow.
  const denied = scoped.map((layer) => decide(request, layer).decision).find((each) => each !== 'allow');
  return denied && { policy: 'session', explicit: denied === 'explicit-deny' };
}

function isGranted({ session }: Policies, request: IamRequest, granted: ResourceDecision): boolean {
  if (granted === 'session') return true;
  return granted === 'role' && (session === undefined || decide(request, { role: listOf(session) }).decision === 'allow');
}

function deniedBy(
  { role }: Policies,
  request: IamRequest,
  { decision, granted }: { readonly decision: Decision['decision']; readonly granted: ResourceDecision },
): Denial['policy'] {
  if (granted === 'role' && decision === 'implicit-deny') return 'session';
  return decide(request, { role }).decision === decision ? 'identity-based' : 'session';
}
