import { describe, expect, it } from 'vitest';
import { isPostForm, parsePostForm } from '../../src/signature/post-form.ts';

const TYPE = 'multipart/form-data; boundary=xYz';

/** A body of these parts: the head and the content of each. */
const bodyOf = (...parts: readonly (readonly [head: string, content: string])[]) =>
  `${parts.map(([head, content]) => `--xYz\r\n${head}\r\n\r\n${content}\r\n`).join('')}--xYz--\r\n`;
const field = (name: string, content: string) => [`Content-Disposition: form-data; name="${name}"`, content] as const;
const file = (content = 'bytes', filename = 'a.png') =>
  [`Content-Disposition: form-data; name="file"; filename="${filename}"\r\nContent-Type: image/png`, content] as const;
const parse = (body: string, type = TYPE) => {
  const { fields, file: content } = parsePostForm(type, Buffer.from(body));
  return [...fields, ['file', content.toString()]];
};
const key = field('key', 'acme/a');

describe('parsePostForm', () => {
  it('reads fields by lower-case name, and the bytes of the file', () => {
    expect(parse(bodyOf(key, field('X-Amz-Meta-A', 'ü, "x"'), file('a\r\n--xY\r\n--\r\n\r\n')))).toEqual([
      ['key', 'acme/a'],
      ['x-amz-meta-a', 'ü, "x"'],
      ['file', 'a\r\n--xY\r\n--\r\n\r\n'],
    ]);
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const body = Buffer.concat([Buffer.from(`--xYz\r\n${file()[0]}\r\n\r\n`), bytes, Buffer.from('\r\n--xYz--')]);
    expect(parsePostForm(TYPE, body).file).toEqual(bytes);
  });

  it('reads an empty file, an empty field, and a file that is sent as text', () => {
    expect(parse(bodyOf(field('a', ''), file('')))).toEqual([
      ['a', ''],
      ['file', ''],
    ]);
    expect(parse(bodyOf(key, field('File', 'text')))).toEqual([
      ['key', 'acme/a'],
      ['file', 'text'],
    ]);
  });

  it.each(['multipart/form-data;boundary=xYz', 'Multipart/Form-Data; Boundary=xYz', 'multipart/form-data; boundary="xYz"'])(
    'accepts the content type %s',
    (type) => {
      expect(parse(bodyOf(key, file()), type)).toHaveLength(2);
    },
  );

  it.each([
    'multipart/form-data',
    'multipart/form-data;',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary=""',
    'multipart/form-data; boundary="xYz',
    'multipart/form-data; boundary=xYz; boundary=abc',
    'multipart/form-data; charset=utf-8; boundary=xYz',
    'multipart/form-data; boundary=xYz\n',
    'multipart/form-data; boundary="xYz "',
    `multipart/form-data; boundary=${'x'.repeat(71)}`,
    'multipart/form-data; boundary=XYZ',
  ])('rejects the content type %j', (type) => {
    expect(() => parse(bodyOf(key, file()), type)).toThrow(expect.objectContaining({ code: 'MalformedPOSTRequest', status: 400 }));
  });

  it.each([
    ['an empty body', ''],
    ['text before the first part', `preamble\r\n${bodyOf(key, file())}`],
    ['a line break before the first part', `\r\n${bodyOf(key, file())}`],
    ['text after the last part', `${bodyOf(key, file())}x`],
    ['two line breaks after the last part', `${bodyOf(key, file())}\r\n`],
    ['no last delimiter', bodyOf(key, file()).replace('--xYz--\r\n', '')],
    ['a last delimiter with one hyphen', bodyOf(key, file()).replace('--xYz--', '--xYz-')],
    ['lines that end with a line feed only', bodyOf(key, file()).replaceAll('\r\n', '\n')],
    ['a space after a delimiter', bodyOf(key, file()).replace('--xYz\r\n', '--xYz \r\n')],
    ['a longer delimiter in a file', bodyOf(key, file('a\r\n--xYzz\r\nb'))],
    ['a part without a head', bodyOf(['', 'x'], file())],
    ['a part without a name', bodyOf(['Content-Disposition: form-data', 'x'], file())],
    ['an empty name', bodyOf(field('', 'x'), file())],
    ['a name with a space', bodyOf(field('a b', 'x'), file())],
    ['a name outside ASCII', bodyOf(field('kéy', 'x'), file())],
    ['a name with a NUL', bodyOf(field('key\u0000', 'x'), file())],
    ['a field twice', bodyOf(key, field('key', 'globex/a'), file())],
    ['a field twice in different case', bodyOf(key, field('KEY', 'globex/a'), file())],
    ['two dispositions', bodyOf([`${key[0]}\r\nContent-Disposition: form-data; name="policy"`, 'x'], file())],
    ['a folded header', bodyOf(['Content-Disposition: form-data;\r\n name="key"', 'x'], file())],
    ['another disposition', bodyOf(['Content-Disposition: attachment; name="key"', 'x'], file())],
    ['a name without quotes', bodyOf(['Content-Disposition: form-data; name=key', 'x'], file())],
    ['two names', bodyOf(['Content-Disposition: form-data; name="key"; name="policy"', 'x'], file())],
    ['an escaped quote in a name', bodyOf(['Content-Disposition: form-data; name="key\\"; filename="x"', 'x'], file())],
    ['an escaped quote in a file name', bodyOf(key, file('x', 'a\\"b'))],
    ['a file name that ends with a backslash', bodyOf(key, file('x', 'a\\'))],
    ['an encoded file name', bodyOf(key, [`Content-Disposition: form-data; name="file"; filename*=UTF-8''a`, 'x'])],
    ['two file names', bodyOf(key, ['Content-Disposition: form-data; name="file"; filename="a"; filename="../b"', 'x'])],
    ['an unknown header', bodyOf([`${key[0]}\r\nX-Amz-Acl: private`, 'x'], file())],
    ['a header with an inherited name', bodyOf([`${key[0]}\r\nconstructor: x`, 'x'], file())],
    ['an encoded part', bodyOf([`${key[0]}\r\nContent-Transfer-Encoding: base64`, 'eA=='], file())],
    ['a head that is too long', bodyOf([`${key[0]}\r\nContent-Type: ${'x'.repeat(5000)}`, 'x'], file())],
  ])('rejects a body with %s', (_, body) => {
    expect(() => parse(body)).toThrow(expect.objectContaining({ code: 'MalformedPOSTRequest', status: 400 }));
  });

  it('rejects text that is not UTF-8', () => {
    for (const part of [field('key', 'acme/\xff'), ['Content-Disposition: form-data; name="file"; filename="\xff"', ''] as const]) {
      expect(() => parsePostForm(TYPE, Buffer.from(bodyOf(part, file()), 'latin1'))).toThrow(
        expect.objectContaining({ code: 'MalformedPOSTRequest' }),
      );
    }
  });

  it('accepts encodings that do not change a part', () => {
    expect(parse(bodyOf([`${key[0]}\r\nContent-Transfer-Encoding: 8bit`, 'x'], file()))).toHaveLength(2);
  });

  it('needs exactly one file', () => {
    const fault = (count: string) =>
      expect.objectContaining({ code: 'InvalidArgument', status: 400, members: { ArgumentName: 'file', ArgumentValue: count } });
    expect(() => parse(bodyOf())).toThrow(fault('0'));
    expect(() => parse(bodyOf(key))).toThrow(fault('0'));
    expect(() => parse(bodyOf(key, file(), file()))).toThrow(fault('2'));
    expect(() => parse(bodyOf(key, file(), field('FILE', 'x')))).toThrow(fault('2'));
  });

  it('ignores fields after the file, but not their syntax', () => {
    expect(parse(bodyOf(key, file(), field('key', 'globex/a'), field('any name', '')))).toEqual([
      ['key', 'acme/a'],
      ['file', 'bytes'],
    ]);
    expect(() => parse(bodyOf(key, file(), ['x', 'y']))).toThrow(expect.objectContaining({ code: 'MalformedPOSTRequest' }));
  });

  it('limits the fields before the file to 20 KB, however many they are', () => {
    const fault = expect.objectContaining({
      code: 'MaxPostPreDataLengthExceeded',
      status: 400,
      members: { MaxPostPreDataLengthBytes: '20480' },
    });
    expect(() => parse(bodyOf(field('a', 'x'.repeat(20_480)), file()))).toThrow(fault);
    expect(() => parse(bodyOf(...Array.from({ length: 100_000 }, (_, at) => field(`a${at}`, '')), file()))).toThrow(fault);
    expect(() => parse(bodyOf(...Array.from({ length: 100_000 }, (_, at) => field(`a${at}`, ''))))).toThrow(fault);
    expect(parse(bodyOf(field('a', 'x'.repeat(20_000)), file('x'.repeat(100_000))))).toHaveLength(2);
  });

  it('limits the number of fields after the file', () => {
    const after = (count: number) => bodyOf(file(), ...Array.from({ length: count }, () => field('a', '')));
    expect(parse(after(999))).toHaveLength(1);
    expect(() => parse(after(1000))).toThrow(expect.objectContaining({ code: 'MalformedPOSTRequest' }));
  });

  it('replaces the variable in every field, and only by the last part of the file name', () => {
    const named = (filename: string) =>
      parse(bodyOf(field('key', 'acme/${filename}-${filename}'), field('x-amz-meta-n', '${filename}'), file('', filename)));
    expect(named('../../globex/a')).toEqual([
      ['key', 'acme/a-a'],
      ['x-amz-meta-n', 'a'],
      ['file', ''],
    ]);
    expect(named('a\\b/../c')[0]).toEqual(['key', 'acme/c-c']);
    expect(named('')[0]).toEqual(['key', 'acme/-']);
    expect(named('$&')[0]).toEqual(['key', 'acme/$&-$&']);
    expect(named('a\u0000/b')[0]).toEqual(['key', 'acme/b-b']);
    expect(named('a\u0000b')[0]).toEqual(['key', 'acme/a\u0000b-a\u0000b']);
    // As on AWS, a file without a name does not replace it.
    expect(parse(bodyOf(field('key', 'acme/${filename}'), field('file', ''))).at(0)).toEqual(['key', 'acme/${filename}']);
  });
});

describe('isPostForm', () => {
  it.each([
    ['multipart/form-data; boundary=x', true],
    ['MULTIPART/FORM-DATA', true],
    ['multipart/form-data2', false],
    ['multipart/mixed; boundary=x', false],
    ['text/plain; x=multipart/form-data', false],
    [undefined, false],
  ])('is %j: %j', (type, expected) => {
    expect(isPostForm(type)).toBe(expected);
  });
});
