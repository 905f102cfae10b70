const ASCII = /^[\0-\x7f]*$/;

/**
 * A text without the difference of upper and lower case, character by character: two texts are equal by it where each character is
 * the other's, or its other case. AWS's pages say "ignoring case" and no more.
 *
 * Two characters are one only if each is what the other becomes. Converting whole texts does more: `ß` becomes `SS`, and the Kelvin
 * sign, the dotless i and the long s become `k`, `I` and `S`, so that an Allow for the tenant `kunde` would hold for a look-alike.
 * Here a text equals no text of another length, and ASCII equals ASCII alone.
 *
 * A Deny under StringEqualsIgnoreCase holds for fewer texts by this, never for other ones: what it no longer names are names of
 * other data, for S3 and DynamoDB compare bytes. One comparison serves both effects, as `StringNotEqualsIgnoreCase` must stay its
 * opposite.
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
