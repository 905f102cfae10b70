import { globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { linksOf } from './readme/blocks.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const documents = globSync(['*.md', 'templates/*.md', 'packages/*.md', 'packages/*/*.md', 'examples/*/*.md'], { cwd: root });

it('finds the documents', () => {
  expect(documents).toEqual(
    expect.arrayContaining([
      'README.md',
      'packages/README.md',
      'packages/core/REFERENCE.md',
      'packages/core/ROLE.md',
      'templates/README.md',
    ]),
  );
});

describe.each(documents)('%s', (document) => {
  it('links only to files, folders and headings that exist', () => {
    const links = linksOf(readFileSync(join(root, document), 'utf8'));

    const broken = links.filter(({ path, heading }) => {
      const target = path === '' ? document : join(dirname(document), path);
      const entry = statSync(join(root, target), { throwIfNoEntry: false });
      if (entry === undefined) return true;
      if (heading === '') return false;
      const page = entry.isDirectory() ? join(target, 'README.md') : target;
      return !headingsOf(readFileSync(join(root, page), 'utf8')).includes(heading);
    });

    expect(broken).toEqual([]);
  });
});

/** Its sections are those of a release. */
const WITHOUT_CONTENTS = ['CHANGELOG.md'];

it.each(documents.filter((document) => !WITHOUT_CONTENTS.includes(document)))(
  '%s has a table of contents if it has more than six sections',
  (document) => {
    const markdown = readFileSync(join(root, document), 'utf8');
    const sections = headingsOf(markdown, '##');

    const contents = linksOf(markdown)
      .filter(({ path }) => path === '')
      .map(({ heading }) => heading)
      .slice(0, sections.length);

    if (sections.length > 6) expect(contents).toEqual(sections);
  },
);

/** The anchors that GitHub gives to the headings of a page. */
function headingsOf(markdown: string, level = '#+'): readonly string[] {
  const outsideBlocks = markdown.replace(/^```[^]*?^```$/gm, '');
  return [...outsideBlocks.matchAll(new RegExp(`^${level} (.+)$`, 'gm'))].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
}
