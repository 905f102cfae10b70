/**
 * A fenced block of a README. The words after the language say what a test does with it:
 *
 * - `ts run`: a program; it must end with exit code 0, and print what the `text` block after it says
 * - `ts serve`: a program that listens; the `console` blocks after it are spoken to it
 * - `ts file`: only written down, for the others to import
 * - `decorators` beside `run` or `serve`: it has decorators, or imports what has them
 *
 * The first line of a `ts` block may name its file: `// app.ts`.
 */
export interface Block {
  readonly language: string;
  readonly words: readonly string[];
  readonly text: string;
  /** Where it begins, for the test's title. */
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
  if (open) throw new Error(`the block of line ${open.line} has no end`);
  return blocks;
}

/** The file that a block is written to. */
export function fileNameOf({ text, line }: Block): string {
  return /^\/\/ ([\w.-]+\.ts)\n/.exec(text)?.[1] ?? `block-${line}.ts`;
}

/** The relative links of a Markdown text, without their anchors. */
export function linksOf(markdown: string): readonly string[] {
  return [...markdown.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].flatMap(([, target]) => target ?? []);
}
