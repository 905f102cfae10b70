/** Orders two strings by their UTF-8, as S3 lists. JavaScript's own order is that of UTF-16, which puts emoji before U+E000. */
export function compareUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
