import { queryError } from '../aws-error.ts';
import { deniedMessage } from '../services/denial.ts';
import { AwsError, type Operation, type Service, type VerifiedRequest } from '../services/service.ts';
import { refusal } from '../signature/refusal.ts';
import { STS_NAMESPACE } from './answer.ts';
import { assumeRole } from './assume-role.ts';
import { getCallerIdentity } from './caller-identity.ts';
import { type Form, readForm } from './form.ts';
import type { StsGround, StsRow } from './row.ts';
import { getScopedCredentials } from './scoped-credentials.ts';
import { assumeRoleWithWebIdentity } from './web-identity.ts';

/** Every operation of STS that there is here. */
export const STS_TABLE: readonly StsRow[] = [
  {
    operation: 'AssumeRole',
    parameters: [
      'RoleArn',
      'RoleSessionName',
      'Policy',
      'DurationSeconds',
      'Tags',
      'Tags.member.*',
      'TransitiveTagKeys',
      'TransitiveTagKeys.member.*',
      'ExternalId',
      'SourceIdentity',
      'MinimumSessionTokenSize',
    ],
    understand: assumeRole,
  },
  {
    operation: 'AssumeRoleWithWebIdentity',
    unsigned: true,
    parameters: ['RoleArn', 'RoleSessionName', 'WebIdentityToken', 'Policy', 'DurationSeconds', 'MinimumSessionTokenSize'],
    understand: assumeRoleWithWebIdentity,
  },
  { operation: 'GetCallerIdentity', parameters: [], understand: getCallerIdentity },
  {
    operation: 'GetScopedCredentials',
    parameters: ['Policy', 'DurationSeconds', 'MinimumSessionTokenSize', 'ScopedSessionDescription'],
    understand: getScopedCredentials,
  },
];

/** The Security Token Service. */
export function stsService(ground: StsGround): Service {
  return {
    name: 'sts',
    parse(request) {
      const form = readForm(request);
      const row = rowOf(form);
      if (!row || row.unsigned) throw notImplemented('This operation is not implemented here.');
      return understand(row, request, form, ground);
    },
    parseUnsigned(request) {
      const form = readForm(request);
      const row = rowOf(form);
      if (!row?.unsigned) throw refusal('missing', 'sts');
      return understand(row, request, form, ground);
    },
    error: (error, { requestId }) => queryError(error, STS_NAMESPACE, requestId),
    denied({ name }, { action, resource }, caller) {
      const unsigned = STS_TABLE.some((row) => row.unsigned && row.operation === name);
      return new AwsError('AccessDenied', 403, unsigned ? `Not authorized to perform ${action}` : deniedMessage(caller, action, resource));
    },
  };
}

function rowOf(form: Form): StsRow | undefined {
  return STS_TABLE.find(({ operation }) => operation === form.get('Action'));
}

function understand(row: StsRow, request: VerifiedRequest, form: Form, ground: StsGround): Operation | Promise<Operation> {
  const unknown = [...form.keys()].find((name) => !isKnown(row, name));
  if (unknown !== undefined) throw notImplemented(`The parameter \`${unknown.slice(0, 64)}\` is not implemented here.`);
  return row.understand(request, form, ground);
}

function isKnown({ parameters }: StsRow, name: string): boolean {
  if (name === 'Action' || name === 'Version') return true;
  return parameters.some((known) => (known.endsWith('*') ? name.startsWith(known.slice(0, -1)) : name === known));
}

function notImplemented(message: string): AwsError {
  return new AwsError('NotImplemented', 501, message);
}
