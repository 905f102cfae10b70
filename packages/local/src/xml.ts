const NAMED: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
]);

/** Escapes the text of an element. Control characters become character references, as S3 writes them, even where XML 1.0 forbids them. */
export function escapeXml(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the characters that S3 writes as references
  return text.replace(/[&<>"\u0000-\u001f\u007f-\u009f\u2028\ufffe\uffff]/g, (character) => NAMED.get(character) ?? reference(character));
}

/** `<name>text</name>`. A character that XML 1.0 forbids becomes U+FFFD: strict parsers reject a reference to it. */
export function element(name: string, text: string | number): string {
  // oxlint-disable-next-line no-control-regex -- these are the characters that XML 1.0 forbids
  return `<${name}>${escapeXml(String(text).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd'))}</${name}>`;
}

function reference(character: string): string {
  return `&#x${character.charCodeAt(0).toString(16)};`;
}
