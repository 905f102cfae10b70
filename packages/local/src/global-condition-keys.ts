import type { IamRequest } from '@tenant-aws/prover/evaluator';
import { formatIsoSeconds } from './amz-date.ts';
import type { Incoming } from './incoming.ts';

/**
 * The condition keys that do not depend on the service: those of the principal, and those of every request.
 *
 * @see AWS IAM User Guide, "AWS global condition context keys"
 */
export function globalConditionKeys(
  principal: IamRequest['context'],
  incoming: Incoming,
  region: string,
  now: number,
): IamRequest['context'] {
  const userAgent = incoming.headers.get('user-agent');
  const referer = incoming.headers.get('referer');
  const keys: Record<string, string | readonly string[]> = {
    ...principal,
    'aws:CurrentTime': formatIsoSeconds(now),
    'aws:EpochTime': String(Math.floor(now / 1000)),
    'aws:RequestedRegion': region,
    // Loopback uses plain HTTP. With `false`, policies that deny requests without TLS would deny every request.
    'aws:SecureTransport': 'true',
    'aws:SourceIp': incoming.remoteAddress,
    'aws:PrincipalIsAWSService': 'false',
    'aws:ViaAWSService': 'false',
  };
  if (userAgent !== undefined) keys['aws:UserAgent'] = userAgent;
  if (referer !== undefined) keys['aws:Referer'] = referer;
  return keys;
}
