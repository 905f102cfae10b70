import type { ModulesContainer } from '@nestjs/core';
import type { GraphqlSchema } from './graphql-fields.ts';

/** The schemas of the application's GraphQL modules. They are found by name, so that this package does without `@nestjs/graphql`. */
export function graphqlSchemas(modules: ModulesContainer): GraphqlSchema[] {
  const providers = [...modules.values()].flatMap((module) => [...module.providers.values()]);
  return providers.flatMap(({ name, instance }) => (name === 'GraphQLSchemaHost' ? [(instance as { schema: GraphqlSchema }).schema] : []));
}
