import { PermissionSet, PolicyGenerator, shipped, TemplateLibrary } from '@tenant-aws/policy';
import { describe, expect, it } from 'vitest';
import { libraryOf, refusal, statement } from './fixtures.ts';
import { hostileValues, notStrings } from './hostile-values.ts';

/** The pattern accepts every string: a value that is refused here is refused in every template. */
const open = libraryOf({ x: { variables: { bucket: { pattern: '[^]*' } }, Statement: statement() } });

function bucketOf(library: TemplateLibrary, bucket: unknown): () => unknown {
  return () => PermissionSet.from([{ template: 'x', variables: { bucket: bucket as string } }], { library });
}

describe('the value of a variable', () => {
  it.each(hostileValues)('may not be %j, even if the pattern accepts it', (value) => {
    expect(refusal(bucketOf(open, value)).code).toBe('template_variable');
    expect(refusal(() => PermissionSet.from(['x'], { library: open, variables: { bucket: value } })).code).toBe('template_variable');
    expect(refusal(() => PolicyGenerator.generator(open).permit('x', { bucket: value })).code).toBe('template_variable');
  });

  it.each(notStrings)('may not be %s, which is not a string', (value) => {
    expect(refusal(bucketOf(open, value)).code).toBe('template_variable');
  });

  it('is never repeated in an error', () => {
    const { message, faults } = refusal(bucketOf(open, 'c4n4ry*'));
    expect(message + faults).not.toContain('c4n4ry');
    expect(faults).toContain('the variable `bucket` of template `x` has a character that no value may have');
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype'])(
    'may be the word %s where a pattern accepts it',
    (value) => {
      const { Statement } = PolicyGenerator.generator(open).permit('x', { bucket: value }).tenant('acme').generate();
      expect(Statement).toEqual([statement({ Resource: `arn:aws:s3:::${value}/acme/*` })]);
    },
  );

  it('must match the whole pattern, even if the pattern has no anchors', () => {
    const library = libraryOf({ x: { variables: { bucket: { pattern: 'a|notes' } }, Statement: statement() } });
    expect(bucketOf(library, 'notes')).not.toThrow();
    expect(refusal(bucketOf(library, 'notes/..')).faults).toContain('does not match ^(?:a|notes)$');
    expect(refusal(bucketOf(library, 'xa')).faults).toContain('does not match');
  });

  it('may contain / and : only where its pattern accepts them', () => {
    const plain = libraryOf({ x: statement({ Resource: 'arn:aws:s3:::b/{{folder}}/{{tenant}}/*' }) });
    const folders = libraryOf({
      x: { variables: { folder: { pattern: '[a-z/:]+' } }, Statement: statement({ Resource: 'arn:aws:s3:::b/{{folder}}/{{tenant}}/*' }) },
    });
    const generate = (library: TemplateLibrary) =>
      PolicyGenerator.generator(library).permit('x', { folder: 'in/a:b' }).tenant('acme').generatePolicy();
    expect(refusal(() => generate(plain)).code).toBe('template_variable');
    expect(generate(folders)).toContain('b/in/a:b/acme/*');
  });

  it.each([
    ['bucket', ['notes', 'my.notes-1', 'a'.repeat(63)], ['no', 'Notes', '-notes', 'notes-', 'n_otes', 'a'.repeat(64)]],
    ['table', ['orders', 'Orders_1.a-b', 'abc', 'a'.repeat(255)], ['or', 'or/ders', 'a'.repeat(256)]],
    ['index', ['by-status'], ['by', 'by/status']],
    ['queue', ['jobs', 'jobs.fifo', 'a'.repeat(80)], ['jobs.', 'jobs.lifo', 'a'.repeat(81), `${'a'.repeat(76)}.fifo`]],
    ['topic', ['news', 'news.fifo', 'a'.repeat(256)], ['news.', 'a'.repeat(257)]],
    ['anything_else', ['a', 'A.b_c-9', 'a'.repeat(128)], ['-a', '.a', '_a', 'a:b', 'a/b', 'a@b', 'a'.repeat(129)]],
  ])('of the variable %s follows its default pattern', (name, good, bad) => {
    const library = libraryOf({ x: statement({ Resource: `arn:aws:s3:::{{tenant}}/{{${name}}}` }) });
    const permit = (value: string) => PermissionSet.from([{ template: 'x', variables: { [name]: value } }], { library });
    for (const value of good) expect(() => permit(value)).not.toThrow();
    for (const value of bad) expect(refusal(() => permit(value)).faults).toContain('does not match');
  });
});

describe('a built-in value', () => {
  const generator = PolicyGenerator.generator().dynamodbLeadingKeys({ table: 'orders' }).tenant('acme');

  it.each([
    [
      { partition: 'aws-us-gov', region: 'us-gov-west-1', account: '123456789012' },
      'arn:aws-us-gov:dynamodb:us-gov-west-1:123456789012:table/orders',
    ],
    [{ region: 'eu-central-1', account: '000000000000' }, 'arn:aws:dynamodb:eu-central-1:000000000000:table/orders'],
  ])('is set by .in(%j)', (builtIns, arn) => {
    expect(generator.in(builtIns).generatePolicy()).toContain(arn);
  });

  it('may be set in several calls of .in()', () => {
    expect(generator.in({ region: 'eu-central-1' }).in({ account: '123456789012' }).generatePolicy()).toContain(
      'eu-central-1:123456789012',
    );
  });

  it('that is undefined counts as not set', () => {
    const placed = generator.in({ region: 'eu-central-1', account: '123456789012' });
    const nothing = { partition: undefined, region: undefined, account: undefined } as object;
    expect(placed.in(nothing).generatePolicy()).toBe(placed.generatePolicy());
  });

  it.each(hostileValues)('may not be %j', (value) => {
    for (const name of ['partition', 'region', 'account'])
      expect(refusal(() => generator.in({ [name]: value })).code).toBe('template_variable');
  });

  it.each([
    { account: '12345678901' },
    { account: 'acme' },
    { region: 'us_east_1' },
    { partition: 'azure' },
    { tenant: 'globex' },
    { bucket: 'notes' },
  ])('may not be %j', (builtIns) => {
    expect(refusal(() => generator.in(builtIns)).code).toBe('template_variable');
  });

  it('that is missing is named with its template', () => {
    const { code, faults } = refusal(() => generator.generate());
    expect(code).toBe('template_variable');
    expect(faults).toContain('template `dynamodb-leading-keys` needs `region`');
    expect(faults).toContain('template `dynamodb-leading-keys` needs `account`');
  });

  it.each(['tenant', 'partition', 'region', 'account'])('%s is refused as a variable of a permission', (name) => {
    const library = TemplateLibrary.from(shipped());
    const permission = { template: 's3-folder-per-tenant', variables: { bucket: 'notes', [name]: 'aws' } };
    expect(refusal(() => PermissionSet.from([permission], { library })).faults).toBe(
      `\`${name}\` is built in and is not a variable of template \`s3-folder-per-tenant\``,
    );
    expect(refusal(() => PermissionSet.from([permission], { library, variables: { [name]: 'aws' } })).faults).toContain('is built in');
  });
});
