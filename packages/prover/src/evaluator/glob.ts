/** A token of a pattern: the code of a literal character, or one of the four wildcards below. */
export type Token = number;

/** `*`: any number of any characters. */
export const ANY_RUN: Token = -1;
/** `?`: exactly one character. */
export const ANY_ONE: Token = -2;
/** `*` inside one part of an ARN: any number of characters that are not colons. */
export const PART_RUN: Token = -3;
/** `?` inside one part of an ARN: one character that is not a colon. */
export const PART_ONE: Token = -4;

export const COLON: Token = 58;
const STAR = 42;
const QUESTION_MARK = 63;

/** A text to match, for example a string. */
export type Text = Pick<string, 'length' | 'charCodeAt'>;

/**
 * Whether a whole value matches a pattern: `*` matches any number of characters, `?` exactly one, other characters match themselves.
 * Case-sensitive. There is no escape: a policy writes a literal star as `${*}`, see AWS IAM User Guide, "IAM policy elements: Variables and tags".
 *
 * @example
 * matchesGlob('s3:Get*', 's3:GetObject'); // true
 * matchesGlob('notes/acme/*', 'notes/acme-2/plan'); // false
 */
export function matchesGlob(pattern: string, value: string): boolean {
  return matchesTokens(globTokens(pattern), value);
}

/** The tokens of a pattern whose wildcards also match colons. */
export function globTokens(pattern: string): readonly Token[] {
  return Array.from({ length: pattern.length }, (_, at) => {
    const code = pattern.charCodeAt(at);
    return code === STAR ? ANY_RUN : code === QUESTION_MARK ? ANY_ONE : code;
  });
}

/** The tokens of a text without wildcards. */
export function literalTokens(text: string): readonly Token[] {
  return Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
}

/**
 * Matches without recursion: if a character does not match, the last run is extended by one character and the rest is tried again.
 * It is enough to extend the last unbounded run and the last bounded run after it. A run may end at the first position where the
 * literals after it match, because the next run can match all characters that are left over.
 *
 * INVARIANT: no `ANY_ONE` is before a `PART_RUN`. Between two bounded runs, only a literal colon or an unbounded run then matches a
 * colon, and the argument above is valid. The steps are about text × pattern at most: a hostile pattern cannot block the process.
 */
export function matchesTokens(tokens: readonly Token[], text: Text): boolean {
  let token = 0;
  let at = 0;
  let run = -1;
  let runEnd = 0;
  let partRun = -1;
  let partRunEnd = 0;
  while (at < text.length) {
    const wanted = tokens[token];
    if (wanted === ANY_RUN) {
      run = token++;
      runEnd = at;
      partRun = -1;
    } else if (wanted === PART_RUN) {
      partRun = token++;
      partRunEnd = at;
    } else if (wanted !== undefined && takes(wanted, text.charCodeAt(at))) {
      token++;
      at++;
    } else if (partRun >= 0 && text.charCodeAt(partRunEnd) !== COLON) {
      at = ++partRunEnd;
      token = partRun + 1;
    } else if (run >= 0) {
      at = ++runEnd;
      token = run + 1;
      partRun = -1;
    } else {
      return false;
    }
  }
  while (tokens[token] === ANY_RUN || tokens[token] === PART_RUN) token++;
  return token === tokens.length;
}

function takes(token: Token, code: number): boolean {
  return token === code || token === ANY_ONE || (token === PART_ONE && code !== COLON);
}
