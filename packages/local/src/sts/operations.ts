import { queryError } from '../aws-error.ts';
import { AwsError, type Service } from '../services/service.ts';
import { STS_NAMESPACE } from './answer.ts';
import { assumeRole } from './assume-role.ts';
import { getCallerIdentity } from './caller-identity.ts';
import { readForm } from './form.ts';
import type { StsGround, StsRow } from './row.ts';

/** Every operation of STS that there is here. */
export const STS_TABLE: readonly StsRow[] = [
  { operation: 'AssumeRole', parameters: ['RoleArn', 'RoleSessionName', 'Policy', 'DurationSeconds'], understand: assumeRole },
  { operation: 'GetCallerIdentity', parameters: [], understand: getCallerIdentity },
];

/** The Security Token Service. */
export function stsService(ground: StsGround): Service {
  return {
    name: 'sts',
    parse(request) {
      const form = readForm(request);
      const row = STS_TABLE.find(({ operation }) => operation === form.get('Action'));
      if (!row) throw notImplemented('This operation is not implemented here.');
      const unknown = [...form.keys()].find((name) => !isKnown(row, name));
      if (unknown !== undefined) throw notImplemented(`The parameter \`${unknown.slice(0, 64)}\` is not implemented here.`);
      return row.understand(request, form, ground);
    },
    error: (error, { requestId }) => queryError(error, STS_NAMESPACE, requestId),
    denied: (_operation, { action, resource }, { arn }) =>
      new AwsError('AccessDenied', 403, `User: ${arn} is not authorized to perform: ${action} on resource: ${resource}`),
  };
}

function isKnown({ parameters }: StsRow, name: string): boolean {
  if (name === 'Action' || name === 'Version') return true;
  return parameters.some((known) => (known.endsWith('*') ? name.startsWith(known.slice(0, -1)) : name === known));
}

function notImplemented(message: string): AwsError {
  return new AwsError('NotImplemented', 501, message);
}
