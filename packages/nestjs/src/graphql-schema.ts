import type { ModulesContainer } from '@nestjs/core';
import { runInTenantContext } from '@tenant-aws/core';
import { type Field, fieldContext, type GraphqlSchema } from './graphql-fields.ts';
import { keepSubscription } from './graphql-subscription.ts';
import { isObject } from './is-object.ts';

/** The schemas of the application's GraphQL modules. They are found by provider name: this package does not depend on `@nestjs/graphql`. */
export function graphqlSchemas(modules: ModulesContainer): GraphqlSchema[] {
  const providers = [...modules.values()].flatMap((module) => [...module.providers.values()]);
  return providers.flatMap(({ name, instance }) => (name === 'GraphQLSchemaHost' ? [(instance as { schema: GraphqlSchema }).schema] : []));
}

const changed = new WeakSet<GraphqlSchema>();

/**
 * Makes the resolvers of a schema run in the context of the nearest field above them that has passed the guard. Without this,
 * graphql-js calls them in its own context, and the decorators of a query do not apply to its fields.
 *
 * @param sessionMs how long a subscription may continue after its token has expired
 */
export function keepFieldContexts(schema: GraphqlSchema, sessionMs: number): void {
  if (changed.has(schema)) return;
  changed.add(schema);
  const subscriptions = new Set(fieldsOf(schema.getSubscriptionType()));
  for (const type of Object.values(schema.getTypeMap())) {
    for (const field of fieldsOf(type)) {
      if (subscriptions.has(field)) keepSubscription(field, sessionMs);
      else keepResolver(field);
    }
  }
}

function keepResolver(field: Field): void {
  const { resolve } = field;
  if (resolve === undefined) return;
  field.resolve = function (source, args, value, info) {
    const context = fieldContext(value, info);
    const call = (): unknown => Reflect.apply(resolve, this, [source, args, value, info]);
    return context ? runInTenantContext(context, call) : call();
  };
}

function fieldsOf(type: unknown): Field[] {
  return isObject(type) && 'getFields' in type && typeof type.getFields === 'function' ? Object.values<Field>(type.getFields()) : [];
}
