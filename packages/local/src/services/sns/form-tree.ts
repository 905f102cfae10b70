import type { Json, JsonObject } from '../../strict-json.ts';
import { AwsError } from '../service.ts';

interface Branch extends Map<string, string | Branch> {}

const LISTS: ReadonlySet<string> = new Set(['member', 'entry']);
const MAX_ELEMENTS = 1000;
/** The deepest there is: `PublishBatchRequestEntries.member.1.MessageAttributes.entry.1.Value.DataType`. */
const MAX_DEPTH = 8;

/**
 * The flat names of the query protocol as what they stand for: `Entries.member.1.Id` is the Id of the first of Entries.
 *
 * @throws {@link AwsError} 400 for a list that is not numbered from one without a gap, and for a name that is a value and a branch
 */
export function asTree(form: ReadonlyMap<string, string>): JsonObject {
  const root: Branch = new Map();
  for (const [path, value] of form) {
    const names = path.split('.');
    if (names.length > MAX_DEPTH) throw malformed('a parameter has more parts than any that there is');
    const last = names.pop() ?? '';
    const branch = names.reduce(grow, root);
    if (branch.has(last)) throw malformed('a parameter is a value and a branch');
    branch.set(last, value);
  }
  return asObject(root);
}

function grow(branch: Branch, name: string): Branch {
  const existing = branch.get(name) ?? new Map();
  if (typeof existing === 'string') throw malformed('a parameter is a value and a branch');
  branch.set(name, existing);
  return existing;
}

function asObject(branch: Branch): JsonObject {
  const object: JsonObject = Object.create(null);
  for (const [name, value] of branch) {
    if (name === '' || name === '__proto__') throw malformed('a parameter has a name that is not accepted');
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
  if (elements.size > MAX_ELEMENTS) throw malformed('a list is too long');
  return Array.from(elements, (_, at) => {
    const element = elements.get(String(at + 1));
    if (element === undefined) throw malformed('a list is not numbered from one without a gap');
    return asJson(element);
  });
}

function malformed(what: string): AwsError {
  return new AwsError('MalformedQueryString', 400, `The request is not well-formed: ${what}.`);
}
