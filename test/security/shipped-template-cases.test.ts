import { PermissionSet, type PolicyDocument, parseTenantId, shipped, type TemplateCase, TemplateLibrary } from '@tenant-aws/policy';
import { decide } from '@tenant-aws/prover/evaluator';
import { describe, expect, it } from 'vitest';

const library = TemplateLibrary.from(shipped());
const everything: PolicyDocument = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };

describe.each(library.names())('the template %s', (name) => {
  const { cases = { allow: [], deny: [] }, variables } = library.get(name);
  const examples = Object.fromEntries(Object.entries(variables).map(([variable, { example = '' }]) => [variable, example]));
  const set = PermissionSet.from([{ template: name, variables: examples }], { library });

  function decision({ tenant, action, resource, context = {} }: TemplateCase): string {
    const session = set.generate(parseTenantId(tenant), { partition: 'aws', region: 'us-east-1', account: '123456789012' });
    return decide({ action, resource, context }, { role: [everything], session }).decision;
  }

  it.each(cases.allow)('allows $tenant $action on $resource $context', (item) => {
    expect(decision(item)).toBe('allow');
  });

  it.each(cases.deny)('denies $tenant $action on $resource $context', (item) => {
    expect(decision(item)).not.toBe('allow');
  });
});
