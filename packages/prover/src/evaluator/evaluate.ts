import { RequestContext } from './context.ts';
import { type Finding, findIn, layersOf, type Near } from './layer.ts';
import { foldCase } from './letter-case.ts';
import type { Decision, IamRequest, Policies } from './request.ts';

/**
 * Decides a request as IAM does within one account and without resource policies: an explicit Deny anywhere wins; else the role
 * must allow it, and where there is a session policy, that must allow it too.
 *
 * Pure and synchronous. It knows no actions: a request that no service would make is judged like any other, and wildcards in the
 * *request* stand for themselves. A document is read at its first use and must not be changed afterwards.
 *
 * @throws {@link InvalidPolicyError} a document that cannot be read: nothing is decided on a guess
 * @throws TypeError a context value that is neither a string nor a list of strings, or a context key that is there in two spellings
 * @see AWS IAM User Guide, "Policy evaluation logic"
 * @example
 * const role = [{ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*' } }];
 * const session = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::notes/acme/*' } };
 * decide({ action: 's3:GetObject', resource: 'arn:aws:s3:::notes/globex/plan', context: {} }, { role, session }).decision;
 * // 'implicit-deny'
 */
export function decide(request: IamRequest, policies: Policies): Decision {
  const read = { action: foldCase(request.action), resource: request.resource, context: new RequestContext(request.context) };
  const findings = layersOf(policies).map((layer) => findIn(layer, read));
  const what = `\`${request.action}\` on \`${request.resource}\``;
  for (const { denied } of findings) {
    if (denied !== undefined)
      return { decision: 'explicit-deny', because: { statement: denied, reason: `${what} is denied by ${denied}` } };
  }
  const allowed: string[] = [];
  for (const finding of findings) {
    if (finding.allowed === undefined) return implicitDeny(what, finding);
    allowed.push(finding.allowed);
  }
  // The last layer is the narrowest, so its statement is the one to know of.
  return {
    decision: 'allow',
    because: { statement: allowed.slice(-1).join(), reason: `${what} is allowed by ${allowed.join(' and by ')}` },
  };
}

function implicitDeny(what: string, { title, nearest }: Finding): Decision {
  const reason = `no statement of ${title} allows ${what}`;
  if (!nearest) return { decision: 'implicit-deny', because: { reason } };
  return {
    decision: 'implicit-deny',
    because: { statement: nearest.name, reason: `${reason}; ${nearest.name} allows the action, but ${butFor(nearest)}` },
  };
}

function butFor({ mismatch }: Near): string {
  if (mismatch.part === 'condition') return `its condition ${mismatch.condition.operator} on \`${mismatch.condition.key}\` does not hold`;
  return mismatch.missing === undefined
    ? 'on other resources'
    : `on resources named by \`\${${mismatch.missing}}\`, which has no value in this request`;
}
