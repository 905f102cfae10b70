import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checksum, checksumHeader } from '../../src/checksums.ts';
import { type HandSigned, handSign, hmacHex, sha256 } from './hand-signer.ts';
import { NOW, Recorder, SESSION, type Wire } from './recorder.ts';

const EMPTY_HASH = sha256('');
const UNSIGNED_TRAILER = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';
const SIGNED = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';
const SIGNED_TRAILER = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER';

let recorder: Recorder;
beforeAll(async () => {
  recorder = await Recorder.start();
});
beforeEach(() => {
  recorder.time.now = NOW;
});
afterAll(() => recorder.close());

/** The head of an upload. The body is added later, because its first chunk signature covers the signature of the head. */
function head(payloadHash: string, headers: Readonly<Record<string, string>> = {}): HandSigned {
  return handSign({
    method: 'PUT',
    headers: {
      host: recorder.host,
      'content-encoding': 'aws-chunked',
      'x-amz-content-sha256': payloadHash,
      'x-amz-decoded-content-length': '11',
      ...headers,
    },
    payloadHash,
    keys: SESSION,
  });
}

function unsigned(body: string, headers: Readonly<Record<string, string>> = { 'x-amz-trailer': 'x-amz-checksum-crc32' }): Wire {
  return { ...head(UNSIGNED_TRAILER, headers), body };
}

/** Signs each chunk, as SDKs of other languages do. */
function signedChunks(signed: HandSigned, chunks: readonly string[], trailer?: string): Wire {
  let previous = signed.signature;
  let body = '';
  for (const [index, data] of [...chunks, ''].entries()) {
    previous = hmacHex(
      signed.key,
      `AWS4-HMAC-SHA256-PAYLOAD\n20261124T120000Z\n${signed.scope}\n${previous}\n${EMPTY_HASH}\n${sha256(data)}`,
    );
    const last = index === chunks.length;
    body += `${data.length.toString(16)};chunk-signature=${previous}\r\n${data}${last ? '' : '\r\n'}`;
  }
  if (trailer !== undefined) {
    const signature = hmacHex(
      signed.key,
      `AWS4-HMAC-SHA256-TRAILER\n20261124T120000Z\n${signed.scope}\n${previous}\n${sha256(`${trailer}\n`)}`,
    );
    body += `${trailer}\r\nx-amz-trailer-signature:${signature}\r\n`;
  }
  return { ...signed, body: `${body}\r\n` };
}

const TEXT = 'hello world';
const CRC32 = checksum('CRC32', Buffer.from(TEXT));
const GOOD = `5\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:${CRC32}\r\n\r\n`;

