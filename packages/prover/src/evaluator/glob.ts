/** One step of a pattern: the code of a literal character, or one of the four wildcards below. */
export type Token = number;

/** `*`: any characters, or none. */
export const ANY_RUN: Token = -1;
/** `?`: exactly one character. */
export const ANY_ONE: Token = -2;
/** `*` inside one part of an ARN: anything but a colon. */
export const PART_RUN: Token = -3;
/** `?` inside one part of an ARN: one character, but no colon. */
export const PART_ONE: Token = -4;

export const COLON: Token = 58;
const STAR = 42;
const QUESTION_MARK = 63;

/** What a pattern is matched against. A string is one. */
export type Text = Pick<string, 'length' | 'charCodeAt'>;

/**
 * Whether a value matches a pattern, the whole of it: `*` stands for any characters or none, `?` for exactly one, all else for itself.
 * Case-sensitive. There is no escape: a literal star is `${*}` in a policy, see AWS IAM User Guide, "IAM policy elements: Variables and tags".
 *
 * @example
 * matchesGlob('s3:Get*', 's3:GetObject'); // true
 * matchesGlob('notes/acme/*', 'notes/acme-2/plan'); // false
 */
export function matchesGlob(pattern: string, value: string): boolean {
  return matchesTokens(globTokens(pattern), value);
}

/** The tokens of a pattern whose wildcards are bounded by nothing. */
export function globTokens(pattern: string): readonly Token[] {
  return Array.from({ length: pattern.length }, (_, at) => {
    const code = pattern.charCodeAt(at);
    return code === STAR ? ANY_RUN : code === QUESTION_MARK ? ANY_ONE : code;
  });
}

/** The tokens of a text in which nothing is a wildcard. */
export function literalTokens(text: string): readonly Token[] {
  return Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
}

/**
 * Matches without recursion: when a character does not fit, the last run takes one character more and the rest is tried again.
 * That is enough. A run may as well stop at the first place from which the following literals fit, because the run after them
 * can take whatever was left over; so only the last unbounded run, and the last bounded one behind it, are ever reopened.
 *
 * INVARIANT: no `ANY_ONE` stands before a `PART_RUN`; what crosses a colon between two bounded runs is then a literal colon or an
 * unbounded run, and the argument holds. Steps are at most about text × pattern: a hostile pattern costs time, it does not hang.
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
