import type { ExecutionContext } from '@nestjs/common';
import { type TenantContext, TenantMismatchError } from '@tenant-aws/core';
import { kindOf } from './execution-request.ts';
import { isObject } from './is-object.ts';

/*
 * A parameter decorator is given the arguments of its execution in a list of its own, not in the guard's. It finds what the
 * guard admitted by an argument that only this execution has: the `info` of a resolver, the data or the context of a message.
 */

interface Admission {
  readonly args: readonly unknown[];
  readonly context: TenantContext;
}

interface SocketAdmission extends Admission {
  /** Whether all messages of this socket to this handler were of one tenant and subject. */
  readonly uniform: boolean;
}

const byArgument = new WeakMap<object, Admission>();

/** Messages without an argument of their own, such as `{ "event": "list" }`: by the socket and the handler. */
const bySocket = new WeakMap<object, Map<unknown, SocketAdmission>>();

export function rememberArguments(execution: ExecutionContext, context: TenantContext): void {
  const admission = { args: execution.getArgs(), context };
  const own = ownArgument(execution);
  if (own) byArgument.set(own, admission);
  else if (kindOf(execution) === 'ws') rememberSocket(execution, admission);
}

/**
 * The context that the guard made for these arguments.
 *
 * @throws {@link TenantMismatchError} an argument is shared by executions of several tenants, so that it cannot be told
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
  const before = handlers.get(execution.getHandler());
  const uniform = before === undefined || (before.uniform && isSameSubject(before.context, admission.context));
  handlers.set(execution.getHandler(), { ...admission, uniform });
  bySocket.set(client, handlers);
}

function handlersOf(execution: ExecutionContext): Map<unknown, SocketAdmission> | undefined {
  return kindOf(execution) === 'ws' ? bySocket.get(execution.switchToWs().getClient<object>()) : undefined;
}

function ownArgument(execution: ExecutionContext): object | undefined {
  const args: readonly unknown[] = execution.getArgs();
  switch (kindOf(execution)) {
    case 'graphql':
      return [args[3]].find(isObject);
    case 'rpc':
      return args.find(isObject);
    case 'ws':
      return args.slice(1).find((arg) => isObject(arg) || typeof arg === 'function'); // a function acknowledges one message of a socket
    default:
      return undefined;
  }
}

function isSame(these: readonly unknown[], those: readonly unknown[]): boolean {
  return these.length === those.length && these.every((value, index) => Object.is(value, those[index]));
}

function isSameSubject({ current: one }: TenantContext, { current: other }: TenantContext): boolean {
  return one?.tenantId === other?.tenantId && one?.identity.subject === other?.identity.subject;
}
