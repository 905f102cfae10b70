import { isObject } from '@tenant-aws/policy/json';
import type { Language } from './comparison.ts';
import { type Condition, readCondition } from './condition.ts';
import { foldCase } from './letter-case.ts';
import { isFault, type Pieces, parsePieces } from './policy-variable.ts';
import { type ActionPattern, actionPattern, type Element, type ResourcePattern, resourcePattern, type Statement } from './statement.ts';

/** Records a fault: the predicate of a sentence whose subject is the statement. Parsing continues, so that every fault is found. */
type Note = (fault: string) => void;

const KEYS: ReadonlySet<string> = new Set(['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition']);
const SID = /^[A-Za-z0-9]*$/;
/** The service has no wildcard, except in `*:*`. */
const ACTION = /^(?:\*|\*:\*|[a-z0-9-]+:[\w*?-]+)$/i;
/** "You can't use a wildcard in the service segment": AWS IAM User Guide, "IAM JSON policy elements: Resource". */
const RESOURCE = /^(?:\*+$|arn:[^:]*:[A-Za-z0-9-]+:)/;
const LAST_PART = 5;

/** Parses one statement. INVARIANT: the result is not used if a fault was recorded. */
export function readStatement(json: unknown, at: number, language: Language, faults: string[]): Statement {
  const note: Note = (fault) => faults.push(`\`Statement[${at}]\` ${fault}`);
  if (!isObject(json)) note('is not an object');
  const source = isObject(json) ? json : {};
  for (const key of Object.keys(source)) if (!KEYS.has(key)) note(unknownElement(key));
  const sid = readSid(source.Sid, note);
  if (source.Effect !== 'Allow' && source.Effect !== 'Deny') note('must have the `Effect` Allow or Deny');
  return {
    sid,
    name: sid === '' ? String(at) : sid,
    effect: source.Effect === 'Allow' ? 'Allow' : 'Deny',
    action: readElement<ActionPattern>(source, 'Action', note, (text) => readAction(text, note)),
    resource: readElement<ResourcePattern>(source, 'Resource', note, (text) => readResource(text, language, note)),
    conditions: source.Condition === undefined ? [] : readConditions(source.Condition, language, note),
  };
}

function unknownElement(key: string): string {
  const principal = key === 'Principal' || key === 'NotPrincipal';
  return principal ? `has \`${key}\`, which only resource policies have` : `has \`${key}\`, which is not an element of a statement`;
}

function readSid(sid: unknown, note: Note): string {
  if (sid === undefined) return '';
  if (typeof sid === 'string' && SID.test(sid)) return sid;
  note('has a `Sid` that has other characters than letters and digits');
  return '';
}

/** `Action` or `NotAction`, `Resource` or `NotResource`. An empty list is valid and matches nothing. */
function readElement<T>(
  source: Readonly<Record<string, unknown>>,
  name: 'Action' | 'Resource',
  note: Note,
  read: (text: string) => T,
): Element<T> {
  const not = `Not${name}`;
  if ((source[name] === undefined) === (source[not] === undefined)) note(`must have either \`${name}\` or \`${not}\``);
  const except = source[name] === undefined;
  const strings = oneOrMany(except ? source[not] : source[name]);
  if (!strings.every((text) => typeof text === 'string')) {
    note(`has neither a string nor a list of strings as \`${except ? not : name}\``);
    return { patterns: [], except };
  }
  return { patterns: strings.map(read), except };
}

function readAction(text: string, note: Note): ActionPattern {
  if (!ACTION.test(text)) note(`names \`${text}\`, which is not an action such as \`s3:GetObject\` or \`s3:Get*\``);
  return actionPattern(text);
}

function readResource(text: string, language: Language, note: Note): ResourcePattern {
  if (!RESOURCE.test(text)) note(`names \`${text}\`, which is neither an ARN with a service nor \`*\``);
  const pieces = parsePieces(text, language);
  if (isFault(pieces)) note(`names \`${text}\`, which ${pieces.fault}`);
  const read = isFault(pieces) ? [] : pieces;
  // "You can't use a variable to replace parts of the ARN before the fifth colon."
  if (hasEarlyVariable(read)) note(`names \`${text}\`, which has a policy variable before the fifth colon`);
  return resourcePattern(read);
}

function hasEarlyVariable([first, ...rest]: Pieces): boolean {
  if (first === undefined) return false;
  if (typeof first !== 'string') return true;
  return rest.length > 0 && first.split(':').length <= LAST_PART;
}

function readConditions(json: unknown, language: Language, note: Note): readonly Condition[] {
  if (!isObject(json)) {
    note('has a `Condition` that is not an object');
    return [];
  }
  noteDuplicates(json, note);
  return Object.entries(json).flatMap(([operator, keys]) => {
    if (isObject(keys)) {
      noteDuplicates(keys, note);
      return Object.entries(keys).flatMap(([key, values]) => readKey(operator, key, values, language, note));
    }
    note(`has a \`Condition\` whose \`${operator}\` is not an object`);
    return [];
  });
}

/**
 * Case is ignored in names, so two spellings are a duplicate. AWS does not document which of them counts.
 *
 * @see AWS IAM User Guide, "IAM policy validation check reference", Duplicate keys with different case
 */
function noteDuplicates(named: Readonly<Record<string, unknown>>, note: Note): void {
  const seen = new Set<string>();
  for (const name of Object.keys(named)) {
    const folded = foldCase(name);
    if (seen.has(folded)) note(`has a \`Condition\` with \`${name}\` twice, in different case`);
    seen.add(folded);
  }
}

/** IAM reads `true` and `1` as `"true"` and `"1"`. */
function readKey(operator: string, key: string, json: unknown, language: Language, note: Note): readonly Condition[] {
  const values = oneOrMany(json);
  if (!values.every(isScalar)) {
    note(`has a \`Condition\` whose \`${key}\` under \`${operator}\` is neither a string nor a list of strings`);
    return [];
  }
  const read = readCondition(operator, key, values.map(String), language);
  if ('matches' in read) return [read];
  for (const fault of read) note(`has a \`Condition\` that is not valid: ${fault}`);
  return [];
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function oneOrMany(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined ? [] : [value];
}
