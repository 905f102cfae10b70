import { PolicyGenerator } from '@tenant-aws/policy';
import Mustache from 'mustache';
import { afterEach, describe, expect, it } from 'vitest';
import { libraryOf, refusal, statement } from './fixtures.ts';

describe('the tags of a template', () => {
  it.each(['{{tenant}}', '{{ tenant }}', '{{tenant }}', '{{\ttenant}}'])('are accepted as %s', (tag) => {
    const generator = PolicyGenerator.generator(libraryOf({ x: statement({ Resource: `arn:aws:s3:::b/${tag}/*` }) }));
    expect(generator.permit('x').tenant('acme').generate().Statement).toEqual([
      expect.objectContaining({ Resource: 'arn:aws:s3:::b/acme/*' }),
    ]);
  });

  it.each([
    ['a triple mustache', '{{{tenant}}}'],
    ['an unescaped tag', '{{&tenant}}'],
    ['a section', '{{#tenant}}x{{/tenant}}'],
    ['an inverted section', '{{^tenant}}x{{/tenant}}'],
    ['an open section', '{{#tenant}}'],
    ['the end of a section that was not opened', '{{/tenant}}'],
    ['a partial', '{{>tenant}}'],
    ['a comment', '{{! tenant }}'],
    ['another delimiter', '{{=<% %>=}}<%tenant%>'],
    ['an empty tag', '{{}}'],
    ['a tag of a space', '{{ }}'],
    ['the implicit iterator', '{{.}}'],
    ['a dotted name', '{{tenant.length}}'],
    ['a path to a prototype', '{{tenant.constructor.name}}'],
    ['__proto__', '{{__proto__}}'],
    ['toString', '{{toString}}'],
    ['an upper-case name', '{{Tenant}}'],
    ['a name with a hyphen', '{{ten-ant}}'],
    ['a name with a digit first', '{{1tenant}}'],
    ['two names', '{{tenant bucket}}'],
    ['a tag that is not closed', '{{tenant'],
    ['a tag that is half closed', '{{tenant}'],
    ['the end of a tag that was not opened', 'tenant}}'],
    ['a tag in a tag', '{{ {{tenant}} }}'],
    ['a triple mustache with spaces', '{{ {tenant} }}'],
  ])('are rejected as %s: %s', (_, tag) => {
    const { code, faults } = refusal(() =>
      libraryOf({ x: statement({ Resource: ['arn:aws:s3:::b/{{tenant}}', `arn:aws:s3:::b/${tag}/*`] }) }),
    );
    expect(code).toBe('template_syntax');
    expect(faults).toContain('template `x` (code/x.json), statement 1, Resource has a tag');
  });

  it.each(['${aws:PrincipalTag/{{tenant}}}', '${ {{tenant}} }', "${aws:username, '{{tenant}}'}"])(
    'are rejected in a policy variable: %s',
    (text) => {
      expect(refusal(() => libraryOf({ x: statement({ Resource: `arn:aws:s3:::b/${text}` }) })).faults).toContain(
        'inside a policy variable `${...}`',
      );
    },
  );

  it('are accepted after a policy variable', () => {
    expect(() => libraryOf({ x: statement({ Resource: 'arn:aws:s3:::b/${aws:PrincipalTag/team}/{{tenant}}/*' }) })).not.toThrow();
  });

  it.each([
    ['a key of a condition', { Condition: { StringEquals: { 's3:{{key}}': '{{tenant}}' } } }],
    ['an operator', { Condition: { '{{operator}}': { 's3:prefix': '{{tenant}}' } } }],
    ['a key of the statement', { '{{key}}': 'x' }],
    ['Effect', { Effect: '{{effect}}' }],
    ['Action', { Action: ['s3:GetObject', 's3:{{verb}}Object'] }],
    ['NotAction', { Action: undefined, NotAction: 's3:{{verb}}Object' }],
    ['Principal', { Principal: { AWS: '{{account}}' } }],
    ['Sid', { Sid: 'For{{tenant}}' }],
  ])('are rejected in %s', (_, changes) => {
    const { code, faults } = refusal(() => libraryOf({ x: statement(changes) }));
    expect(code).toBe('template_syntax');
    expect(faults).toMatch(/tag|Effect is not one of|Principal/);
  });

  it('are accepted next to every character that STS accepts, and no other', () => {
    expect(() => libraryOf({ x: statement({ Resource: 'arn:aws:s3:::b/\u00e9 ~/{{tenant}}/*' }) })).not.toThrow();
    expect(refusal(() => libraryOf({ x: statement({ Resource: 'arn:aws:s3:::b/\u0101/{{tenant}}/*' }) })).faults).toContain(
      'that AWS does not accept',
    );
    expect(refusal(() => libraryOf({ x: statement({ Action: 's3:Get\u200bObject' }) })).faults).toContain('that AWS does not accept');
  });
});

describe('the Mustache module that other packages share', () => {
  const { tags, escape, Context, Writer } = Mustache;
  let polluted = '';

  afterEach(() => {
    Object.assign(Mustache, { tags, escape, Context, Writer });
    Mustache.clearCache();
    Reflect.deleteProperty(Object.prototype, polluted);
  });

  /** Changes that any package of the process can make to the shared Mustache, before the text is parsed. */
  const attacks: Record<string, (text: string) => void> = {
    'other-tags': () => {
      Mustache.tags = ['<%', '%>'];
    },
    'another-escape': () => {
      Mustache.escape = () => '*';
    },
    'another-context': () => {
      Object.assign(Mustache, {
        Context: class {
          lookup = () => '*';
        },
      });
    },
    'a-poisoned-cache': (text) => {
      const tokens = Mustache.parse(text, ['{{', '}}']);
      tokens.splice(0, tokens.length, ['text', '*', 0, 1]);
    },
    'a-polluted-prototype': (text) => {
      polluted = `${text}:{{:}}`; // the key of the text in the cache of Mustache
      // oxlint-disable-next-line eslint/no-extend-native -- the attack itself, undone after each test
      Object.defineProperty(Object.prototype, polluted, { value: [['text', '*', 0, 1]], configurable: true });
    },
  };

  it.each(Object.entries(attacks))('does not change a policy by %s', (name, attack) => {
    const Resource = `arn:aws:s3:::{{bucket}}/{{tenant}}/${name}/*`;
    attack(Resource);
    const policy = PolicyGenerator.generator(libraryOf({ x: statement({ Resource }) }))
      .permit('x', { bucket: 'notes' })
      .tenant('acme')
      .generate();
    expect(policy.Statement).toEqual([statement({ Resource: `arn:aws:s3:::notes/acme/${name}/*` })]);
  });

  it.each(['a-poisoned-cache', 'a-polluted-prototype'])('changes what a direct call of Mustache renders, by %s', (name) => {
    attacks[name]?.('{{tenant}}');
    expect(Mustache.render('{{tenant}}', { tenant: 'acme' }, {}, ['{{', '}}'])).toBe('*');
  });
});
