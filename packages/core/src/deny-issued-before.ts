import { Faults, type PolicyDocument, type Statement } from '@tenant-aws/policy';
import { defaultSessionName, tagsFault } from './credentials/session-parameters.ts';

/** The sessions that the policy denies. */
export interface DenyIssuedBeforeOptions {
  /** Only sessions of this tenant, found by the name that the machine gives them without the option `sessionName`. Default: all sessions. */
  readonly tenantId?: string | undefined;
  /** The session tag with the tenant id, if the option `tags` sets one: then sessions are found by the tag, not by the name. */
  readonly tagKey?: string | undefined;
}

/**
 * The AWS way to end credentials that were already vended, which this process cannot revoke at AWS: a policy to attach to
 * the *role*. It denies everything to sessions issued before `date`, and nothing to later sessions.
 * AWS stores the time of issue in whole seconds, so that a session of the same second is denied as well.
 *
 * @throws {@link ConfigurationError} an invalid date or tenant id, a `tagKey` without a tenant id, or an unknown option
 * @see AWS IAM User Guide, "Revoke IAM role temporary security credentials"
 * @example
 * const policy = denyIssuedBefore(new Date(), { tenantId: 'acme' });
 * await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'RevokeAcme', PolicyDocument: JSON.stringify(policy) }));
 */
export function denyIssuedBefore(date: Date, { tenantId, tagKey, ...unknown }: DenyIssuedBeforeOptions = {}): PolicyDocument {
  const faults = new Faults();
  faults.noneOf('', unknown, ['tenantId', 'tagKey']); // a misspelt `tenantId` would deny every tenant
  if (!(date instanceof Date) || Number.isNaN(date.getTime())) faults.add('`date` must be a valid Date');
  if (tenantId !== undefined && (typeof tenantId !== 'string' || tenantId === ''))
    faults.add('`tenantId` must be a string that is not empty');
  if (tagKey !== undefined && tenantId === undefined) faults.add('`tagKey` requires `tenantId`: give both, or neither');
  const fault = tagKey === undefined || tenantId === undefined ? undefined : tagsFault({ [tagKey]: tenantId });
  if (fault !== undefined) faults.add(`the session tag ${fault}`); // this also refuses variables and wildcards of IAM
  faults.throwIfAny();
  const statement: Statement = {
    Effect: 'Deny',
    Action: '*',
    Resource: '*',
    Condition: { DateLessThan: { 'aws:TokenIssueTime': date.toISOString() }, ...conditionOf(tenantId, tagKey) },
  };
  return { Version: '2012-10-17', Statement: [statement] };
}

/** `aws:userid` of a session is the role's id, a colon, and the session's name, which cannot contain a colon or a wildcard. */
function conditionOf(tenantId: string | undefined, tagKey: string | undefined): NonNullable<Statement['Condition']> {
  if (tenantId === undefined) return {};
  if (tagKey !== undefined) return { StringEquals: { [`aws:PrincipalTag/${tagKey}`]: tenantId } };
  return { StringLike: { 'aws:userid': `*:${defaultSessionName(tenantId)}` } };
}
