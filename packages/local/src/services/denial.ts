/** Which policies refuse a request, and whether they forbid it or merely do not allow it. */
export interface Denial {
  readonly policy: 'identity-based' | 'session' | 'resource-based';
  readonly explicit: boolean;
}

/**
 * A denial in AWS's words.
 *
 * @see AWS IAM User Guide, "Troubleshoot access denied error messages"
 */
export function deniedMessage({ arn }: { readonly arn: string }, action: string, resource: string, denial?: Denial): string {
  const what = `User: ${arn} is not authorized to perform: ${action} on resource: ${resource}`;
  if (denial === undefined) return what;
  const { policy, explicit } = denial;
  if (!explicit) return `${what} because no ${policy} policy allows the ${action} action`;
  return `${what} with an explicit deny in ${policy === 'session' ? 'a' : 'an'} ${policy} policy`;
}
