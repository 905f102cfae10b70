const ASCII = /^[\0-\x7f]*$/;

/**
 * Removes the difference of upper and lower case, character by character. AWS's documentation says only "ignoring case".
 *
 * Two characters are equal only if each is the other case of the other one. Converting whole texts makes more texts equal: `ß` becomes
 * `SS`, and the Kelvin sign, the dotless i and the long s become `k`, `I` and `S`, so an Allow for the tenant `kunde` would also
 * match a similar-looking id. Here texts of different length are never equal, and ASCII characters equal only ASCII characters.
 *
 * A Deny under StringEqualsIgnoreCase therefore matches fewer texts. The others name other data, because S3 and DynamoDB compare
 * bytes. Allow and Deny use the same comparison, because `StringNotEqualsIgnoreCase` must be its opposite.
 *
 * @see AWS IAM User Guide, "IAM JSON policy elements: Condition operators", String condition operators
 */
export function foldCase(text: string): string {
  return ASCII.test(text) ? text.toLowerCase() : Array.from(text, foldCharacter).join('');
}

function foldCharacter(character: string): string {
  const lower = character.toLowerCase();
  return lower.toUpperCase() === character ? lower : character;
}
