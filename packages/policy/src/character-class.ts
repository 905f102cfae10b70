/** What no value may hold, wherever it stands: `* ?` are IAM's wildcards, `$ { }` its variables, `" \` the syntax of JSON. */
const REFUSED: ReadonlySet<string> = new Set('*?${}"\\');

/** Whether a character may stand in a value of a template at all: printable ASCII without blanks, and not syntax of IAM or JSON. */
export function isAcceptable(character: string): boolean {
  return character.length === 1 && character >= '!' && character <= '~' && !REFUSED.has(character);
}

/**
 * The characters of a regular expression's class, given without its brackets: `a-z0-9_-`. Nothing is escaped.
 *
 * @throws RangeError a range that runs backwards, a `-` between characters that is neither a range nor at an end
 */
export function charactersOf(given: string): ReadonlySet<string> {
  const set = new Set<string>();
  let rest = given;
  while (rest !== '') {
    const range = /^(.)-(.)/su.exec(rest);
    const [first, last] = range === null ? [firstOf(rest), firstOf(rest)] : [range[1] ?? '', range[2] ?? ''];
    if (range !== null && first > last) throw new RangeError(`the range ${visible(first)} to ${visible(last)} runs backwards`);
    rest = rest.slice(range?.[0].length ?? first.length);
    if (first === '-' && set.size > 0 && rest !== '') throw new RangeError('a `-` that means itself stands first or last');
    for (const character of range === null ? [first] : between(first, last)) set.add(character);
  }
  return set;
}

/** A character for a sentence. */
export function visible(character: string): string {
  return character > ' ' && character <= '~' ? `\`${character}\`` : `U+${pointOf(character).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Both ends and what lies between: one stray beyond ASCII stands for all of them, for it is refused anyway. */
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
