import { describe, expect, it } from 'vitest';
import { TokenInvalidError } from '../../src/errors.ts';
import { type Characters, parseBearer, presentedToken, requireToken68 } from '../../src/identity/bearer-header.ts';

/** A header that counts how often its characters are read. */
class CountedHeader implements Characters {
  steps = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  get length(): number {
    return this.text.length;
  }

  charCodeAt(index: number): number {
    this.steps += 1;
    return this.text.charCodeAt(index);
  }

  slice(start: number): string {
    return this.text.slice(start);
  }
}

/** Both steps, as for a token that is not in the cache. */
function parse(header: string): string | undefined {
  const token = parseBearer(header);
  if (token !== undefined) requireToken68(token);
  return token;
}

/** The reads of both steps; of the second also if the first refuses the length. */
function stepsOf(text: string): number {
  const [header, token] = [new CountedHeader(text), new CountedHeader(text.slice('Bearer '.length))];
  for (const step of [() => parseBearer(header), () => requireToken68(token)]) {
    try {
      step();
    } catch (error) {
      if (!(error instanceof TokenInvalidError)) throw error;
    }
  }
  return header.steps + token.steps;
}

describe('parseBearer and requireToken68', () => {
  it.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])('finds the token after the scheme %s', (scheme) => {
    expect(parse(`${scheme} abc-._~+/123==`)).toBe('abc-._~+/123==');
  });

  it.each([
    '',
    'Basic YTpi',
    'Digest username="a"',
    'Bearerish abc',
    'Bearer-Token abc',
    'Beare',
    'Token abc',
    'Basic Bearer abc',
    ' Bearer abc',
  ])('returns undefined for %j', (header) => {
    expect(parse(header)).toBeUndefined();
  });

  it.each([
    'Bearer',
    'Bearer ',
    'Bearer  abc',
    'Bearer\tabc',
    'Bearer:abc',
    'Bearer=abc',
    'Bearer,abc',
    'Bearer abc def',
    'Bearer abc ',
    'Bearer abc, Bearer def',
    'Bearer ==',
    'Bearer a=b',
    'Bearer "abc"',
    'Bearer abc\u0000',
    'Bearer ab\u00e9',
    'Bearer ab\u{1f511}',
  ])('refuses %j', (header) => {
    expect(() => parse(header)).toThrow(
      expect.objectContaining({ code: 'token_invalid', detail: { reason: 'malformed Authorization header' } }),
    );
  });

  it('accepts 8 KiB of token and refuses one character more', () => {
    expect(parse(`Bearer ${'a'.repeat(8_192)}`)).toHaveLength(8_192);
    expect(() => parseBearer(`Bearer ${'a'.repeat(8_193)}`)).toThrow(
      expect.objectContaining({ detail: { reason: 'longer than 8192 characters' } }),
    );
  });

  it('reads no character of a token that is too long', () => {
    const header = new CountedHeader(`Bearer ${'a'.repeat(60_000)}`);
    expect(() => parseBearer(header)).toThrow(TokenInvalidError);
    expect(header.steps).toBeLessThan(20);
  });

  it.each([
    ['token characters', (length: number) => `Bearer ${'a'.repeat(length)}`],
    ['padding', (length: number) => `Bearer a${'='.repeat(length)}`],
    ['padding before a letter', (length: number) => `Bearer a${'='.repeat(length)}a`],
    ['spaces', (length: number) => `Bearer ${' '.repeat(length)}`],
    ['spaces before a token', (length: number) => `Bearer ${' '.repeat(length)}a`],
    ['schemes', (length: number) => 'Bearer '.repeat(length / 7)],
    ['half and half', (length: number) => `Bearer ${'a'.repeat(length / 2)}${'='.repeat(length / 2)}`],
  ])('reads a number of characters that grows linearly with %s, up to 64 KiB', (_, header) => {
    const lengths = [1_024, 2_048, 4_096, 8_192, 16_384, 32_768, 65_536];
    for (const length of lengths) expect(stepsOf(header(length))).toBeLessThanOrEqual(length + 20);
  });
});

describe('presentedToken', () => {
  it('returns undefined without a header', () => {
    expect(presentedToken(undefined)).toBeUndefined();
    expect(presentedToken([])).toBeUndefined();
  });

  it.each([[['Bearer abc', 'Bearer abc']], [['Basic YTpi', 'Bearer abc']], [['Bearer abc', '']], [['Basic YTpi', 'Basic YTpi']]])(
    'refuses two headers: %j',
    (headers) => {
      expect(() => presentedToken(headers)).toThrow(
        expect.objectContaining({ code: 'token_invalid', detail: { reason: 'more than one Authorization header' } }),
      );
    },
  );
});
