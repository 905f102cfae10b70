import type { JsonObject } from '@tenant-aws/policy/json';
import { deniedMessage } from './denial.ts';
import { type JsonProtocol, jsonResponse, readJsonRequest } from './json-protocol.ts';
import { AwsError, type Operation, type ParsedOperation, type Service, unsupported, type VerifiedRequest } from './service.ts';
import { checkShape, type Members, type ShapeErrors, VALIDATION_ERRORS, withoutNulls } from './shape.ts';

/** A parsed operation of a service with the protocol awsJson. `execute` returns the members of the result. */
export type ParsedJsonOperation = ParsedOperation<JsonObject | Promise<JsonObject>> & Pick<Operation, 'agrees'>;

/** One supported operation of a service with the protocol awsJson. */
export interface JsonOperation<Context> {
  /** `GetSecretValue` */
  readonly operation: string;
  /** The permissions that it needs: `secretsmanager:GetSecretValue`. For the documentation. */
  readonly actions: readonly string[];
  /** Permissions that it needs only in some cases, and the case. For the documentation. */
  readonly furtherActions?: readonly (readonly [action: string, when: string])[];
  /** Its own condition keys, in addition to the global ones. For the documentation. */
  readonly conditionKeys?: readonly string[];
  readonly members: Members;
  /** Parses parameters that have the types of `members`, without those that are null. */
  parse(given: JsonObject, context: Context, request: VerifiedRequest): ParsedJsonOperation;
}

/** A service with the protocol awsJson: a table of operations and the state that they share. */
export interface JsonServiceOptions<Context> extends Pick<Service, 'name' | 'close'> {
  readonly protocol: JsonProtocol;
  readonly operations: readonly JsonOperation<Context>[];
  readonly context: Context;
  /** Default: those of services that are described by a Smithy model. */
  readonly shapeErrors?: ShapeErrors;
  /** Default: the denial of most services, `AccessDeniedException`. */
  readonly denied?: Service['denied'];
  /** Default: the format of the protocol. */
  readonly error?: Service['error'];
}

/** Makes a service of a table of operations. It answers all other operations with 501. */
export function jsonService<Context>(options: JsonServiceOptions<Context>): Service {
  const { name, protocol, operations, context, shapeErrors = VALIDATION_ERRORS, close } = options;
  const byName = new Map(operations.map((entry) => [entry.operation, entry]));
  return {
    name,
    parse(request): Operation {
      const { operation: operationName, parameters } = readJsonRequest(request, protocol);
      const operation = byName.get(operationName);
      if (operation === undefined) throw unsupported(`The operation ${operationName}`);
      checkShape(parameters, operation.members, operationName, shapeErrors);
      const parsed = operation.parse(withoutNulls(parameters), context, request);
      const { requestId } = request;
      return {
        ...parsed,
        name: operationName,
        execute: async (refused) => jsonResponse(protocol, 200, JSON.stringify(await parsed.execute(refused)), requestId),
      };
    },
    error:
      options.error ??
      (({ code, status, message, members }, { requestId }) =>
        jsonResponse(protocol, status, JSON.stringify({ __type: code, message, ...members }), requestId)),
    denied:
      options.denied ??
      ((_operation, { action, resource }, caller, denial) =>
        new AwsError('AccessDeniedException', 400, deniedMessage(caller, action, resource, denial))),
    ...(close && { close }),
  };
}
