import type { AwsError } from '../service.ts';
import { validationError } from './errors.ts';

const EXPRESSIONS = ['ConditionExpression', 'FilterExpression', 'KeyConditionExpression', 'ProjectionExpression', 'UpdateExpression'];
const MAX_LENGTH = 4096;
const MAX_COST = 100_000;
/** An item has at most 400 KB, and an element of a list at least one byte. */
const MAX_INDEX = 400_000;

/**
 * Refuses expressions that dynalite would parse or execute for seconds or longer. Its parser backtracks: each level of
 * parentheses or of NOT multiplies the time by about four. Eight levels are accepted. If an update sets an element beyond
 * the end of a list, dynalite visits every index in between.
 *
 * @throws {@link AwsError} 400
 */
export function refuseCostlyExpressions(parameters: Readonly<Record<string, unknown>>): void {
  for (const name of EXPRESSIONS) {
    const expression = parameters[name];
    if (typeof expression !== 'string') continue;
    if (expression.length > MAX_LENGTH) {
      throw invalid(name, `Expression size has exceeded the maximum allowed size; expression size: ${expression.length}`);
    }
    if (indexes(expression).some((index) => index > MAX_INDEX)) throw invalid(name, `An index of a list is greater than ${MAX_INDEX}`);
    if (cost(expression) > MAX_COST) throw invalid(name, 'The expression has more nested parentheses or NOTs than the local AWS parses');
  }
}

function indexes(expression: string): number[] {
  return Array.from(expression.matchAll(/\[\s*([0-9]+)\s*\]/g), ([, digits]) => Number(digits));
}

function cost(expression: string): number {
  const opened: number[] = [];
  let negations = 0;
  let depth = 0;
  let total = 0;
  for (const [token] of expression.matchAll(/[()]|\b(?:NOT|AND|OR)\b/gi)) {
    if (token === '(') {
      opened.push(negations + 1);
      depth += negations + 1;
      total += 4 ** depth;
    } else if (token === ')') depth -= opened.pop() ?? 0;
    negations = token.toUpperCase() === 'NOT' ? negations + 1 : 0;
  }
  return total + 4 ** negations;
}

function invalid(name: string, reason: string): AwsError {
  return validationError(`Invalid ${name}: ${reason}`);
}