describe('a payload with an unsigned trailer, as SDK v3 sends streams', () => {
  it('is decoded for the service, and its checksum is not a header', async () => {
    const received = await recorder.accepts(unsigned(GOOD));
    expect(String(received?.body)).toBe(TEXT);
    expect([...(received?.trailers ?? [])]).toEqual([['x-amz-checksum-crc32', CRC32]]);
    expect(received?.headers.has('x-amz-checksum-crc32')).toBe(false);
    expect(received?.headers.has('content-encoding')).toBe(false);
  });

  it.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)('is verified with %s', async (algorithm) => {
    const name = checksumHeader(algorithm);
    const of = (text: string): string => `b\r\n${TEXT}\r\n0\r\n${name}:${checksum(algorithm, Buffer.from(text))}\r\n\r\n`;
    expect(await recorder.accepts(unsigned(of(TEXT), { 'x-amz-trailer': name }))).toBeDefined();
    expect((await recorder.send(unsigned(of('hello xorld'), { 'x-amz-trailer': name }))).code).toBe('BadDigest');
  });

  it('keeps the content encoding of the object', async () => {
    const received = await recorder.accepts(
      unsigned(GOOD, { 'x-amz-trailer': 'x-amz-checksum-crc32', 'content-encoding': 'aws-chunked,gzip' }),
    );
    expect(received?.headers.get('content-encoding')).toBe('gzip');
  });

  it.each([
    ['a copy source added as a trailer', GOOD.replace('\r\n\r\n', '\r\nx-amz-copy-source:/pool/globex/f\r\n\r\n')],
    ['a copy source instead of the checksum', GOOD.replace(/x-amz-checksum.*\r\n/, 'x-amz-copy-source:/pool/globex/f\r\n')],
    ['no trailer', GOOD.replace(/x-amz-checksum.*\r\n/, '')],
    ['a repeated trailer', GOOD.replace('\r\n\r\n', `\r\nx-amz-checksum-crc32:${CRC32}\r\n\r\n`)],
    ['a checksum that was not declared', GOOD.replace('crc32', 'sha256')],
    ['other bytes than CRLF after a chunk', GOOD.replace('hello\r\n', 'helloxx')],
    ['half of its last line break', GOOD.slice(0, -1)],
    ['bytes after the last chunk', `${GOOD}x`],
    ['a second body after the last chunk', GOOD + GOOD],
    ['no final line break', GOOD.slice(0, -2)],
    ['a truncated chunk', '5\r\nhel'],
    ['a chunk shorter than its size', GOOD.replace('5\r\nhello', '5\r\nhell')],
    ['a chunk longer than its size', GOOD.replace('5\r\nhello', '5\r\nhelloo')],
    ['a size with a sign', GOOD.replace('5\r\n', '+5\r\n')],
    ['a size in hex notation', GOOD.replace('5\r\n', '0x5\r\n')],
    ['a size with a leading zero', GOOD.replace('5\r\n', '05\r\n')],
    ['a size with a space', GOOD.replace('5\r\n', '5 \r\n')],
    ['a size that is too large', GOOD.replace('5\r\n', 'ffffffffff\r\n')],
    ['an unknown chunk extension', GOOD.replace('5\r\n', '5;name=value\r\n')],
    ['a chunk signature that was not declared', GOOD.replace('5\r\n', `5;chunk-signature=${'0'.repeat(64)}\r\n`)],
    ['a trailer signature that was not declared', GOOD.replace('\r\n\r\n', `\r\nx-amz-trailer-signature:${'0'.repeat(64)}\r\n\r\n`)],
    ['a trailer with a space', GOOD.replace('crc32:', 'crc32: ')],
    ['bare line feeds', GOOD.replaceAll('\r\n', '\n')],
    ['an empty body', ''],
  ])('is refused with %s', async (_, body) => {
    const before = recorder.reached.length;
    const response = await recorder.send(unsigned(body));
    expect(response.status).toBe(400);
    expect(recorder.reached.length).toBe(before);
  });

  it.each([
    ['a wrong decoded length', { 'x-amz-trailer': 'x-amz-checksum-crc32', 'x-amz-decoded-content-length': '12' }],
    ['no declared trailer', {}],
    ['a declared trailer that is not a checksum', { 'x-amz-trailer': 'x-amz-copy-source' }],
    ['two declared trailers', { 'x-amz-trailer': 'x-amz-checksum-crc32,x-amz-checksum-sha1' }],
    ['the name of a prototype member as the declared trailer', { 'x-amz-trailer': 'constructor' }],
  ])('is refused with %s', async (_, headers) => {
    const before = recorder.reached.length;
    const response = await recorder.send(unsigned(GOOD, headers));
    expect(response.status).toBe(400);
    expect(recorder.reached.length).toBe(before);
  });

  it.each(['1.1e1', '0xb', '+11', ''])('is refused with the decoded length %j, which is not an integer', async (length) => {
    const response = await recorder.send(
      unsigned(GOOD, { 'x-amz-trailer': 'x-amz-checksum-crc32', 'x-amz-decoded-content-length': length }),
    );
    expect(response.code).toBe('MissingContentLength');
  });

  it('is refused without a trailer', async () => {
    expect((await recorder.send(unsigned(`b\r\n${TEXT}\r\n0\r\n\r\n`, {}))).code).toBe('MalformedTrailerError');
  });

  it('is refused in a request that declares a plain payload', async () => {
    for (const payloadHash of ['UNSIGNED-PAYLOAD', sha256(GOOD)]) {
      const wire = { ...head(payloadHash, { 'x-amz-trailer': 'x-amz-checksum-crc32' }), body: GOOD };
      expect((await recorder.send(wire)).status).toBe(400);
      expect((await recorder.send({ ...head(payloadHash), body: GOOD })).status).toBe(400);
    }
  });
});

