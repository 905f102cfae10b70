import Mustache from 'mustache';
import { TemplateSyntaxError, TemplateVariableError } from './errors.ts';
import { isVariableName } from './variable.ts';

/** A string of a template whose tags were judged: only texts and names. */
export interface TaggedText {
  /** The names of its tags, in order, each as often as it stands. */
  readonly names: readonly string[];
  readonly parts: readonly Part[];
}

/** A stretch of text as it stands, or a tag to be filled. */
export interface Part {
  readonly kind: 'text' | 'name';
  readonly value: string;
}

/** Taken once: the properties of `Mustache` can be replaced by any package of the process. */
const { Context, Writer } = Mustache;

/** Given explicitly at each call: the global `Mustache.tags` can be changed by any package of the process. */
const TAGS: [string, string] = ['{{', '}}'];

/** Characters that STS takes in a policy. AWS STS API Reference, "AssumeRole", `Policy`. */
const STS_TEXT = /^[\t\n\r\u0020-\u00ff]*$/;

/**
 * INVARIANT: no cache. The one that Mustache shares is mutable by any package of the process, and what was judged
 * must be what is rendered; {@link TaggedText} is the cache.
 */
const writer: InstanceType<typeof Writer> & { templateCache?: unknown } = new Writer();
writer.templateCache = undefined;

/**
 * Finds the tags of a string.
 *
 * @param where what to call the string in a fault
 * @throws {@link TemplateSyntaxError} anything but `{{name}}`: no section, partial, comment, set-delimiter, triple or dotted name
 */
export function parseTags(text: string, where: string): TaggedText {
  if (!STS_TEXT.test(text))
    throw new TemplateSyntaxError([`${where} has a character that AWS does not take in a policy (U+0020 to U+00FF)`]);
  const parts = tokensOf(text, where).map(([type, value]): Part => {
    if (type === 'text' && !/\{\{|\}\}/.test(value)) return { kind: 'text', value };
    if (type === 'name' && isVariableName(value)) return { kind: 'name', value };
    throw new TemplateSyntaxError([
      `${where} has a tag that is not a plain \`{{name}}\` of lower-case letters, digits and _: only those are filled`,
    ]);
  });
  if (fillsPolicyVariable(parts))
    throw new TemplateSyntaxError([`${where} has a tag inside a policy variable \${...}: a value would choose which variable IAM reads`]);
  return { parts, names: parts.filter(({ kind }) => kind === 'name').map(({ value }) => value) };
}

/**
 * Fills the tags. Values are taken as they are: whoever gives them has judged them.
 *
 * @throws {@link TemplateVariableError} a tag has no value
 */
export function fillTags({ parts, names }: TaggedText, values: ReadonlyMap<string, string>): string {
  const view: Record<string, string> = Object.create(null);
  for (const name of names) {
    const value = values.get(name);
    if (value === undefined || value === '') throw new TemplateVariableError([`\`{{${name}}}\` has no value`]);
    view[name] = value;
  }
  const tokens = parts.map(({ kind, value }) => [kind, value]);
  return writer.renderTokens(tokens, new Context(view), undefined, undefined, { escape: String, tags: TAGS });
}

function tokensOf(text: string, where: string): readonly (readonly [type: string, value: string])[] {
  try {
    return writer.parse(text, TAGS) as [string, string][];
  } catch {
    throw new TemplateSyntaxError([`${where} has a tag that does not end, or a section: only a plain \`{{name}}\` is filled`]);
  }
}

/** Whether a tag stands between a `${` and its `}`. */
function fillsPolicyVariable(parts: readonly Part[]): boolean {
  let open = false;
  return parts.some(({ kind, value }) => {
    if (kind === 'name') return open;
    const [opened, closed] = [value.lastIndexOf('${'), value.lastIndexOf('}')];
    if (opened !== closed) open = opened > closed;
    return false;
  });
}
