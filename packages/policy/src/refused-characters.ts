/** What no value may hold, wherever it stands: `* ?` are IAM's wildcards, `$ { }` its variables, `" \` the syntax of JSON. */
const REFUSED: ReadonlySet<string> = new Set('*?${}"\\');

/** Whether a character may stand in a value of a template at all: printable ASCII without blanks, and not syntax of IAM or JSON. */
export function isAcceptable(character: string): boolean {
  return character >= '!' && character <= '~' && character.length === 1 && !REFUSED.has(character);
}
