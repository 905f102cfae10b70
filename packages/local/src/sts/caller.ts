import { AwsError, type VerifiedRequest } from '../services/service.ts';
import type { Principal, Sessions } from '../sessions.ts';

/** Who signed a request, with all that STS knows of it. */
export function callerOf({ caller }: VerifiedRequest, sessions: Sessions): Principal {
  const principal = sessions.find(caller.accessKeyId);
  if (!principal) throw new AwsError('InvalidClientTokenId', 403, 'The security token included in the request is invalid.');
  return principal;
}
