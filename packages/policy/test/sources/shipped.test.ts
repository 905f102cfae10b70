import { execFileSync, spawnSync } from 'node:child_process';
import fs, { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { directory, PermissionSet, PolicyGenerator, parseTenantId, shipped, TemplateLibrary } from '@tenant-aws/policy';
import { shippedTemplateNames } from '@tenant-aws/templates';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { templatesFolder } from '../fixtures.ts';

const library = TemplateLibrary.from(shipped());
const aws = { partition: 'aws', region: 'us-east-1', account: '123456789012' };

describe('the shipped templates', () => {
  it('are the .json files of their folder', () => {
    expect(library.names()).toEqual([...shippedTemplateNames].toSorted());
    expect(library.names()).not.toContain('package');
    const files = TemplateLibrary.from(directory(templatesFolder));
    expect(files.names()).toEqual(library.names());
    for (const name of library.names()) expect({ ...files.get(name), origin: '' }).toEqual({ ...library.get(name), origin: '' });
  });

  it('are read without files, because a bundled application has none', () => {
    vi.spyOn(fs, 'readFileSync').mockImplementation((path) => {
      throw new Error(`${String(path)} is not there`);
    });
    syncBuiltinESMExports();
    try {
      expect(TemplateLibrary.from(shipped()).names()).toEqual(library.names());
    } finally {
      vi.restoreAllMocks();
      syncBuiltinESMExports();
    }
  });

  it.each(shippedTemplateNames)('include %s with a complete manifest', (name) => {
    const { version, description, cases, variables, model, services, families } = library.get(name);
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(description).toMatch(/^[A-Z].*\.$/);
    expect({ model, services: services?.length, families: families?.length }).toEqual({ model: 'pool', services: 1, families: 1 });
    for (const variable of Object.values(variables))
      expect(variable).toEqual({ description: expect.any(String), kind: 'static', example: expect.any(String) });
    expect(cases?.allow.length).toBeGreaterThan(2);
    expect(cases?.deny.length).toBeGreaterThan(20);
  });

  it.each(shippedTemplateNames)('have an allowed and a denied case for every action of %s', (name) => {
    const { Statement, cases } = library.get(name);
    for (const action of Statement.flatMap(({ Action = [] }) => Action)) {
      expect(cases?.allow.some((item) => item.action === action)).toBe(true);
      expect(cases?.deny.some((item) => item.action === action)).toBe(true);
    }
  });

  it.each([
    ['s3-folder-per-tenant', 337],
    ['s3-folder-read-only', 246],
    ['dynamodb-leading-keys', 427],
  ])('generate from %s a policy of %i characters', (name, size) => {
    const variables = Object.fromEntries(
      Object.entries(library.get(name).variables).map(([variable, { example = '' }]) => [variable, example]),
    );
    expect(PermissionSet.from([{ template: name, variables }], { library }).generatePolicy(parseTenantId('acme'), aws)).toHaveLength(size);
  });

  it('allow to list a folder only by its prefix with the slash, because the bare id is also a prefix of acme-2', () => {
    const policy = PolicyGenerator.generator()
      .s3FolderPerTenant({ bucket: 'notes' })
      .s3FolderReadOnly({ bucket: 'notes' })
      .tenant('acme')
      .generate();
    const prefixes = [policy.Statement]
      .flat()
      .flatMap(({ Condition = {} }) => Object.values(Condition).flatMap((keys) => Object.values(keys)));
    expect(prefixes).toEqual(['acme/*']);
  });

  it('require a leading key, because ForAllValues matches a request without one', () => {
    const policy = PolicyGenerator.generator().dynamodbLeadingKeys({ table: 'orders' }).in(aws).tenant('acme').generate();
    expect([policy.Statement].flat().map(({ Condition }) => Condition)).toEqual([
      { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': 'acme' }, Null: { 'dynamodb:LeadingKeys': 'false' } },
    ]);
  });
});

describe('generate.ts', () => {
  let copy: string;
  // Node strips types by default since 22.18.
  const flags = ['--no-warnings', ...(process.features.typescript ? [] : ['--experimental-strip-types'])];
  const generate = (...args: readonly string[]) =>
    spawnSync(process.execPath, [...flags, join(copy, 'generate.ts'), ...args], { encoding: 'utf8' });

  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), 'templates-'));
    cpSync(fileURLToPath(templatesFolder), copy, { recursive: true, filter: (path) => !/node_modules|dist/.test(path) });
  });

  afterEach(() => {
    rmSync(copy, { recursive: true });
  });

  it('reports that the generated files are up to date', () => {
    expect(generate('--check')).toMatchObject({ status: 0, stderr: '' });
  });

  it('reports and updates types that differ from a manifest', () => {
    const manifest = join(copy, 's3-folder-per-tenant.json');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replaceAll('"bucket": {', '"store": {'));
    expect(generate('--check')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('templates/shipped.ts is not up to date'),
    });
    execFileSync(process.execPath, [...flags, join(copy, 'generate.ts')]);
    expect(readFileSync(join(copy, 'shipped.ts'), 'utf8')).toContain('readonly store: string;');
    expect(generate('--check').status).toBe(0);
  });

  it.each([
    ['another name', (text: string) => text.replace('"name": "s3-', '"name": "s4-'), '`name` must be s3-folder-per-tenant'],
    ['no version', (text: string) => text.replace('"version": "1.0.0",', ''), 'a shipped template must have version'],
    ['a variable without an example', (text: string) => text.replace(', "example": "notes"', ''), 'the variable `bucket` has no example'],
  ])('refuses a shipped template with %s', (_, change, why) => {
    const manifest = join(copy, 's3-folder-per-tenant.json');
    writeFileSync(manifest, change(readFileSync(manifest, 'utf8')));
    expect(generate('--check')).toMatchObject({ status: 1, stderr: expect.stringContaining(why) });
  });
});
