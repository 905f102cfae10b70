import {
  PermissionSet,
  type PermissionTemplate,
  type PolicyDocument,
  parseTenantId,
  shipped,
  type Statement,
  type TemplateCase,
  TemplateLibrary,
  TemplateSyntaxError,
} from '@tenant-aws/policy';
import { describe, expect, it } from 'vitest';
import { decide } from '../src/evaluator/index.ts';

// The cases of a template may pass although they are incomplete. Every change of a template that allows a tenant more must be
// rejected when the template is loaded, or must fail one of its cases: then the cases are complete.

const library = TemplateLibrary.from(shipped());
const everything: PolicyDocument = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };

/** Changes of a template's text. Each mutant has one change in one position. */
const changes: readonly (readonly [name: string, find: RegExp, replacement: string])[] = [
  ['any tenant', /\{\{tenant\}\}/g, '*'],
  ['any id that ends with the tenant', /\{\{tenant\}\}/g, '*{{tenant}}'],
  ['any id that begins with the tenant', /\{\{tenant\}\}\/?/g, '{{tenant}}*'],
  ['no delimiter', /\{\{tenant\}\}\//g, '{{tenant}}'],
  ['an id of the same length as the tenant', /\{\{tenant\}\}/g, '????'],
  ['every tenant in addition', /"([^"]*)\{\{tenant\}\}([^"]*)"/g, '["$1{{tenant}}$2", "$1*$2"]'],
  ['another tenant in addition', /"([^"]*)\{\{tenant\}\}([^"]*)"/g, '["$1{{tenant}}$2", "$1globex$2"]'],
  ['longer names', /"(arn:[^"]*[^"*])"/g, '"$1*"'],
  ['everything below', /"(arn:[^"]*[^"*])"/g, '"$1/*"'],
  ['every table, bucket or key', /"(arn:(?:[^":]*:){5})[^"]*"/g, '"$1*"'],
  ['any region or account', /\{\{(?:region|account)\}\}/g, '*'],
  ['a key that may be absent', /"(String\w+|ForAllValues:\w+)"/g, '"$1IfExists"'],
  ['any of the keys', /"ForAllValues:/g, '"ForAnyValue:'],
  ['the key absent', /"false"/g, '"true"'],
  ['ignored case', /StringEquals/g, 'StringEqualsIgnoreCase'],
  ['all except the own', /StringEquals|StringLike/g, 'StringNotLike'],
  ['the whole service', /"(s3|dynamodb):\w+"/g, '"$1:*"'],
  ['actions of longer names', /"((?:s3|dynamodb):[A-Z]\w+)"/g, '"$1*"'],
];

/** AWS has no other actions with these prefixes; under StringEquals a star is literal; Null requires the key that IfExists makes optional. */
const HARMLESS =
  /dynamodb:(?:\w*Item|Query)\*|s3:(?:AbortMultipartUpload|ListMultipartUploadParts)\*|"\{\{tenant\}\}", "\*"|ForAllValues:\w+IfExists/;

interface Mutant {
  readonly change: string;
  readonly statements: readonly Statement[];
}

function mutantsOf({ Statement }: PermissionTemplate): readonly Mutant[] {
  const text = JSON.stringify(Statement);
  const rewritten = changes.flatMap(([name, find, replacement]) =>
    [...text.matchAll(find)].map((match) => {
      const put = match[0].replace(new RegExp(find.source), replacement);
      const mutant = text.slice(0, match.index) + put + text.slice(match.index + match[0].length);
      return { change: `${name}: ${put}`, statements: JSON.parse(mutant, flat) as Statement[] };
    }),
  );
  const bared = Statement.flatMap((statement, at) =>
    Object.keys(statement.Condition ?? {}).map((operator) => {
      const { [operator]: _, ...Condition } = statement.Condition ?? {};
      const { Condition: __, ...rest } = statement;
      const bare = Object.keys(Condition).length === 0 ? rest : { ...rest, Condition };
      return { change: `no ${operator}`, statements: Statement.with(at, bare) };
    }),
  );
  return [...rewritten, ...bared].filter(({ change }) => !HARMLESS.test(change));
}

/** Flattens a list that a change put into a list of strings. */
function flat(key: string, value: unknown): unknown {
  return Array.isArray(value) && key !== '' ? value.flat() : value;
}

describe.each(library.names())('%s', (name) => {
  const template = library.get(name);
  const { cases = { allow: [], deny: [] } } = template;

  /** The cases that fail. */
  function failedCases(statements: readonly Statement[]): readonly TemplateCase[] {
    const text = JSON.stringify({ variables: template.variables, Statement: statements });
    const mutated = TemplateLibrary.from({ read: () => [{ name, text, origin: 'a mutant' }] });
    const variables = Object.fromEntries(Object.entries(template.variables).map(([variable, { example = '' }]) => [variable, example]));
    const set = PermissionSet.from([{ template: name, variables }], { library: mutated });
    const allows = ({ tenant, action, resource, context = {} }: TemplateCase): boolean => {
      const session = set.generate(parseTenantId(tenant), { partition: 'aws', region: 'us-east-1', account: '123456789012' });
      return decide({ action, resource, context }, { role: [everything], session }).decision === 'allow';
    };
    return [...cases.allow.filter((item) => !allows(item)), ...cases.deny.filter(allows)];
  }

  it('passes its cases without a change', () => {
    expect(failedCases(template.Statement)).toEqual([]);
    expect(mutantsOf(template).length).toBeGreaterThan(20);
  });

  it.each(mutantsOf(template))('is rejected, or fails one of its cases, with $change', ({ statements }) => {
    expect(refusedAtLoad(() => failedCases(statements)) || failedCases(statements).length > 0).toBe(true);
  });
});

function refusedAtLoad(load: () => unknown): boolean {
  try {
    load();
    return false;
  } catch (error) {
    expect(error).toBeInstanceOf(TemplateSyntaxError);
    return true;
  }
}
