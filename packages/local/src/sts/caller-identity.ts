import type { Operation, VerifiedRequest } from '../services/service.ts';
import { element } from '../xml.ts';
import { stsAnswer } from './answer.ts';
import { callerOf } from './caller.ts';
import type { Form } from './form.ts';
import type { StsGround } from './row.ts';

/** GetCallerIdentity needs no right: AWS answers it even to who is denied everything. */
export function getCallerIdentity(request: VerifiedRequest, _form: Form, { sessions }: StsGround): Operation {
  const principal = callerOf(request, sessions);
  const result = element('Arn', principal.arn) + element('UserId', principal.userId) + element('Account', principal.account);
  return { name: 'GetCallerIdentity', authorize: [], execute: () => stsAnswer('GetCallerIdentity', result, request.requestId) };
}
