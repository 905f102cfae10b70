const ESCAPED: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ['\r', '&#13;'],
]);

/** Text as the content of an element. Characters that XML 1.0 cannot carry become U+FFFD. */
export function escapeXml(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what XML 1.0 forbids
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd').replace(/[&<>"\r]/g, (c) => ESCAPED.get(c) ?? c);
}

/** `<name>text</name>` */
export function element(name: string, text: string | number): string {
  return `<${name}>${escapeXml(String(text))}</${name}>`;
}
