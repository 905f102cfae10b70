import { describe, expect, it } from 'vitest';
import { readXml } from '../../src/services/s3/xml-reader.ts';

const NS = 'http://s3.amazonaws.com/doc/2006-03-01/';
const read = (text: string | Buffer) => readXml(Buffer.from(text), 'Delete');
const key = (text: string) => read(text).all('Object')[0]?.requiredText('Key');

describe('readXml', () => {
  it.each([
    '<Delete><Object><Key>a</Key></Object></Delete>',
    `<?xml version="1.0" encoding="UTF-8"?>\n<Delete xmlns="${NS}">\n  <Object>\n<Key>a</Key></Object></Delete>\n`,
    `<?xml version='1.0' encoding='utf-8'?><Delete xmlns='${NS}'><Object><Key>a</Key></Object></Delete>`,
    '\ufeff<Delete><Object><Key>a</Key></Object></Delete>',
  ])('reads %j', (text) => {
    expect(key(text)).toBe('a');
  });

  it.each([
    ['&amp;lt;', '&lt;'],
    ['&amp;amp;', '&amp;'],
    ['&#47;&#x2f;', '//'],
    ['&lt;&gt;&quot;&apos;', `<>"'`],
    ['a&#xD;&#10;b', 'a\r\nb'],
    [' a ', ' a '],
    ['', ''],
  ])('unescapes %j once', (escaped, text) => {
    expect(key(`<Delete><Object><Key>${escaped}</Key></Object></Delete>`)).toBe(text);
  });

  it.each([
    ['nothing', ''],
    ['text alone', 'Delete'],
    ['another root', '<Remove><Object><Key>a</Key></Object></Remove>'],
    ['a prefixed root', `<s3:Delete xmlns:s3="${NS}"></s3:Delete>`],
    ['an unclosed element', '<Delete><Object><Key>a</Key></Object>'],
    ['elements closed crosswise', '<Delete><Object><Key>a</Object></Key></Delete>'],
    ['two roots', '<Delete></Delete><Delete></Delete>'],
    ['text after the root', '<Delete></Delete>x'],
    ['a document type', '<!DOCTYPE Delete><Delete></Delete>'],
    ['a declared entity', '<!DOCTYPE d [<!ENTITY k "globex/x">]><Delete><Object><Key>&k;</Key></Object></Delete>'],
    ['an entity that expands itself', '<!DOCTYPE d [<!ENTITY a "&b;&b;"><!ENTITY b "x">]><Delete>&a;</Delete>'],
    ['an external entity', '<!DOCTYPE d [<!ENTITY k SYSTEM "file:///etc/passwd">]><Delete>&k;</Delete>'],
    ['an undeclared entity', '<Delete><Object><Key>&nbsp;</Key></Object></Delete>'],
    ['a bare ampersand', '<Delete><Object><Key>a&b</Key></Object></Delete>'],
    ['a reference to no character', '<Delete><Object><Key>&#0;</Key></Object></Delete>'],
    ['a reference to a surrogate', '<Delete><Object><Key>&#xD800;</Key></Object></Delete>'],
    ['CDATA', '<Delete><Object><Key><![CDATA[a]]></Key></Object></Delete>'],
    ['a comment that splits a text', '<Delete><Object><Key>acme/<!-- -->x</Key></Object></Delete>'],
    ['a processing instruction', '<Delete><?php a?><Object><Key>a</Key></Object></Delete>'],
    ['an attribute', '<Delete><Object Key="b"><Key>a</Key></Object></Delete>'],
    ['another namespace', '<Delete xmlns="http://example.com/"></Delete>'],
    ['XML 1.1', '<?xml version="1.1"?><Delete></Delete>'],
    ['another encoding', '<?xml version="1.0" encoding="UTF-16"?><Delete></Delete>'],
    ['a deep nest', `<Delete>${'<a>'.repeat(50_000)}${'</a>'.repeat(50_000)}</Delete>`],
  ])('rejects %s', (_, text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'MalformedXML', status: 400 }));
  });

  it('rejects invalid UTF-8, and a body that is too long', () => {
    expect(() => read(Buffer.from('<Delete>\xe9</Delete>', 'latin1'))).toThrow(expect.objectContaining({ code: 'MalformedXML' }));
    expect(() => read(`<Delete>${' '.repeat(4 * 1024 * 1024)}</Delete>`)).toThrow(expect.objectContaining({ code: 'MalformedXML' }));
  });
});

describe('XmlElement', () => {
  it('rejects unexpected children, and text between children', () => {
    expect(() => read('<Delete><Quiet/><Other/></Delete>').only('Quiet')).toThrow('not well-formed');
    expect(() => read('<Delete>text<Quiet/></Delete>').only('Quiet')).toThrow('not well-formed');
    expect(read('<Delete> <Quiet/> </Delete>').only('Quiet').optionalText('Quiet')).toBe('');
  });

  it('rejects the same child twice', () => {
    expect(() => read('<Delete><Quiet>true</Quiet><Quiet>false</Quiet></Delete>').optionalText('Quiet')).toThrow('not well-formed');
  });

  it('rejects elements in place of text', () => {
    expect(() => read('<Delete><Quiet><b>true</b></Quiet></Delete>').optionalText('Quiet')).toThrow('not well-formed');
  });
});
