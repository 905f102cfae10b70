/** One value or several: IAM accepts both forms. */
export type OneOrMany<T> = T | readonly T[];

/** Operator → condition key → value or values. IAM User Guide, "IAM JSON policy elements: Condition". */
export type Condition = Readonly<Record<string, Readonly<Record<string, OneOrMany<string>>>>>;

/** One statement of an identity or session policy: it has no Principal. IAM User Guide, "IAM JSON policy elements reference". */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: OneOrMany<string>;
  readonly NotAction?: OneOrMany<string>;
  readonly Resource?: OneOrMany<string>;
  readonly NotResource?: OneOrMany<string>;
  readonly Condition?: Condition;
}

/** An identity or session policy. */
export interface PolicyDocument {
  readonly Version: '2012-10-17' | '2008-10-17';
  readonly Id?: string;
  readonly Statement: OneOrMany<Statement>;
}

/** The values as a list. */
export function many<T>(value: OneOrMany<T> | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
