/**
 * Whether some object of this text names a key twice, at any depth and under any escape (`"a"` and `"\u0061"`).
 * Two readers of such a text may see two values, so neither is to be believed.
 *
 * The text must be JSON that `JSON.parse` accepted. Each character is looked at twice at most.
 */
export function repeatsKey(json: string): boolean {
  const open: Set<string>[] = []; // one for each bracket that is open; that of an array stays empty
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at];
    if (character === '{' || character === '[') open.push(new Set());
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const end = closingQuote(json, at);
      if (isKey(json, end)) {
        const keys = open.at(-1);
        const key = String(JSON.parse(json.slice(at, end + 1)));
        if (keys?.has(key)) return true;
        keys?.add(key);
      }
      at = end;
    }
  }
  return false;
}

function closingQuote(json: string, opening: number): number {
  let at = opening + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at;
}

/** In valid JSON a string is a key exactly where a colon follows it. */
function isKey(json: string, end: number): boolean {
  let at = end + 1;
  while (json[at] === ' ' || json[at] === '\n' || json[at] === '\r' || json[at] === '\t') at += 1;
  return json[at] === ':';
}
