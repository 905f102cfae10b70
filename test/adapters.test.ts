import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as core from '@tenant-aws/core';
import * as express from '@tenant-aws/express';
import * as koa from '@tenant-aws/koa';
import * as nestjs from '@tenant-aws/nestjs';
import { describe, expect, it } from 'vitest';

/** Names of core for authors of adapters. An application does not use them. */
const forAdapters = [
  'DEFAULT_TENANT_ID',
  'PROBLEM_JSON',
  'REPLACED_HEADERS',
  'TenantIdSet',
  'ensureCredentials',
  'exchangeOf',
  'explainMissingTenant',
  'httpIdentityRequest',
  'parseTenantId',
  'problemOf',
  'problemResponseOf',
  'readProblemDetailsOptions',
  'runForRequest',
  'runInTenantContext',
  'scopedGate',
  'tenantContext',
  'tenantGate',
];

const adapters: Record<string, Record<string, unknown>> = { express, koa, nestjs };

/** The statement of an adapter's index.ts that exports names of core again. */
function namesOfCore(adapter: string): string | undefined {
  const index = readFileSync(fileURLToPath(new URL(`../packages/${adapter}/src/index.ts`, import.meta.url)), 'utf8');
  return /export \{([^}]*)\} from '@tenant-aws\/core';/.exec(index)?.[1];
}

describe.each(Object.keys(adapters))('%s', (adapter) => {
  it('exports the names of core that an application uses', () => {
    const expected = Object.entries(core).filter(([name]) => !forAdapters.includes(name));

    for (const [name, value] of expected) expect(adapters[adapter]?.[name], name).toBe(value);
  });

  it('exports the same names and types of core as each other adapter', () => {
    expect(namesOfCore(adapter)).toMatch(/\btype IdentitySource,/);
    expect(namesOfCore(adapter)).toBe(namesOfCore('express'));
  });
});
