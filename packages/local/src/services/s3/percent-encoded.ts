/** A key as it stands in a path: everything but the unreserved characters is escaped, and the slashes stay. */
export function percentEncoded(name: string): string {
  return name.split('/').map(encodeSegment).join('/');
}

function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
