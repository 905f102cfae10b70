import { type Part, parseTags } from './tags.ts';

/** `${aws:PrincipalTag/...}`, to which IAM gives the value. It has no default, which would be the same for all tenants. */
const SESSION_TAG = /(\$\{\s*aws:PrincipalTag\/[^,}]+?\s*\})/i;

/** A part of a string of a template, or a session tag as written there. */
export type IdentifyingPart = Part | { readonly kind: 'session tag'; readonly value: string };

/** The keys of a string's session tags, as written. */
export function sessionTagsOf(text: string): readonly string[] {
  return splitAtSessionTags(text).flatMap(({ kind, value }) =>
    kind === 'session tag' ? [value.slice(value.indexOf('/') + 1, -1).trim()] : [],
  );
}

/** A string, split at its tags and its session tags. */
export function identifyingParts(text: string): readonly IdentifyingPart[] {
  return parseTags(text, 'a statement').parts.flatMap((part) => (part.kind === 'text' ? splitAtSessionTags(part.value) : [part]));
}

/** The positions of the tenant's id among the parts, and what is written there. If `{{tenant}}` is one of them, session tags do not count. */
export function idPositions(parts: readonly IdentifyingPart[]): readonly { readonly at: number; readonly written: string }[] {
  const tenants = parts.flatMap(({ kind, value }, at) => (kind === 'name' && value === 'tenant' ? [{ at, written: '{{tenant}}' }] : []));
  if (tenants.length > 0) return tenants;
  return parts.flatMap(({ kind, value }, at) => (kind === 'session tag' ? [{ at, written: value }] : []));
}

/** Whether a string names the tenant, by its id or by a session tag. */
export function namesTenant(text: string): boolean {
  return idPositions(identifyingParts(text)).length > 0;
}

function splitAtSessionTags(text: string): readonly IdentifyingPart[] {
  const pieces = text.split(SESSION_TAG).filter((piece) => piece !== '');
  return pieces.map((value) => ({ kind: SESSION_TAG.test(value) ? 'session tag' : 'text', value }));
}
