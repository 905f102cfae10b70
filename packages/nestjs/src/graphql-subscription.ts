import { problemOf, runInTenantContext, type TenantContext, TokenInvalidError } from '@tenant-aws/core';
import { boundIterator } from './bound-iterator.ts';
import { type Field, fieldContext, rememberField, type Resolve } from './graphql-fields.ts';
import { isObject } from './is-object.ts';
import { graphqlError } from './problem-reply.ts';

/**
 * Runs a whole subscription as the tenant that the guard admits to it: its source, its filter, and its resolver for each event.
 * The context is created here, before the guard runs, because the filter runs outside of the guard. The guard then sets the tenant.
 */
export function keepSubscription(field: Field, sessionMs: number): void {
  const { subscribe, resolve = propertyOfEvent } = field;
  if (subscribe === undefined) return;
  field.subscribe = async function (...call) {
    const [, , value, info] = call;
    const context: TenantContext = { current: undefined, purpose: 'handler' };
    rememberField(value, info, context);
    const events: unknown = await runInTenantContext(context, () => Reflect.apply(subscribe, this, call));
    return isEvents(events) ? boundIterator(events, context) : events;
  };
  field.resolve = function (...call) {
    const [, , value, info] = call;
    const context = fieldContext(value, info) ?? {};
    refuseExpired(context, sessionMs);
    return runInTenantContext(context, () => Reflect.apply(resolve, this, call));
  };
}

/** The default resolver of graphql-js. */
const propertyOfEvent: Resolve = (event, args, value, info) => {
  const property: unknown = isObject(event) ? Reflect.get(event, info.fieldName) : undefined;
  return typeof property === 'function' ? Reflect.apply(property, event, [args, value, info]) : property;
};

/** A connection stays open after its token has expired: later events are refused. */
function refuseExpired({ current }: TenantContext, sessionMs: number): void {
  const { expiresAt } = current?.identity ?? {};
  if (expiresAt !== undefined && expiresAt + sessionMs <= Date.now())
    throw graphqlError(problemOf(new TokenInvalidError('the token expired during the subscription')));
}

type Events = AsyncIterator<unknown> & AsyncIterable<unknown>;

function isEvents(value: unknown): value is Events {
  return isObject(value) && !(value instanceof Error) && Symbol.asyncIterator in value;
}
