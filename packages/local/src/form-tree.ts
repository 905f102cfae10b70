import type { Json, JsonObject } from '@tenant-aws/policy/json';
import { AwsError } from './services/service.ts';

interface Branch extends Map<string, string | Branch> {}

const LISTS: ReadonlySet<string> = new Set(['member', 'entry']);
const MAX_ELEMENTS = 1000;
/** The deepest parameter, of SNS: `PublishBatchRequestEntries.member.1.MessageAttributes.entry.1.Value.DataType`. */
const MAX_DEPTH = 8;

/**
 * Parses the flat names of the query protocol: `Entries.member.1.Id` is the Id of the first element of the list Entries.
 *
 * @throws {@link AwsError} 400 for a list that is not numbered from 1 without gaps, and for a name that is both a value and a structure
 */
export function parseFormTree(form: ReadonlyMap<string, string>): JsonObject {
  const root: Branch = new Map();
  for (const [path, value] of form) {
    const names = path.split('.');
    if (names.length > MAX_DEPTH) throw malformed(`a parameter's name has more than ${MAX_DEPTH} parts`);
    const last = names.pop() ?? '';
    const branch = names.reduce(childBranch, root);
    if (branch.has(last)) throw malformed('a parameter is both a value and a structure');
    branch.set(last, value);
  }
  return asObject(root);
}

function childBranch(branch: Branch, name: string): Branch {
  const existing = branch.get(name) ?? new Map();
  if (typeof existing === 'string') throw malformed('a parameter is both a value and a structure');
  branch.set(name, existing);
  return existing;
}

function asObject(branch: Branch): JsonObject {
  const object: JsonObject = Object.create(null);
  for (const [name, value] of branch) {
    if (name === '' || name === '__proto__') throw malformed("a part of a parameter's name is empty or `__proto__`");
    object[name] = asJson(value);
  }
  return object;
}

function asJson(value: string | Branch): Json {
  if (typeof value === 'string') return value;
  const [[name, elements] = ['', '']] = value;
  return value.size === 1 && LISTS.has(name) && typeof elements !== 'string' ? asList(elements) : asObject(value);
}

function asList(elements: Branch): Json[] {
  if (elements.size > MAX_ELEMENTS) throw malformed(`a list has more than ${MAX_ELEMENTS} elements`);
  return Array.from(elements, (_, at) => {
    const element = elements.get(String(at + 1));
    if (element === undefined) throw malformed('the elements of a list must be numbered from 1 without gaps');
    return asJson(element);
  });
}

function malformed(reason: string): AwsError {
  return new AwsError('MalformedQueryString', 400, `The request is not well-formed: ${reason}.`);
}
