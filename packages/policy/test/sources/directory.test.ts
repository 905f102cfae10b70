import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { directory, TemplateLibrary } from '@tenant-aws/policy';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refusal, statement } from '../fixtures.ts';

describe('directory', () => {
  let folder: string;
  const write = (file: string, content: string | Buffer = JSON.stringify(statement())) => writeFileSync(join(folder, file), content);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'templates-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('has a template for each .json file, by a path or a URL', () => {
    write('read.json');
    write('send-jobs.json');
    for (const path of [folder, pathToFileURL(folder)])
      expect(TemplateLibrary.from(directory(path)).names()).toEqual(['read', 'send-jobs']);
  });

  it('ignores other files, hidden files, subfolders and the files of a package', () => {
    for (const file of ['read.json', 'README.md', '.hidden.json', 'read.json.bak', 'package.json', 'package-lock.json', 'tsconfig.json'])
      write(file);
    mkdirSync(join(folder, 'more.json'));
    mkdirSync(join(folder, 'more'));
    write('more/write.json');
    expect(TemplateLibrary.from(directory(folder)).names()).toEqual(['read']);
  });

  it('follows symbolic links to files, as in mounted configuration', () => {
    mkdirSync(join(folder, '..data'));
    write('..data/read.json');
    symlinkSync(join(folder, '..data', 'read.json'), join(folder, 'read.json'));
    expect(TemplateLibrary.from(directory(folder)).names()).toEqual(['read']);
  });

  it('is read only when the library is created', () => {
    const source = directory(folder);
    write('read.json');
    const library = TemplateLibrary.from(source);
    write('read.json', JSON.stringify(statement({ Action: 's3:PutObject' })));
    expect(library.get('read').Statement[0]?.Action).toBe('s3:GetObject');
    const next = TemplateLibrary.from(source);
    expect(next.get('read').Statement[0]?.Action).toBe('s3:PutObject');
    expect(next.digest).not.toBe(library.digest);
  });

  it('names the file of a fault', () => {
    write('read.json', '{');
    expect(refusal(() => TemplateLibrary.from(directory(folder))).faults).toContain(`template \`read\` (${join(folder, 'read.json')})`);
  });

  it('accepts a byte order mark, and rejects a file that is not UTF-8', () => {
    write('read.json', `\ufeff${JSON.stringify(statement())}`);
    expect(() => TemplateLibrary.from(directory(folder))).not.toThrow();
    write('read.json', Buffer.from(JSON.stringify(statement({ Sid: '\u00e9' })), 'latin1'));
    expect(refusal(() => TemplateLibrary.from(directory(folder)))).toMatchObject({
      code: 'template_syntax',
      faults: expect.stringContaining('is not UTF-8'),
    });
  });

  it('is rejected with a ConfigurationError if it is missing or has no template', () => {
    expect(refusal(() => TemplateLibrary.from(directory(join(folder, 'no'))))).toMatchObject({
      code: 'configuration_invalid',
      faults: expect.stringContaining('cannot be read (ENOENT)'),
    });
    expect(refusal(() => TemplateLibrary.from(directory(folder)))).toMatchObject({
      code: 'configuration_invalid',
      faults: `the template folder \`${folder}\` has no .json file`,
    });
    symlinkSync(join(folder, 'gone'), join(folder, 'read.json'));
    expect(refusal(() => TemplateLibrary.from(directory(folder))).code).toBe('configuration_invalid');
  });
});
