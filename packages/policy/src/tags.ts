import Mustache from 'mustache';
import { TemplateSyntaxError, TemplateVariableError } from './errors.ts';
import { isVariableName } from './variable.ts';

/** A string of a template, parsed: only texts and names of variables. */
export interface TaggedText {
  /** The names in its tags, in order, with repetitions. */
  readonly names: readonly string[];
  readonly parts: readonly Part[];
}

/** A literal text, or a tag to fill. */
export interface Part {
  readonly kind: 'text' | 'name';
  readonly value: string;
}

/**
 * The tag of the tenant. A text in which all tags but the tenant's are filled has this in their place.
 *
 * INVARIANT: it is nowhere else in such a text. {@link parseTags} refuses `{{` outside a tag, and no value has a brace.
 */
export const TENANT_TAG = '{{tenant}}';

/** Read once: any package of the process can replace the properties of `Mustache`. */
const { Context, Writer } = Mustache;

/** Passed explicitly at each call: any package of the process can change the global `Mustache.tags`. */
const TAGS: [string, string] = ['{{', '}}'];

/** The characters that STS accepts in a policy. AWS STS API Reference, "AssumeRole", `Policy`. */
const STS_TEXT = /^[\t\n\r\u0020-\u00ff]*$/;

/**
 * INVARIANT: it has no cache. Any package of the process can change the cache that Mustache shares, and the text that was checked
 * must be the text that is rendered.
 */
const writer: InstanceType<typeof Writer> & { templateCache?: unknown } = new Writer();
writer.templateCache = undefined;

/**
 * Parsed texts, which are frozen. The checks of a template and each PermissionSet read the same few texts again: without this,
 * loading the shipped templates takes twice as long, and creating a PermissionSet four times as long.
 */
const parsed = new Map<string, TaggedText>();
const MAX_PARSED = 1_000;

/**
 * Parses the tags of a string.
 *
 * @param where what a fault calls the string
 * @throws {@link TemplateSyntaxError} any tag but `{{name}}`: a section, partial, comment, set-delimiter tag, triple mustache or dotted name
 */
export function parseTags(text: string, where: string): TaggedText {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const tagged = parse(text, where);
  if (parsed.size >= MAX_PARSED) parsed.clear();
  parsed.set(text, tagged);
  return tagged;
}

/**
 * Fills the tags. The caller has checked the values.
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

function parse(text: string, where: string): TaggedText {
  if (!STS_TEXT.test(text))
    throw new TemplateSyntaxError([`${where} has a character that AWS does not accept in a policy: use U+0020 to U+00FF`]);
  const parts = tokensOf(text, where).map(([type, value]): Part => {
    if (type === 'text' && !/\{\{|\}\}/.test(value)) return Object.freeze({ kind: 'text', value });
    if (type === 'name' && isVariableName(value)) return Object.freeze({ kind: 'name', value });
    throw new TemplateSyntaxError([`${where} has a tag that is not a plain \`{{name}}\` of lower-case letters, digits and \`_\``]);
  });
  if (fillsPolicyVariable(parts))
    throw new TemplateSyntaxError([
      `${where} has a tag inside a policy variable \`\${...}\`: the value would choose which variable IAM reads`,
    ]);
  const names = parts.filter(({ kind }) => kind === 'name').map(({ value }) => value);
  return Object.freeze({ parts: Object.freeze(parts), names: Object.freeze(names) });
}

function tokensOf(text: string, where: string): readonly (readonly [type: string, value: string])[] {
  if (!text.includes('{{')) return [['text', text]]; // most texts; Mustache compiles three regular expressions for each text
  try {
    return writer.parse(text, TAGS) as [string, string][];
  } catch {
    throw new TemplateSyntaxError([`${where} has a tag that is not closed, or a section: use only a plain \`{{name}}\``]);
  }
}

/** Whether a tag is between a `${` and its `}`. */
function fillsPolicyVariable(parts: readonly Part[]): boolean {
  let open = false;
  return parts.some(({ kind, value }) => {
    if (kind === 'name') return open;
    const [opened, closed] = [value.lastIndexOf('${'), value.lastIndexOf('}')];
    if (opened !== closed) open = opened > closed;
    return false;
  });
}
