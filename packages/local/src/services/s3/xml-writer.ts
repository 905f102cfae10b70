import { escapeXml } from '../../xml.ts';

export const S3_NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** One element that contains text. A key may contain characters that XML 1.0 forbids; `encoding-type=url` avoids them. */
export function element(name: string, text: string | number | boolean): string {
  return `<${name}>${escapeXml(String(text))}</${name}>`;
}

/** One element that contains elements. */
export function parent(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

/** A whole document. S3's error documents have no namespace; all others have. */
export function xmlDocument(root: string, content: string, namespace: string = S3_NAMESPACE): string {
  const attribute = namespace ? ` xmlns="${namespace}"` : '';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${content}</${root}>`;
}
