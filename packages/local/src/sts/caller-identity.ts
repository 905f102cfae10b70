import type { Form } from '../query-protocol.ts';
import { AwsError, type Operation, type VerifiedRequest } from '../services/service.ts';
import type { Principal, Sessions } from '../sessions.ts';
import { element } from '../xml.ts';
import type { StsContext } from './operation.ts';
import { stsResponse } from './response.ts';

/**
 * GetCallerIdentity requires no permission: it succeeds even for a caller that is denied everything.
 *
 * @see AWS STS API Reference, "GetCallerIdentity"
 */
export function getCallerIdentity(request: VerifiedRequest, _form: Form, { sessions }: StsContext): Operation {
  const { arn, userId, account } = callerOf(request, sessions);
  const result = element('Arn', arn) + element('UserId', userId) + element('Account', account);
  return { name: 'GetCallerIdentity', authorize: [], execute: () => stsResponse('GetCallerIdentity', result, request.requestId) };
}

/** The principal that signed a request. */
export function callerOf({ caller }: VerifiedRequest, sessions: Sessions): Principal {
  const principal = sessions.find(caller.accessKeyId);
  if (!principal) throw new AwsError('InvalidClientTokenId', 403, 'The security token included in the request is invalid.');
  return principal;
}
