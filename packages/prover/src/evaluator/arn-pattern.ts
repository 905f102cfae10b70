import { ANY_ONE, ANY_RUN, COLON, PART_ONE, PART_RUN, type Token } from './glob.ts';
import { filledPattern, type InRequest, type Pieces } from './policy-variable.ts';

/** Whether the wildcards of an ARN pattern match the colons between its parts. */
export interface ArnWildcards {
  /** Whether a `*` at the end of a part also matches colons. */
  readonly crossColons: boolean;
}

/**
 * The rule for `Resource` and `NotResource`. AWS: "If the * wildcard is the last character of a resource ARN segment, it can
 * expand to match beyond the colon boundaries." So `arn:aws:s3:*` matches all of S3, and `arn:aws:sqs:*:jobs` needs no account. The
 * last part, after the fifth colon, is free text: there `*` and `?` match colons and slashes like any character.
 *
 * @see AWS IAM User Guide, "IAM JSON policy elements: Resource"
 */
export const RESOURCE_WILDCARDS: ArnWildcards = { crossColons: true };

/**
 * The rule for the ARN operators: "Each of the six colon-delimited components of the ARN is checked separately."
 *
 * @see AWS IAM User Guide, "IAM JSON policy elements: Condition operators"
 */
export const OPERATOR_WILDCARDS: ArnWildcards = { crossColons: false };

const LAST_PART = 5;

/** An ARN pattern with its variables filled. In the first five parts, wildcards are bounded by colons. */
export function arnPattern(pieces: Pieces, wildcards: ArnWildcards): InRequest<readonly Token[]> {
  return filledPattern(pieces, (tokens) => boundByParts(tokens, wildcards));
}

function boundByParts(tokens: readonly Token[], { crossColons }: ArnWildcards): readonly Token[] {
  let part = 0;
  return tokens.map((token, at) => {
    if (part === LAST_PART) return token;
    if (token === COLON) part++;
    if (token === ANY_ONE) return PART_ONE;
    if (token !== ANY_RUN) return token;
    const next = tokens[at + 1];
    return crossColons && (next === COLON || next === undefined) ? ANY_RUN : PART_RUN;
  });
}

/** Whether a text has the form of an ARN with six parts. */
export function hasSixParts(text: string): boolean {
  return /^arn(?::[^:]*){4}:/.test(text);
}
