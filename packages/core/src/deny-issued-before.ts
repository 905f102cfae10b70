import { ConfigurationError, type PolicyDocument, type Statement } from '@tenant-aws/policy';
import { defaultSessionName } from './credentials/session.ts';

/** Whose sessions are meant. */
export interface DenyIssuedBeforeOptions {
  /** Only this tenant's: told by the session's name, as the machine names it by default. Default: every tenant's. */
  readonly tenantId?: string | undefined;
  /** The session tag that holds the tenant id, where `tags` sets one: then the tenant is told by it, whatever the session's name. */
  readonly tagKey?: string | undefined;
}

/**
 * The AWS way to end credentials that were handed out already, which no process can take back: a policy to attach to the
 * *role*, which denies everything to sessions issued before a moment. Sessions of later have it too, and are not touched by it.
 *
 * @throws {@link ConfigurationError} no date, or a `tagKey` without a `tenantId`
 * @see AWS IAM User Guide, "Revoke IAM role temporary security credentials"
 * @example
 * const policy = denyIssuedBefore(new Date(), { tenantId: 'acme' });
 * await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'RevokeAcme', PolicyDocument: JSON.stringify(policy) }));
 */
export function denyIssuedBefore(date: Date, { tenantId, tagKey }: DenyIssuedBeforeOptions = {}): PolicyDocument {
  if (!(date instanceof Date) || Number.isNaN(date.getTime())) throw new ConfigurationError(['`denyIssuedBefore` takes a Date']);
  if (tagKey !== undefined && tenantId === undefined) throw new ConfigurationError(['`tagKey` needs a `tenantId`']);
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
