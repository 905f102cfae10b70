import { unsupported } from '../service.ts';
import { invalidParameter } from './names.ts';

/** A term: `word`, `"a phrase"`, `?either`, `-without`. */
const TERM = /([?-]?)(?:"((?:[^"\\]|\\.)*)"|([\p{L}\p{N}_]+))(?:\s+|$)/suy;

/** The kinds of patterns that the local AWS does not have, by their first character. */
const UNSUPPORTED: ReadonlyMap<string, string> = new Map([
  ['{', 'A JSON filter pattern'],
  ['[', 'A space-delimited filter pattern'],
  ['%', 'A regular expression in a filter pattern'],
]);

/**
 * Reads a filter pattern of terms. A message matches if it contains every term. It must not contain a term that begins with `-`. Terms
 * that begin with `?` are alternatives. Letter case matters.
 *
 * @see Amazon CloudWatch Logs User Guide, "Filter pattern syntax"
 * @throws {@link AwsError} 501 for another kind of pattern, 400 for a malformed one
 */
export function parseFilterPattern(pattern: string): (message: string) => boolean {
  const text = pattern.trim();
  const kind = UNSUPPORTED.get(text.charAt(0));
  if (kind !== undefined) throw unsupported(kind);
  const terms = parseTerms(text);
  const ofKind = (mark: string): readonly string[] => terms.filter((term) => term.mark === mark).map(({ value }) => value);
  const [all, either, without] = [ofKind(''), ofKind('?'), ofKind('-')];
  if (either.length > 0 && either.length < terms.length) throw unsupported('A filter pattern with `?` terms and other terms');
  return (message) =>
    all.every((term) => message.includes(term)) &&
    !without.some((term) => message.includes(term)) &&
    (either.length === 0 || either.some((term) => message.includes(term)));
}

function parseTerms(text: string): readonly { readonly mark: string; readonly value: string }[] {
  const terms = [];
  TERM.lastIndex = 0;
  while (TERM.lastIndex < text.length) {
    const match = TERM.exec(text);
    if (!match) throw invalidParameter('Invalid filter pattern');
    const [, mark = '', quoted, word = ''] = match;
    terms.push({ mark, value: quoted?.replaceAll(/\\(.)/gs, '$1') ?? word });
  }
  return terms;
}
