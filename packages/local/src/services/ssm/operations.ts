import type { Json, JsonObject } from '@tenant-aws/policy/json';
import type { IamRequest } from '@tenant-aws/prover/evaluator';
import type { JsonOperation } from '../json-service.ts';
import { resourceTagKeys } from '../resource-tags.ts';
import { AwsError } from '../service.ts';
import { BOOLEAN, integer, list, STRING, string, textOf } from '../shape.ts';
import { parameterArn, type ParameterName, readParameterName, readPath } from './parameter-name.ts';
import { type Parameter, type ParameterVersion, versionOf } from './parameters.ts';
import { PUT_PARAMETER_MEMBERS, putParameter, type SsmContext } from './put-parameter.ts';
import { decryptRequests, decryptValue } from './secure-string.ts';

const NAME = string({ min: 1, max: 2048 });
const NAMES = list(NAME, { min: 1, max: 10 });
const PAGE = 10;
const TAG_CONDITION_KEYS = ['aws:ResourceTag/<key>', 'ssm:resourceTag/<key>'];
const DECRYPT: NonNullable<JsonOperation<SsmContext>['furtherActions']> = [
  ['kms:Decrypt', "on the key of each SecureString with WithDecryption, unless it is Systems Manager's own key"],
];

/** A parameter that a request names, as it was when the request was parsed. */
interface Selected {
  readonly requested: ParameterName;
  readonly arn: string;
  readonly parameter: Parameter | undefined;
}

/** Every supported operation of Parameter Store. All others are answered with 501. */
export const SSM_OPERATIONS: readonly JsonOperation<SsmContext>[] = [
  {
    operation: 'GetParameter',
    actions: ['ssm:GetParameter'],
    furtherActions: DECRYPT,
    conditionKeys: TAG_CONDITION_KEYS,
    members: { Name: NAME, 'WithDecryption?': BOOLEAN },
    parse(given, context) {
      const selected = select(context, textOf(given['Name']));
      const decrypts = given['WithDecryption'] === true;
      return {
        authorize: [requestOn('ssm:GetParameter', selected), ...(decrypts ? decryptRequestsOf(context, selected) : [])],
        execute() {
          const { parameter, requested } = selected;
          if (parameter === undefined) throw parameterNotFound();
          return { Parameter: resultOf(context, parameter, requested.selector, decrypts) };
        },
      };
    },
  },
  {
    operation: 'GetParameters',
    actions: ['ssm:GetParameters'],
    furtherActions: DECRYPT,
    conditionKeys: TAG_CONDITION_KEYS,
    members: { Names: NAMES, 'WithDecryption?': BOOLEAN },
    parse(given, context) {
      const names = textsOf(given['Names']);
      const all = names.map((name) => select(context, name));
      const decrypts = given['WithDecryption'] === true;
      const isFound = ({ parameter, requested: { selector } }: Selected): boolean =>
        parameter !== undefined && (selector === undefined || parameter.versions.some(({ version }) => String(version) === selector));
      return {
        authorize: [
          ...all.map((selected) => requestOn('ssm:GetParameters', selected)),
          ...(decrypts ? all.flatMap((selected) => decryptRequestsOf(context, selected)) : []),
        ],
        execute: () => ({
          Parameters: all.flatMap((selected) => {
            const { parameter, requested } = selected;
            return parameter !== undefined && isFound(selected) ? [resultOf(context, parameter, requested.selector, decrypts)] : [];
          }),
          InvalidParameters: all.flatMap((selected, index) => (isFound(selected) ? [] : [names[index] ?? ''])),
        }),
      };
    },
  },
  {
    // The permission for a path includes all parameters below it, also those that a policy denies by name.
    operation: 'GetParametersByPath',
    actions: ['ssm:GetParametersByPath'],
    furtherActions: DECRYPT,
    conditionKeys: ['ssm:Recursive'],
    members: {
      Path: NAME,
      'Recursive?': BOOLEAN,
      'WithDecryption?': BOOLEAN,
      'MaxResults?': integer(1, PAGE),
      'NextToken?': STRING,
    },
    parse(given, context) {
      const { parameters } = context;
      const path = readPath(textOf(given['Path']));
      const recursive = given['Recursive'] === true;
      const decrypts = given['WithDecryption'] === true;
      const after = readNextToken(given['NextToken']);
      const size = typeof given['MaxResults'] === 'number' ? given['MaxResults'] : PAGE;
      const rest = parameters.below(path, { recursive }).filter(({ name }) => name > after);
      const page = rest.slice(0, size);
      const last = page.at(-1);
      const resource = parameterArn(parameters.scope, path);
      return {
        authorize: [
          { action: 'ssm:GetParametersByPath', resource, context: { 'ssm:Recursive': String(recursive) } },
          ...(decrypts ? page.flatMap((parameter) => decryptRequestsOf(context, { parameter, requested: {} })) : []),
        ],
        execute: () => ({
          Parameters: page.map((parameter) => resultOf(context, parameter, undefined, decrypts)),
          ...(last && rest.length > size ? { NextToken: Buffer.from(last.name).toString('base64url') } : {}),
        }),
      };
    },
  },
  {
    operation: 'PutParameter',
    actions: ['ssm:PutParameter'],
    furtherActions: [
      ['ssm:AddTagsToResource', 'with Tags'],
      ['kms:Encrypt', "on the key of a SecureString, unless it is Systems Manager's own key"],
      ['kms:GenerateDataKey', 'instead of `kms:Encrypt`, for the tier Advanced'],
    ],
    conditionKeys: ['ssm:Overwrite', 'ssm:Policies', 'aws:RequestTag/<key>', 'aws:TagKeys'],
    members: PUT_PARAMETER_MEMBERS,
    parse: (given, context, { now }) => putParameter(given, context, now),
  },
  {
    operation: 'DeleteParameter',
    actions: ['ssm:DeleteParameter'],
    conditionKeys: TAG_CONDITION_KEYS,
    members: { Name: NAME },
    parse(given, context) {
      const selected = selectWhole(context, textOf(given['Name']));
      return {
        authorize: [requestOn('ssm:DeleteParameter', selected)],
        execute() {
          if (!context.parameters.delete(nameOf(selected))) throw parameterNotFound();
          return {};
        },
      };
    },
  },
  {
    operation: 'DeleteParameters',
    actions: ['ssm:DeleteParameters'],
    conditionKeys: TAG_CONDITION_KEYS,
    members: { Names: NAMES },
    parse(given, context) {
      const all = textsOf(given['Names']).map((name) => selectWhole(context, name));
      return {
        authorize: all.map((selected) => requestOn('ssm:DeleteParameters', selected)),
        execute() {
          const names = [...new Set(all.map(nameOf))];
          const deleted = new Set(names.filter((name) => context.parameters.delete(name)));
          return { DeletedParameters: [...deleted], InvalidParameters: names.filter((name) => !deleted.has(name)) };
        },
      };
    },
  },
];

