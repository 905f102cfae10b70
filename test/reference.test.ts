import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as core from '@tenant-aws/core';
import { expect, it } from 'vitest';

const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../packages/core/${path}`, import.meta.url)), 'utf8');
const reference = read('REFERENCE.md');

/** The first column of a section's table, without its backticks. */
function firstColumn(heading: string): string[] {
  const [, section = ''] = new RegExp(`\\n## ${heading}\\n([^]*?)\\n## `).exec(reference) ?? [];
  return [...section.matchAll(/^\| `([^`]+)`/gm)].flatMap(([, name]) => name ?? []);
}

it('lists every environment variable that the code reads, and no other', () => {
  const known = new Set(read('src/configuration/environment.ts').match(/TENANT_AWS_[A-Z_]*[A-Z](?=['`])|TENANT_AWS_VAR_(?=')/g));

  const listed = firstColumn('Environment variables').map((name) => name.replace('<NAME>', ''));

  expect(listed.toSorted()).toEqual([...known].toSorted());
});

it('lists every error that is exported, with its class and its status', () => {
  const rows = [...reference.matchAll(/^\| `(\w+)` +\| `(\w+Error)` +\| (\d{3})/gm)].map(([, code, name, status]) => ({
    code,
    name,
    status,
  }));

  const classes = Object.keys(core).flatMap((name) => (name.endsWith('Error') && name !== 'TenantAwsError' ? [name] : []));
  const source = read('src/errors.ts') + readFileSync(fileURLToPath(new URL('../packages/policy/src/errors.ts', import.meta.url)), 'utf8');
  const declared = [
    ...source.matchAll(/class (\w+Error) extends TenantAwsError \{\n {2}readonly code = '(\w+)';\n {2}readonly status = (\d{3});/g),
  ].map(([, name, code, status]) => ({ code, name, status }));

  const byName = (a: { name?: string | undefined }, b: { name?: string | undefined }): number =>
    String(a.name).localeCompare(String(b.name));
  expect(rows.toSorted(byName)).toEqual(declared.toSorted(byName));
  expect(new Set(rows.map(({ name }) => name))).toEqual(new Set(classes));
});
