import { isObject } from '@tenant-aws/policy/json';
import type { Language } from './comparison.ts';
import { readStatement } from './read-statement.ts';
import type { Statement } from './statement.ts';

/** A document that AWS would reject, or that the evaluator does not understand. It is never evaluated by a guess. */
export class InvalidPolicyError extends Error {
  override readonly name = 'InvalidPolicyError';
  /** The faults that {@link checkPolicy} returns. */
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`the policy is not valid: ${faults.join('; ')}`);
    this.faults = [...faults];
  }
}

/**
 * Returns the faults of an identity or session policy, each as one sentence. It checks the form, as STS and IAM do
 * (`MalformedPolicyDocument`): elements and their types, operators, the values of typed operators, policy variables. It does not
 * check whether actions, resources or condition keys exist.
 *
 * @example
 * checkPolicy({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*' } });
 * // ['`Statement[0]` must have either `Resource` or `NotResource`']
 */
export function checkPolicy(document: unknown): string[] {
  return readDocument(document).faults;
}

/** INVARIANT: callers do not change a document after its first use. */
const known = new WeakMap<object, readonly Statement[]>();

/**
 * The statements of a document, parsed at the first call.
 *
 * @throws {@link InvalidPolicyError}
 */
export function statementsOf(document: object): readonly Statement[] {
  const before = known.get(document);
  if (before) return before;
  const { statements, faults } = readDocument(document);
  if (faults.length > 0) throw new InvalidPolicyError(faults);
  known.set(document, statements);
  return statements;
}

interface ReadDocument {
  readonly statements: readonly Statement[];
  readonly faults: string[];
}

const KEYS: ReadonlySet<string> = new Set(['Version', 'Id', 'Statement']);

function readDocument(document: unknown): ReadDocument {
  const faults: string[] = [];
  if (!isObject(document)) return { statements: [], faults: ['the policy is not an object'] };
  for (const key of Object.keys(document)) if (!KEYS.has(key)) faults.push(`\`${key}\` is not an element of a policy`);
  if (document.Id !== undefined && typeof document.Id !== 'string') faults.push('`Id` is not a string');
  const language = readVersion(document.Version, faults);
  const statements = statementList(document.Statement, faults).map((json, at) => readStatement(json, at, language, faults));
  const sids = statements.map(({ sid }) => sid).filter((sid) => sid !== '');
  if (new Set(sids).size < sids.length) faults.push('two statements have the same `Sid`');
  return { statements, faults };
}

/** A document without a Version has the Version 2008-10-17, which has no policy variables. */
function readVersion(version: unknown, faults: string[]): Language {
  if (version !== undefined && version !== '2008-10-17' && version !== '2012-10-17')
    faults.push('`Version` must be 2012-10-17 or 2008-10-17');
  return { variables: version === '2012-10-17' };
}

function statementList(statement: unknown, faults: string[]): readonly unknown[] {
  const list: readonly unknown[] = Array.isArray(statement) ? statement : statement === undefined ? [] : [statement];
  if (list.length === 0) faults.push('the policy has no `Statement`');
  return list;
}
