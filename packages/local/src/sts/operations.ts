import { queryError, readForm, type Form } from '../query-protocol.ts';
import { deniedMessage } from '../services/denial.ts';
import { AwsError, type Operation, type Service, unsupported, type VerifiedRequest } from '../services/service.ts';
import { refusal } from '../signature/refusal.ts';
import { assumeRole } from './assume-role.ts';
import { getCallerIdentity } from './caller-identity.ts';
import type { StsContext, StsOperation } from './operation.ts';
import { STS_NAMESPACE } from './response.ts';
import { getScopedCredentials } from './scoped-credentials.ts';
import { assumeRoleWithWebIdentity } from './web-identity.ts';

const ASSUMPTION_KEYS = ['sts:RoleSessionName', 'aws:RequestTag/*', 'aws:TagKeys', 'sts:TransitiveTagKeys', 'sts:SourceIdentity'];

const SESSION_PARAMETERS = ['RoleArn', 'RoleSessionName', 'Policy', 'DurationSeconds', 'MinimumSessionTokenSize'];

/** The supported operations of STS. */
export const STS_OPERATIONS: readonly StsOperation[] = [
  {
    operation: 'AssumeRole',
    actions: ['sts:AssumeRole'],
    furtherActions: [
      ['sts:TagSession', 'if the session has tags, requested or inherited'],
      ['sts:SetSourceIdentity', 'if the session has a source identity, requested or inherited'],
    ],
    conditionKeys: [...ASSUMPTION_KEYS, 'sts:ExternalId'],
    parameters: [
      ...SESSION_PARAMETERS,
      'Tags',
      'Tags.member.*',
      'TransitiveTagKeys',
      'TransitiveTagKeys.member.*',
      'ExternalId',
      'SourceIdentity',
    ],
    parse: assumeRole,
  },
  {
    operation: 'AssumeRoleWithWebIdentity',
    unsigned: true,
    actions: ['sts:AssumeRoleWithWebIdentity'],
    furtherActions: [
      ['sts:TagSession', 'if the token has session tags'],
      ['sts:SetSourceIdentity', 'if the token has a source identity'],
    ],
    conditionKeys: [...ASSUMPTION_KEYS, 'aws:FederatedProvider', '<provider>:aud', '<provider>:sub'],
    parameters: [...SESSION_PARAMETERS, 'WebIdentityToken'],
    parse: assumeRoleWithWebIdentity,
  },
  { operation: 'GetCallerIdentity', actions: [], parameters: [], parse: getCallerIdentity },
  {
    operation: 'GetScopedCredentials',
    actions: ['sts:GetScopedCredentials'],
    parameters: ['Policy', 'DurationSeconds', 'MinimumSessionTokenSize', 'ScopedSessionDescription'],
    parse: getScopedCredentials,
  },
];

const API_VERSION = '2011-06-15';
const MAX_FORM_BYTES = 256 * 1024;

/** The Security Token Service. */
export function stsService(context: StsContext): Service {
  return {
    name: 'sts',
    parse(request) {
      const form = readStsForm(request);
      const row = rowOf(form);
      if (!row || row.unsigned) throw unsupported('This operation');
      return parse(row, request, form, context);
    },
    parseUnsigned(request) {
      const form = readStsForm(request);
      const row = rowOf(form);
      if (!row?.unsigned) throw refusal('missing', 'sts');
      return parse(row, request, form, context);
    },
    error: (error, { requestId }) => queryError(error, STS_NAMESPACE, requestId),
    denied({ name }, { action, resource }, caller) {
      const unsigned = STS_OPERATIONS.some((row) => row.unsigned && row.operation === name);
      return new AwsError('AccessDenied', 403, unsigned ? `Not authorized to perform ${action}` : deniedMessage(caller, action, resource));
    },
  };
}

function readStsForm(request: VerifiedRequest): Form {
  return readForm(request, { version: API_VERSION, maxBytes: MAX_FORM_BYTES });
}

function rowOf(form: Form): StsOperation | undefined {
  return STS_OPERATIONS.find(({ operation }) => operation === form.get('Action'));
}

function parse(row: StsOperation, request: VerifiedRequest, form: Form, context: StsContext): Operation | Promise<Operation> {
  const unknown = [...form.keys()].find((name) => !isSupported(row, name));
  if (unknown !== undefined) throw unsupported(`The parameter \`${unknown.slice(0, 64)}\``);
  return row.parse(request, form, context);
}

function isSupported({ parameters }: StsOperation, name: string): boolean {
  if (name === 'Action' || name === 'Version') return true;
  return parameters.some((each) => (each.endsWith('*') ? name.startsWith(each.slice(0, -1)) : name === each));
}
