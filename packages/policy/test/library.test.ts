import { TemplateLibrary, type TemplateLibraryOptions } from '@tenant-aws/policy';
import { describe, expect, it } from 'vitest';
import { inCode, libraryOf, refusal, statement } from './fixtures.ts';

describe('TemplateLibrary', () => {
  it('has the templates of all its sources, by name', () => {
    const library = TemplateLibrary.from([inCode({ b: statement() }), inCode({ a: statement({ Action: 's3:PutObject' }) })]);
    expect(library.names()).toEqual(['a', 'b']);
    expect(library.get('a')).toMatchObject({ name: 'a', origin: 'code/a.json', Statement: [{ Action: 's3:PutObject' }] });
  });

  it('rejects one name in two sources, and reports both', () => {
    const { code, faults } = refusal(() => TemplateLibrary.from([inCode({ x: statement() }, 'one'), inCode({ x: statement() }, 'two')]));
    expect(code).toBe('configuration_invalid');
    expect(faults).toBe('two templates have the name `x`: one/x.json and two/x.json');
  });

  it('suggests a similar name for an unknown template, or lists all names', () => {
    const library = libraryOf({ 'send-jobs': statement(), read: statement() });
    expect(refusal(() => library.get('send-job'))).toMatchObject({
      code: 'template_not_found',
      faults: 'there is no template "send-job": did you mean "send-jobs"?',
    });
    expect(refusal(() => library.get('__proto__')).faults).toBe('there is no template "__proto__": the library has read, send-jobs');
  });

  it.each(['', '.x', '-x', 'a b', 'a/b', 'a,b', 'a?b', 'x'.repeat(129), '\u00e9'])('rejects %j as the name of a template', (name) => {
    expect(refusal(() => libraryOf({ [name]: statement() }))).toMatchObject({
      code: 'configuration_invalid',
      faults: expect.stringContaining('is not a valid template name'),
    });
  });

  it('reports the faults of all templates in one error', () => {
    const { code, faults } = refusal(() => libraryOf({ a: '{', b: statement(), c: statement({ Effect: 'Grant' }) }));
    expect(code).toBe('template_syntax');
    expect(faults.split('\n')).toEqual([expect.stringContaining('`a`'), expect.stringContaining('`c`')]);
  });

  it.each([
    ['an unknown name in shared', { shared: ['y'] }, '`shared` has "y", which is not a template of the library'],
    ['shared that is not a list', { shared: 'x' }, '`shared` must be a list of template names, not a string'],
    ['an unknown option', { share: ['x'] }, '`share` is not an option: did you mean `shared`?'],
    ['a tenantId with a character of IAM syntax', { tenantId: { chars: 'a-z*' } }, '`tenantId.chars` has `*`'],
  ])('refuses %s', (_, options, fault) => {
    expect(refusal(() => libraryOf({ x: statement() }, options as TemplateLibraryOptions))).toMatchObject({
      code: 'configuration_invalid',
      faults: expect.stringContaining(fault),
    });
  });

  it('has a digest of its templates that does not depend on their sources', () => {
    const [a, b] = [statement(), statement({ Action: 's3:PutObject' })];
    const { digest } = TemplateLibrary.from([inCode({ a }), inCode({ b })]);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(TemplateLibrary.from([inCode({ b }, 'elsewhere'), inCode({ a })]).digest).toBe(digest);
    expect(libraryOf({ a: b, b: a }).digest).not.toBe(digest);
    expect(libraryOf({ a }).digest).not.toBe(digest);
    expect(libraryOf({ a }).digest).not.toBe(libraryOf({ b: a }).digest);
    expect(libraryOf({ a, b, c: a }).digest).not.toBe(digest);
  });

  it('reads its sources once', () => {
    let reads = 0;
    const source = inCode({ x: statement() });
    const library = TemplateLibrary.from({ read: () => ((reads += 1), source.read()) });
    library.get('x');
    library.names();
    expect(reads).toBe(1);
  });
});