function select({ parameters }: SsmContext, text: string): Selected {
  const requested = readParameterName(parameters.scope, text);
  return { requested, arn: parameterArn(parameters.scope, requested.name), parameter: parameters.find(requested) };
}

/** @throws {@link AwsError} 400 for a name with a selector */
function selectWhole(context: SsmContext, text: string): Selected {
  const selected = select(context, text);
  if (selected.requested.selector === undefined) return selected;
  throw new AwsError('ValidationException', 400, 'The name of a parameter to delete has no version.');
}

function nameOf({ parameter, requested }: Selected): string {
  return parameter?.name ?? requested.name;
}

function requestOn(action: string, { arn, parameter }: Selected): IamRequest {
  return { action, resource: arn, context: resourceTagKeys('ssm:resourceTag/', parameter?.tags ?? new Map()) };
}

/** The permissions to decrypt a SecureString. */
function decryptRequestsOf(
  { keys }: SsmContext,
  {
    parameter,
    requested: { selector },
  }: { readonly parameter: Parameter | undefined; readonly requested: Pick<ParameterName, 'selector'> },
): IamRequest[] {
  const versions = parameter?.versions ?? [];
  const version = selector === undefined ? versions.at(-1) : versions.find((each) => String(each.version) === selector);
  const arn = parameter?.arn;
  return arn === undefined || version?.keyArn === undefined ? [] : decryptRequests(keys, version.keyArn, arn);
}

function resultOf(context: SsmContext, parameter: Parameter, selector: string | undefined, decrypts: boolean): JsonObject {
  const { name, arn } = parameter;
  const version = versionOf(parameter, selector);
  return {
    Name: name,
    Type: version.type,
    Value: decrypts ? plaintextOf(context, arn, version) : version.value,
    Version: version.version,
    ...(selector !== undefined && { Selector: `:${selector}` }),
    LastModifiedDate: version.modifiedAt.getTime() / 1000,
    ARN: arn,
    DataType: 'text',
  };
}

function plaintextOf({ keys }: SsmContext, arn: string, { value, keyArn }: ParameterVersion): string {
  return keyArn === undefined ? value : decryptValue(keys, keyArn, arn, value);
}

/** The last name of the page before. It selects among the parameters of the path only, so a forged one returns nothing else. */
function readNextToken(token: Json | undefined): string {
  if (token === undefined) return '';
  const text = textOf(token);
  const name = Buffer.from(text, 'base64url').toString();
  if (name !== '' && Buffer.from(name).toString('base64url') === text) return name;
  throw new AwsError('InvalidNextToken', 400, 'The specified token is not valid.');
}

function textsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.map(textOf) : [];
}

function parameterNotFound(): AwsError {
  return new AwsError('ParameterNotFound', 400, 'The parameter could not be found.');
}
