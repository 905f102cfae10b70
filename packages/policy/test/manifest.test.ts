import { describe, expect, it } from 'vitest';
import { libraryOf, refusal, statement } from './fixtures.ts';

const Statement = [statement()];
const variables = { bucket: { pattern: '[a-z-]+', description: 'A bucket', kind: 'static', example: 'notes' } };

describe('a manifest', () => {
  it('is part of the parsed template', () => {
    const manifest = {
      version: '1.2.0',
      description: 'Reads',
      services: ['s3'],
      model: 'pool',
      families: ['arn:aws:s3:::{{bucket}}/{{tenant}}/*'],
      caveats: ['None'],
      cases: {
        allow: [
          {
            tenant: 'acme',
            action: 's3:GetObject',
            resource: 'arn:aws:s3:::notes/acme/x',
            context: { 'aws:TagKeys': ['a'], 'aws:SourceIp': '10.0.0.1' },
          },
        ],
        deny: [],
      },
    };
    expect(libraryOf({ x: { name: 'x', variables, Statement, ...manifest } }).get('x')).toEqual({
      name: 'x',
      origin: 'code/x.json',
      variables,
      Statement,
      ...manifest,
    });
  });

  it.each([
    ['a name that differs from its file', { name: 'y' }, 'must have the `name` of its file, "x"'],
    ['an unknown key', { descripton: 'd' }, 'has the key "descripton", which is not known here: did you mean "description"?'],
    ['a version that is a number', { version: 1 }, 'version is not a string'],
    ['an unknown model', { model: 'lake' }, 'model is not one of pool, silo, bridge'],
    ['variables that are a list', { variables: ['bucket'] }, 'variables is not an object'],
    ['a variable that is a string', { variables: { bucket: 'notes' } }, 'variable `bucket` is not an object'],
    [
      'a variable with a misspelt key',
      { variables: { bucket: { patern: 'x' } } },
      'has the key "patern", which is not known here: did you mean "pattern"?',
    ],
    ['a variable with a bad name', { variables: { bucket: {}, 'Bucket-Name': {} } }, 'variable `Bucket-Name` is not named by lower-case'],
    ['a variable of an unknown kind', { variables: { bucket: { kind: 'secret' } } }, 'kind is not one of static, registry, request'],
    ['an invalid pattern', { variables: { bucket: { pattern: '(' } } }, 'pattern is not a regular expression'],
    ['an example that does not match its pattern', { variables: { bucket: { example: 'NO' } } }, 'example does not match'],
    [
      'an example with a refused character',
      { variables: { bucket: { pattern: '.*', example: '*' } } },
      'example has a character that no value may have',
    ],
    ['a pattern for a built-in value', { variables: { bucket: {}, region: { pattern: '.*' } } }, 'variable `region` has the key "pattern"'],
    [
      'a tenant with a pattern',
      { variables: { bucket: {}, tenant: { pattern: '.*' } } },
      'variable `tenant`: `tenantId.pattern` is not an option',
    ],
    [
      'a tenant with a refused character',
      { variables: { bucket: {}, tenant: { chars: 'a-z*' } } },
      'variable `tenant`: `tenantId.chars` has `*`',
    ],
    ['cases without deny', { cases: { allow: [] } }, 'cases, deny is not a list'],
    [
      'a case with a misspelt key',
      { cases: { allow: [{ tenant: 'acme', action: 's3:GetObject', resorce: '*' }], deny: [] } },
      'allow[0] has the key "resorce"',
    ],
    [
      'a case without a tenant',
      { cases: { allow: [{ action: 's3:GetObject', resource: '*' }], deny: [] } },
      'allow[0], tenant is not a string',
    ],
    [
      'a case with a number in its context',
      { cases: { allow: [], deny: [{ tenant: 'acme', action: 's3:X', resource: '*', context: { k: 1 } }] } },
      'deny[0], context, k is not a string',
    ],
    ['a family with a section', { families: ['{{#bucket}}'] }, 'families has a tag'],
    [
      'a family with a variable that is not declared',
      { families: ['{{queue}}'] },
      'uses `{{queue}}`, which its `variables` do not declare',
    ],
    ['caveats that are a string', { caveats: 'x' }, 'caveats is not a list'],
  ])('is rejected with %s', (_, changes, why) => {
    const { code, faults } = refusal(() => libraryOf({ x: { variables, Statement, ...changes } }));
    expect(code).toBe('template_syntax');
    expect(faults).toContain(why);
  });

  it('may describe the built-in values', () => {
    const described = { ...variables, tenant: { description: 'The folder', chars: 'a-z' }, region: { description: 'Where' } };
    expect(libraryOf({ x: { variables: described, Statement } }).get('x')).toMatchObject({ variables, tenantId: { chars: 'a-z' } });
  });
});
