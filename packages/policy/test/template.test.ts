import { PolicyGenerator } from '@tenant-aws/policy';
import { describe, expect, it } from 'vitest';
import { libraryOf, refusal, statement } from './fixtures.ts';

const read = statement();
const write = statement({ Action: ['s3:PutObject'], Resource: ['arn:aws:s3:::{{bucket}}/{{tenant}}/in/*'] });

/** All forms of a template with these two statements. */
const forms: Record<string, unknown> = {
  'a manifest': {
    name: 'x',
    version: '1.0.0',
    description: 'd',
    variables: { bucket: {} },
    Statement: [read, write],
    cases: { allow: [], deny: [] },
  },
  'a manifest that declares no variables': { description: 'd', Statement: [read, write] },
  'an object of statements': { Statement: [read, write] },
  'a list of statements': [read, write],
  'a policy document': { Version: '2012-10-17', Id: 'an-id', Statement: [read, write] },
  'statements separated by commas': `  ${JSON.stringify(read, null, 4)},\n  ${JSON.stringify(write)}\n`,
};

describe('a template', () => {
  it.each(Object.entries(forms))('is accepted as %s', (_, template) => {
    const document = PolicyGenerator.generator(libraryOf({ x: template }))
      .permit('x', { bucket: 'notes' })
      .tenant('acme')
      .generate();
    expect(document).toEqual({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::notes/acme/*' },
        { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::notes/acme/in/*' },
      ],
    });
  });

  it.each([
    ['one statement', read],
    ['a manifest with one statement that is not in a list', { Statement: read }],
    ['a document with one statement that is not in a list', { Version: '2012-10-17', Statement: read }],
  ])('is accepted as %s', (_, template) => {
    expect(libraryOf({ x: template }).get('x').Statement).toEqual([read]);
  });

  it.each([
    ['nothing', '', 'ends too early'],
    ['a number', '1', 'not a manifest, a policy document or statements'],
    ['an empty list', [], 'has no statement'],
    ['a manifest without statements', { name: 'x', variables: {} }, 'has no Statement'],
    ['a manifest with an empty list', { Statement: [] }, 'has no statement'],
    ['a trailing comma', `${JSON.stringify(read)},`, 'ends too early'],
    ['YAML', 'Effect: Allow', 'is not JSON'],
    ['a document with an old Version', { Version: '2008-10-17', Statement: [read] }, 'must have the Version "2012-10-17"'],
    ['a document with an Id and no Version', { Id: 'x', Statement: [read] }, 'must have the Version "2012-10-17"'],
    ['a document whose Version is a tag', { Version: '{{version}}', Statement: [read] }, 'must have the Version "2012-10-17"'],
    ['a document with a key of a manifest', { Version: '2012-10-17', name: 'x', Statement: [read] }, 'has the key "name"'],
    [
      'documents separated by commas',
      `${JSON.stringify({ Version: '2012-10-17', Statement: [read] })},${JSON.stringify(read)}`,
      'statement 1 has the key "Version"',
    ],
    [
      'one key twice',
      '{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"{{tenant}}"}',
      'has the key "Effect" twice in one object (line 1, column 18)',
    ],
  ])('is rejected as %s', (_, template, why) => {
    const { code, faults, message } = refusal(() => libraryOf({ x: template }));
    expect(code).toBe('template_syntax');
    expect(faults).toContain('template `x` (code/x.json)');
    expect(faults).toContain(why);
    expect(message).toBe('A permission template is not valid');
  });

  it('has the variables that its tags name if it declares none', () => {
    const { variables } = libraryOf({
      x: statement({ Resource: 'arn:{{partition}}:sqs:{{region}}:{{account}}:{{prefix}}_{{tenant}}_{{prefix}}' }),
    }).get('x');
    expect(variables).toEqual({ prefix: {} });
  });

  it('is rejected with a suggestion for a misspelt tag', () => {
    const { faults } = refusal(() =>
      libraryOf({ x: { variables: { bucket: {} }, Statement: statement({ Resource: 'arn:aws:s3:::{{bukcet}}/{{tenant}}/*' }) } }),
    );
    expect(faults).toBe('template `x` (code/x.json) uses `{{bukcet}}`, which its `variables` do not declare: did you mean `{{bucket}}`?');
  });

  it('cannot be changed after it was checked', () => {
    const template = libraryOf({ x: { variables: { bucket: {} }, Statement: [read] } }).get('x');
    expect(() => Object.assign(template.Statement[0] ?? {}, { Resource: '*' })).toThrow(TypeError);
    expect(() => Object.assign(template.variables.bucket ?? {}, { pattern: '.*' })).toThrow(TypeError);
    expect(() => Object.assign(template, { Statement: [] })).toThrow(TypeError);
  });
});
