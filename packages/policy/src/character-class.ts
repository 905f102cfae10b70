/** Characters that no value may have: `* ?` are IAM's wildcards, `$ { }` delimit its variables, `" \` are syntax of JSON. */
const REFUSED: ReadonlySet<string> = new Set('*?${}"\\');

/** Whether a value of a template may have a character: printable ASCII, but no space and no syntax of IAM or JSON. */
export function isAcceptable(character: string): boolean {
  return character.length === 1 && character >= '!' && character <= '~' && !REFUSED.has(character);
}

/**
 * The characters of a regular expression's character class, written without its brackets: `a-z0-9_-`. There are no escapes.
 *
 * @throws RangeError a range in reverse order, or a `-` that is neither part of a range nor the first or last character
 */
export function charactersOf(given: string): ReadonlySet<string> {
  const set = new Set<string>();
  let rest = given;
  while (rest !== '') {
    const range = /^(.)-(.)/su.exec(rest);
    const [first, last] = range === null ? [firstOf(rest), firstOf(rest)] : [range[1] ?? '', range[2] ?? ''];
    if (range !== null && first > last) throw new RangeError(`the range ${visible(first)} to ${visible(last)} is in reverse order`);
    rest = rest.slice(range?.[0].length ?? first.length);
    if (first === '-' && set.size > 0 && rest !== '') throw new RangeError('a literal `-` must be the first or the last character');
    for (const character of range === null ? [first] : between(first, last)) set.add(character);
  }
  return set;
}

/** How an error text writes a character. */
export function visible(character: string): string {
  return character > ' ' && character <= '~' ? `\`${character}\`` : `U+${pointOf(character).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** The characters of a range, both ends included. It ends at the first character beyond ASCII: that one is refused anyway. */
function between(first: string, last: string): readonly string[] {
  const to = Math.min(pointOf(last), Math.max(pointOf(first), 0x7f));
  return Array.from({ length: to - pointOf(first) + 1 }, (_, i) => String.fromCodePoint(pointOf(first) + i));
}

function firstOf(text: string): string {
  return String.fromCodePoint(pointOf(text));
}

function pointOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
