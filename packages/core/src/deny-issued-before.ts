import { Faults, type PolicyDocument, type Statement } from '@tenant-aws/policy';
import { defaultSessionName, tagsFault } from './credentials/session.ts';

/** Whose sessions are meant. */
export interface DenyIssuedBeforeOptions {
  /** Only this tenant's: told by the session's name, as the machine names it without the option `sessionName`. Default: every tenant's. */
  readonly tenantId?: string | undefined;
  /** The session tag that holds the tenant id, where `tags` sets one: then the tenant is told by it, whatever the session's name. */
  readonly tagKey?: string | undefined;
}

/**
 * The AWS way to end credentials that were handed out already, which no process can take back: a policy to attach to the
 * *role*, which denies everything to sessions issued before a moment. Sessions of later have it too, and are not touched by it.
 * AWS knows the moment of issue to the second, so that a session of the same second is denied with those before.
 *
 * @throws {@link ConfigurationError} no date, no tenant id, a `tagKey` without one, or a name that is no option
 * @see AWS IAM User Guide, "Revoke IAM role temporary security credentials"
 * @example
 * const policy = denyIssuedBefore(new Date(), { tenantId: 'acme' });
 * await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'RevokeAcme', PolicyDocument: JSON.stringify(policy) }));
 */
export function denyIssuedBefore(date: Date, { tenantId, tagKey, ...unknown }: DenyIssuedBeforeOptions = {}): PolicyDocument {
  const faults = new Faults();
  faults.noneOf('', unknown, ['tenantId', 'tagKey']); // a misspelt `tenantId` would deny everybody
  if (!(date instanceof Date) || Number.isNaN(date.getTime())) faults.add('`denyIssuedBefore` takes a Date');
  if (tenantId !== undefined && (typeof tenantId !== 'string' || tenantId === '')) faults.add('`tenantId` must be a tenant id');
  if (tagKey !== undefined && tenantId === undefined) faults.add('`tagKey` needs a `tenantId`');
  const fault = tagKey === undefined || tenantId === undefined ? undefined : tagsFault({ [tagKey]: tenantId });
  if (fault !== undefined) faults.add(`the session tag ${fault}`); // also what IAM would read as a variable or a wildcard
  faults.throwIfAny();
  const statement: Statement = {
    Effect: 'Deny',
    Action: '*',
    Resource: '*',
    Condition: { DateLessThan: { 'aws:TokenIssueTime': date.toISOString() }, ...conditionOf(tenantId, tagKey) },
  };
  return { Version: '2012-10-17', Statement: [statement] };
}

/** `aws:userid` of a session is the role's id, a colon, and the session's name, which can hold neither a colon nor a wildcard. */
function conditionOf(tenantId: string | undefined, tagKey: string | undefined): NonNullable<Statement['Condition']> {
  if (tenantId === undefined) return {};
  if (tagKey !== undefined) return { StringEquals: { [`aws:PrincipalTag/${tagKey}`]: tenantId } };
  return { StringLike: { 'aws:userid': `*:${defaultSessionName(tenantId)}` } };
}
