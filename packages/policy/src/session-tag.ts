import { type Part, parseTags } from './tags.ts';

/** `${aws:PrincipalTag/...}`, which IAM fills in. Without a default: a default would be the same for all tenants. */
const SESSION_TAG = /(\$\{\s*aws:PrincipalTag\/[^,}]+?\s*\})/i;

/** A part of a template's string, or a session tag in it, as written. */
export type IdentifyingPart = Part | { readonly kind: 'session tag'; readonly value: string };

/** The keys of a string's session tags, as written. */
export function sessionTagsOf(text: string): readonly string[] {
  return cutAtSessionTags(text).flatMap(({ kind, value }) =>
    kind === 'session tag' ? [value.slice(value.indexOf('/') + 1, -1).trim()] : [],
  );
}

/** A string, cut at its tags and its session tags. */
export function identifyingParts(text: string): readonly IdentifyingPart[] {
  return parseTags(text, 'a statement').parts.flatMap((part) => (part.kind === 'text' ? cutAtSessionTags(part.value) : [part]));
}

/** Where the tenant's id will stand among the parts, and what is written there. Beside `{{tenant}}`, a session tag is another name. */
export function idPositions(parts: readonly IdentifyingPart[]): readonly { readonly at: number; readonly written: string }[] {
  const tenants = parts.flatMap(({ kind, value }, at) => (kind === 'name' && value === 'tenant' ? [{ at, written: '{{tenant}}' }] : []));
  if (tenants.length > 0) return tenants;
  return parts.flatMap(({ kind, value }, at) => (kind === 'session tag' ? [{ at, written: value }] : []));
}

/** Whether a string names the tenant, by its id or by a session tag. */
export function namesTenant(text: string): boolean {
  return idPositions(identifyingParts(text)).length > 0;
}

function cutAtSessionTags(text: string): readonly IdentifyingPart[] {
  const pieces = text.split(SESSION_TAG).filter((piece) => piece !== '');
  return pieces.map((value) => ({ kind: SESSION_TAG.test(value) ? 'session tag' : 'text', value }));
}
