import type { ExecutionContext } from '@nestjs/common';
import { type TenantContext, TenantMismatchError } from '@tenant-aws/core';
import { kindOf } from './execution-request.ts';
import { isObject } from './is-object.ts';

/*
 * A parameter decorator receives the arguments of its execution in another array than the guard. So the admitted tenant is
 * found by an argument that only this execution has: the `info` of a resolver, the data or the context of a message.
 */

interface Admission {
  readonly args: readonly unknown[];
  readonly context: TenantContext;
}

interface SocketAdmission extends Admission {
  /** Whether all messages of this socket to this handler had the same tenant and subject. */
  readonly uniform: boolean;
}

const byArgument = new WeakMap<object, Admission>();

/** By socket and handler: for messages that have no object as an argument, such as `{ "event": "list" }`. */
const bySocket = new WeakMap<object, Map<unknown, SocketAdmission>>();

export function rememberArguments(execution: ExecutionContext, context: TenantContext): void {
  const admission = { args: execution.getArgs(), context };
  const own = ownArgument(execution);
  if (own) byArgument.set(own, admission);
  else if (kindOf(execution) === 'ws') rememberSocket(execution, admission);
}

/**
 * The context that the guard recorded for these arguments.
 *
 * @throws {@link TenantMismatchError} executions of several tenants share the argument, so that the tenant cannot be determined
 */
export function recallArguments(execution: ExecutionContext): TenantContext | undefined {
  const own = ownArgument(execution);
  const admission = own ? byArgument.get(own) : undefined;
  const ofSocket = own ? undefined : handlersOf(execution)?.get(execution.getHandler());
  const found = admission ?? ofSocket;
  if (found === undefined || ofSocket?.uniform || isSame(found.args, execution.getArgs())) return found?.context;
  throw new TenantMismatchError({ detail: { reason: 'the arguments of the handler belong to several executions' } });
}

function rememberSocket(execution: ExecutionContext, admission: Admission): void {
  const client = execution.switchToWs().getClient<object>();
  const handlers = bySocket.get(client) ?? new Map<unknown, SocketAdmission>();
  const previous = handlers.get(execution.getHandler());
  const uniform = previous === undefined || (previous.uniform && isSameSubject(previous.context, admission.context));
  handlers.set(execution.getHandler(), { ...admission, uniform });
  bySocket.set(client, handlers);
}

function handlersOf(execution: ExecutionContext): Map<unknown, SocketAdmission> | undefined {
  return kindOf(execution) === 'ws' ? bySocket.get(execution.switchToWs().getClient<object>()) : undefined;
}

/** An argument that no other execution has. */
function ownArgument(execution: ExecutionContext): object | undefined {
  const args: readonly unknown[] = execution.getArgs();
  switch (kindOf(execution)) {
    case 'graphql':
      return [args[3]].find(isReference);
    case 'rpc':
      return args.find(isReference);
    case 'ws':
      return args.slice(1).find(isReference);
    default:
      return undefined;
  }
}

/** A function is the acknowledgement callback of one message. */
function isReference(arg: unknown): arg is object {
  return isObject(arg) || typeof arg === 'function';
}

function isSame(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((value, index) => Object.is(value, other[index]));
}

function isSameSubject({ current: one }: TenantContext, { current: other }: TenantContext): boolean {
  return one?.tenantId === other?.tenantId && one?.identity.subject === other?.identity.subject;
}
