/**
 * A fenced block of a README. The words after the language (`ts` or `js`) tell the test what to do with it:
 *
 * - `ts run`: runs the program. It must exit with code 0 and print the `text` block that follows it
 * - `ts serve`: starts the program, which listens, and sends it the requests of the `console` blocks up to the next `serve`
 * - `ts stop`: starts the program, which listens, and sends it SIGTERM. It must exit with code 0
 * - `ts file`: only writes the file, so that other blocks can import it
 * - `stderr` with `run`: the program also writes to stderr, such as the log of a server
 * - `express-4` with any of them: `express` is Express 4
 * - `decorators` with `run` or `serve`: the program has decorators, or imports a file with decorators
 *
 * The first line of a program may name its file: `// app.ts`, `// dev.mjs`, `// app.cjs`.
 */
export interface Block {
  readonly language: string;
  readonly words: readonly string[];
  readonly text: string;
  /** The line of its first fence, for the title of the test. */
  readonly line: number;
}

/** The fenced blocks of a Markdown text, in order. */
export function blocksOf(markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { info: string; line: number; lines: string[] } | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    if (open === undefined) {
      if (line.startsWith('```')) open = { info: line.slice(3), line: index + 1, lines: [] };
    } else if (line === '```') {
      const [language = '', ...words] = open.info.split(/\s+/);
      blocks.push({ language, words, line: open.line, text: open.lines.join('\n') });
      open = undefined;
    } else open.lines.push(line);
  }
  if (open) throw new Error(`The block that starts at line ${open.line} has no closing fence`);
  return blocks;
}

/** Whether a block is a program: its words say how it is run. */
export function isProgram({ language }: Block): boolean {
  return language === 'ts' || language === 'js';
}

/** The name of the file to which a block is written. */
export function fileNameOf({ text, line, language }: Block): string {
  return /^\/\/ ([\w.-]+\.(?:ts|js|mjs|cjs))\n/.exec(text)?.[1] ?? `block-${line}.${language}`;
}

/** A relative link: `path` is empty for a heading of the same page, and `heading` is empty for a whole page. */
export interface Link {
  readonly path: string;
  readonly heading: string;
}

/** The relative links of a Markdown text. */
export function linksOf(markdown: string): readonly Link[] {
  return [...markdown.matchAll(/\]\((?!https?:)([^)#\s]*)#?([^)\s]*)[^)]*\)/g)].map(([, path = '', heading = '']) => ({ path, heading }));
}
