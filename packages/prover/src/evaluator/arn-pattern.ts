import { ANY_ONE, ANY_RUN, COLON, PART_ONE, PART_RUN, type Token } from './glob.ts';
import { filledPattern, type InRequest, type Pieces } from './policy-variable.ts';

/** How the wildcards of an ARN pattern treat the colons between its parts. */
export interface ArnWildcards {
  /** Whether a `*` that ends a part may run on past the colon. */
  readonly runOn: boolean;
}

/**
 * How `Resource` and `NotResource` read a pattern. AWS: "If the * wildcard is the last character of a resource ARN segment, it can
 * expand to match beyond the colon boundaries." So `arn:aws:s3:*` covers S3, and `arn:aws:sqs:*:jobs` needs no account. The last
 * part, behind the fifth colon, is free text to IAM: there `*` and `?` take colons and slashes like any character.
 *
 * @see AWS IAM User Guide, "IAM JSON policy elements: Resource"
 */
export const RESOURCE_WILDCARDS: ArnWildcards = { runOn: true };

/**
 * How the ARN operators read a pattern: "Each of the six colon-delimited components of the ARN is checked separately."
 *
 * @see AWS IAM User Guide, "IAM JSON policy elements: Condition operators"
 */
export const OPERATOR_WILDCARDS: ArnWildcards = { runOn: false };

const LAST_PART = 5;

/** The pattern of an ARN, every variable filled, its wildcards bounded by the colons between the first five parts. */
export function arnPattern(pieces: Pieces, wildcards: ArnWildcards): InRequest<readonly Token[]> {
  return filledPattern(pieces, (tokens) => boundByParts(tokens, wildcards));
}

function boundByParts(tokens: readonly Token[], { runOn }: ArnWildcards): readonly Token[] {
  let part = 0;
  return tokens.map((token, at) => {
    if (part === LAST_PART) return token;
    if (token === COLON) part++;
    if (token === ANY_ONE) return PART_ONE;
    if (token !== ANY_RUN) return token;
    const next = tokens[at + 1];
    return runOn && (next === COLON || next === undefined) ? ANY_RUN : PART_RUN;
  });
}

/** Whether a text has the six parts of an ARN. */
export function hasSixParts(text: string): boolean {
  return /^arn(?::[^:]*){4}:/.test(text);
}
