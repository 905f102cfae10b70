export const S3_NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** One element whose content is text. */
export function element(name: string, text: string | number | boolean): string {
  return `<${name}>${escapeXml(String(text))}</${name}>`;
}

/** One element whose content is elements. */
export function parent(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

/** A whole document. S3's errors have no namespace; all else has. */
export function xmlDocument(root: string, content: string, namespace: string = S3_NAMESPACE): string {
  const attribute = namespace ? ` xmlns="${namespace}"` : '';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${content}</${root}>`;
}

/** Keys may hold what XML 1.0 cannot: such characters are written as references, as S3 does. `encoding-type=url` avoids them. */
function escapeXml(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[&<>"\u0000-\u001f\u007f-\u009f\u2028\ufffe\uffff]/g, (character) => NAMED.get(character) ?? reference(character));
}

const NAMED: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
]);

function reference(character: string): string {
  return `&#x${character.charCodeAt(0).toString(16)};`;
}