describe('a payload of signed chunks', () => {
  it('is decoded for the service', async () => {
    expect(String((await recorder.accepts(signedChunks(head(SIGNED), ['hello', ' world'])))?.body)).toBe(TEXT);
  });

  it('is refused with a trailer that x-amz-content-sha256 does not declare', async () => {
    const good = signedChunks(head(SIGNED, { 'x-amz-trailer': 'x-amz-checksum-crc32' }), [TEXT]);
    const body = String(good.body).replace(/\r\n$/, `x-amz-checksum-crc32:${CRC32}\r\n\r\n`);
    expect((await recorder.send({ ...good, body })).code).toBe('MalformedTrailerError');
  });

  it('can have a signed trailer', async () => {
    const signed = head(SIGNED_TRAILER, { 'x-amz-trailer': 'x-amz-checksum-crc32' });
    const received = await recorder.accepts(signedChunks(signed, [TEXT], `x-amz-checksum-crc32:${CRC32}`));
    expect(String(received?.body)).toBe(TEXT);
    expect(received?.trailers.get('x-amz-checksum-crc32')).toBe(CRC32);
  });

  it.each([
    ['altered data', (body: string) => body.replace('hello', 'jello')],
    ['an altered first signature', (body: string) => body.replace(/=[0-9a-f]/, (s) => (s === '=0' ? '=1' : '=0'))],
    [
      'an altered last signature',
      (body: string) => body.replace(/(\r\n0;chunk-signature=)(.)/, (_, head: string, c: string) => head + (c === '0' ? '1' : '0')),
    ],
    ['a missing signature', (body: string) => body.replace(/;chunk-signature=[0-9a-f]+/, '')],
    ['no signatures', (body: string) => body.replace(/;chunk-signature=[0-9a-f]+/g, '')],
    ['chunks in another order', (body: string) => body.replace(/(5;[^\r]*\r\nhello\r\n)(6;[^\r]*\r\n world\r\n)/, '$2$1')],
    ['a missing chunk', (body: string) => body.replace(/5;[^\r]*\r\nhello\r\n/, '')],
    ['a missing last chunk', (body: string) => body.replace(/0;[^\r]*\r\n\r\n$/, '')],
    ['an undeclared trailer', (body: string) => body.replace(/\r\n$/, 'x-amz-copy-source:/pool/globex/f\r\n\r\n')],
  ])('is refused with %s', async (_, alter) => {
    const good = signedChunks(head(SIGNED), ['hello', ' world']);
    const body = alter(String(good.body));
    expect(body).not.toBe(good.body);
    const before = recorder.reached.length;
    expect([400, 403]).toContain((await recorder.send({ ...good, body })).status);
    expect(recorder.reached.length).toBe(before);
  });

  it.each([
    ['an altered checksum', (body: string) => body.replace(`crc32:${CRC32}`, `crc32:${checksum('CRC32', Buffer.from('x'))}`)],
    [
      'an altered signature',
      (body: string) => body.replace(/(trailer-signature:)(.)/, (_, head: string, c: string) => head + (c === '0' ? '1' : '0')),
    ],
    ['no signature', (body: string) => body.replace(/x-amz-trailer-signature.*\r\n/, '')],
    ['a further trailer after its signature', (body: string) => body.replace(/\r\n\r\n$/, '\r\nx-amz-checksum-sha1:AAAA\r\n\r\n')],
  ])('is refused with a signed trailer that has %s', async (_, alter) => {
    const signed = head(SIGNED_TRAILER, { 'x-amz-trailer': 'x-amz-checksum-crc32' });
    const good = signedChunks(signed, [TEXT], `x-amz-checksum-crc32:${CRC32}`);
    const before = recorder.reached.length;
    expect([400, 403]).toContain((await recorder.send({ ...good, body: alter(String(good.body)) })).status);
    expect(recorder.reached.length).toBe(before);
  });
});

describe("AWS's own examples", () => {
  const chunks = ['a'.repeat(65_536), 'a'.repeat(1024)];
  const common = {
    host: 's3.amazonaws.com',
    'x-amz-date': '20130524T000000Z',
    'x-amz-storage-class': 'REDUCED_REDUNDANCY',
    'content-encoding': 'aws-chunked',
    'x-amz-decoded-content-length': '66560',
  };
  const credential = 'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request';

  function body(signatures: readonly string[], trailer = ''): string {
    return (
      [...chunks, '']
        .map((data, index) => `${data.length.toString(16)};chunk-signature=${signatures[index]}\r\n${data}${data && '\r\n'}`)
        .join('') + `${trailer}\r\n`
    );
  }

  it('of signed chunks is accepted', async () => {
    recorder.time.now = Date.parse('2013-05-24T00:00:00Z');
    const received = await recorder.accepts({
      method: 'PUT',
      target: '/examplebucket/chunkObject.txt',
      headers: {
        ...common,
        'content-length': '66824',
        'x-amz-content-sha256': SIGNED,
        authorization: `${credential},SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class,Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9`,
      },
      body: body([
        'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
        '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
        'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
      ]),
    });
    expect(received?.body.length).toBe(66_560);
  });

  it('of signed chunks and a signed trailer is accepted', async () => {
    recorder.time.now = Date.parse('2013-05-24T00:00:00Z');
    const trailer =
      'x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n';
    const received = await recorder.accepts({
      method: 'PUT',
      target: '/examplebucket/chunkObject.txt',
      headers: {
        ...common,
        'x-amz-content-sha256': SIGNED_TRAILER,
        'x-amz-trailer': 'x-amz-checksum-crc32c',
        authorization: `${credential},SignedHeaders=content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer,Signature=106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e`,
      },
      body: body(
        [
          'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2',
          '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7',
          '2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992',
        ],
        trailer,
      ),
    });
    expect(received?.trailers.get('x-amz-checksum-crc32c')).toBe('sOO8/Q==');
  });
});
