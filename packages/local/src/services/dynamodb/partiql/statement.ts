import type { JsonObject } from '@tenant-aws/policy/json';

/** A document path: an attribute, then names and list indexes. */
export type Path = readonly [attribute: string, ...rest: (string | number)[]];

/** A side of a comparison, or an argument of a function. */
export type Operand =
  | { readonly kind: 'value'; readonly value: JsonObject }
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'size'; readonly path: Path };

/** The functions of conditions. They are those of condition expressions. */
export type ConditionFunction = 'attribute_exists' | 'attribute_not_exists' | 'attribute_type' | 'begins_with' | 'contains';

export interface Comparison {
  readonly kind: 'comparison';
  readonly operator: '=' | '<>' | '<' | '<=' | '>' | '>=';
  readonly left: Operand;
  readonly right: Operand;
}

export interface FunctionCall {
  readonly kind: 'function';
  readonly name: ConditionFunction;
  readonly args: readonly Operand[];
}

export interface Between {
  readonly kind: 'between';
  readonly operand: Operand;
  readonly low: Operand;
  readonly high: Operand;
}

/** A condition of a WHERE clause. */
export type Condition =
  | Comparison
  | FunctionCall
  | Between
  | { readonly kind: 'in'; readonly operand: Operand; readonly list: readonly Operand[] }
  | { readonly kind: 'not'; readonly condition: Condition }
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly Condition[] };

/** The value that a SET clause assigns. */
export type Assigned =
  | Operand
  | { readonly kind: 'sum'; readonly operator: '+' | '-'; readonly left: Operand; readonly right: Operand }
  | { readonly kind: 'list_append'; readonly left: Operand; readonly right: Operand }
  | { readonly kind: 'set_add'; readonly value: JsonObject }
  | { readonly kind: 'set_delete'; readonly value: JsonObject };

/** A clause of an UPDATE. */
export type UpdateClause =
  | { readonly kind: 'set'; readonly path: Path; readonly value: Assigned }
  | { readonly kind: 'remove'; readonly path: Path };

/** A value of `ReturnValues` that a RETURNING clause means. */
export type Returning = 'ALL_OLD' | 'ALL_NEW' | 'UPDATED_OLD' | 'UPDATED_NEW';

export interface Select {
  readonly kind: 'select';
  readonly table: string;
  readonly index?: string;
  /** Undefined for `*`. */
  readonly columns?: readonly Path[];
  readonly where?: Condition;
}

/** A parsed statement. */
export type Statement =
  | Select
  | { readonly kind: 'exists'; readonly select: Select; readonly table: string }
  | { readonly kind: 'insert'; readonly table: string; readonly item: JsonObject }
  | {
      readonly kind: 'update';
      readonly table: string;
      readonly clauses: readonly UpdateClause[];
      readonly where?: Condition;
      readonly returning?: Returning;
    }
  | { readonly kind: 'delete'; readonly table: string; readonly where?: Condition; readonly returning?: Returning };
