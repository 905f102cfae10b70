/** The text below a heading of the second level, up to the next one. */
export function sectionOf(markdown: string, heading: string): string {
  const [, section] = markdown.split(`\n## ${heading}\n`);
  if (section === undefined) throw new Error(`There is no heading "${heading}"`);
  return section.split('\n## ')[0] ?? '';
}

/** The cells of every row of every table, without the rows of the headings. */
export function tableRowsOf(markdown: string): readonly (readonly string[])[] {
  const lines = markdown.replace(/^```[^]*?^```$/gm, '').split('\n');
  return lines.filter((line, index) => line.startsWith('|') && !isHead(lines, index)).map(cellsOf);
}

function isHead(lines: readonly string[], index: number): boolean {
  return [lines[index], lines[index + 1]].some((line) => line !== undefined && /^\|[ |:-]+\|$/.test(line));
}

function cellsOf(line: string): readonly string[] {
  return line
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}
