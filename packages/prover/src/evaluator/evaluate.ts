import { RequestContext } from './context.ts';
import { type Finding, findIn, layersOf, type Near } from './layer.ts';
import { foldCase } from './letter-case.ts';
import type { Decision, IamRequest, Policies } from './request.ts';

/**
 * Decides a request as IAM does within one account and without resource policies. An explicit Deny in any policy decides; otherwise
 * the role must allow the request, and if there is a session policy, the session policy must allow it too.
 *
 * Pure and synchronous. It does not check whether an action exists, and wildcards in the *request* are ordinary characters. A
 * document is parsed at its first use and must not be changed afterwards.
 *
 * @throws {@link InvalidPolicyError} a document that is not understood
 * @throws TypeError a context value that is neither a string nor a list of strings, or a context key that is given twice in different case
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
  const subject = `\`${request.action}\` on \`${request.resource}\``;
  for (const { denied } of findings) {
    if (denied !== undefined)
      return { decision: 'explicit-deny', because: { statement: denied, reason: `${subject} is denied by ${denied}` } };
  }
  const allowed: string[] = [];
  for (const finding of findings) {
    if (finding.allowed === undefined) return implicitDeny(subject, finding);
    allowed.push(finding.allowed);
  }
  // The session policy is the last layer and the narrowest, so its statement is the most informative.
  return {
    decision: 'allow',
    because: { statement: allowed.slice(-1).join(), reason: `${subject} is allowed by ${allowed.join(' and by ')}` },
  };
}

function implicitDeny(subject: string, { title, nearest }: Finding): Decision {
  const reason = `no statement of ${title} allows ${subject}`;
  if (!nearest) return { decision: 'implicit-deny', because: { reason } };
  return {
    decision: 'implicit-deny',
    because: { statement: nearest.name, reason: `${reason}; ${nearest.name} allows the action, but ${describeMismatch(nearest)}` },
  };
}

function describeMismatch({ mismatch }: Near): string {
  if (mismatch.part === 'condition') return `its condition ${mismatch.condition.operator} on \`${mismatch.condition.key}\` does not match`;
  return mismatch.missing === undefined
    ? 'only on other resources'
    : `only on resources with \`\${${mismatch.missing}}\`, which has no value in this request`;
}
