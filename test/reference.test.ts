import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as core from '@tenant-aws/core';
import { describe, expect, it } from 'vitest';
import { CACHE, CLIENTS, NUMBERS } from '../packages/core/src/configuration/option-table.ts';
import { sectionOf, tableRowsOf } from './readme/tables.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const source = (path: string): string => read(`packages/core/src/${path}`);
const [environment, options, errors] = ['ENVIRONMENT', 'OPTIONS', 'ERRORS'].map((page) => read(`packages/core/${page}.md`)) as [
  string,
  string,
  string,
];

/** The first column of a table, without its backticks. */
const namesIn = (markdown: string): string[] => tableRowsOf(markdown).flatMap(([cell = '']) => /^`([^`]+)`$/.exec(cell)?.[1] ?? []);

/** The members of an interface, in a source of core. A member of one of the `groups` is `group.member`. */
function membersOf(path: string, name: string): string[] {
  const [, body = ''] = new RegExp(`export interface ${name}\\b[^{]*\\{\\n([^]*?)\\n\\}`).exec(source(path)) ?? [];
  return [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, member = '']) => member);
}

function withGroups(members: readonly string[], groups: Readonly<Record<string, readonly string[]>>): string[] {
  return members.flatMap((member) => groups[member]?.map((each) => `${member}.${each}`) ?? member);
}

describe('ENVIRONMENT.md', () => {
  const known = new Set(
    source('configuration/environment.ts')
      .match(/TENANT_AWS_[A-Z_]*[A-Z](?=['`])|TENANT_AWS_VAR_(?=')/g)
      ?.map((name) => name.replace(/_$/, '_<NAME>')),
  );

  it('lists every environment variable that the code reads, and no other', () => {
    expect(namesIn(environment).toSorted()).toEqual([...known].toSorted());
  });

  it('names for each variable an option that OPTIONS.md has', () => {
    const documented = namesIn(options);
    const sources = /^(?:bearerToken|trustedHeader|authorizerClaims)\./;
    const named = tableRowsOf(environment).flatMap(([, cell = '']) => cell.replaceAll('`', '').split(', '));

    expect(named.length).toBeGreaterThan(0);
    expect(named.map((option) => option.replace(sources, '')).filter((option) => !documented.includes(option))).toEqual([]);
  });

  it.each(globSync(['README.md', '{packages,examples}/*/*.md'], { cwd: root }))('has every variable that %s names', (path) => {
    const named = read(path).match(/TENANT_AWS_[A-Z_]*[A-Z]/g) ?? [];

    expect(named.filter((name) => !known.has(name) && !name.startsWith('TENANT_AWS_VAR'))).toEqual([]);
  });
});

describe('OPTIONS.md', () => {
  const machine = [
    ...membersOf('per-identity.ts', 'PerIdentityOptions'),
    ...withGroups(membersOf('configuration/options.ts', 'TokenVendingMachineOptions'), {
      cache: membersOf('configuration/options.ts', 'CacheOptions'),
      clients: membersOf('configuration/options.ts', 'ClientsOptions'),
    }),
  ];

  it.each([
    [
      '`bearerToken(options)`',
      withGroups(membersOf('identity/bearer-token-options.ts', 'BearerTokenOptions'), {
        tokenCache: membersOf('identity/bearer-token-options.ts', 'TokenCacheOptions'),
      }),
    ],
    ['`authenticatedUser(options?)`', membersOf('identity/authenticated-user.ts', 'AuthenticatedUserOptions')],
    [
      '`trustedHeader(options)`',
      withGroups(membersOf('identity/trusted-header.ts', 'TrustedHeaderOptions'), {
        secret: membersOf('identity/trusted-header.ts', 'ProxySecret'),
      }),
    ],
    ['`clientCertificate(options)`', membersOf('identity/client-certificate.ts', 'ClientCertificateOptions')],
    ['`authorizerClaims(options?)`', membersOf('identity/authorizer-claims.ts', 'AuthorizerClaimsOptions')],
    ['`albOidc(options)`', membersOf('identity/alb-oidc-options.ts', 'AlbOidcOptions')],
    ['The gate: middleware and module', [...membersOf('gate-options.ts', 'TenantGateOptions'), 'guard', 'awsErrors']],
    ['The token vending machine', machine],
  ])('lists every option in the section %s, and no other', (heading, members) => {
    expect(members.length).toBeGreaterThan(0);
    expect(namesIn(sectionOf(options, heading)).toSorted()).toEqual(members.toSorted());
  });

  it('has the default of every number', () => {
    const grouped = (group: string, numbers: object): [string, unknown][] =>
      Object.entries(numbers).map(([name, number]) => [`${group}.${name}`, number]);
    const numbers = Object.fromEntries([
      ...Object.entries(NUMBERS),
      ...grouped('cache', CACHE),
      ...grouped('clients', CLIENTS),
    ]) as typeof NUMBERS;

    const defaults = Object.fromEntries(
      tableRowsOf(sectionOf(options, 'The token vending machine'))
        .map(([option = '', value = '']) => [option.replaceAll('`', ''), Number(value.replaceAll(',', ''))] as const)
        .filter(([option]) => option in numbers),
    );

    expect(defaults).toEqual(Object.fromEntries(Object.entries(numbers).map(([name, number]) => [name, number.default])));
  });
});

describe('ERRORS.md', () => {
  it('lists every error that is exported, with its class and its status', () => {
    const rows = tableRowsOf(errors.split('\n## Errors of AWS\n')[0] ?? '').map(([code = '', name = '', status = '']) => ({
      code: code.replaceAll('`', ''),
      name: name.replaceAll('`', ''),
      status: status.slice(0, 3),
    }));

    const classes = Object.keys(core).filter((name) => name.endsWith('Error') && name !== 'TenantAwsError');
    const declared = [
      ...(source('errors.ts') + read('packages/policy/src/errors.ts')).matchAll(
        /class (\w+Error) extends TenantAwsError \{\n {2}readonly code = '(\w+)';\n {2}readonly status = (\d{3});/g,
      ),
    ].map(([, name, code, status]) => ({ code, name, status }));

    const byName = (a: { name?: string | undefined }, b: { name?: string | undefined }): number =>
      String(a.name).localeCompare(String(b.name));
    expect(rows.toSorted(byName)).toEqual(declared.toSorted(byName));
    expect(rows.map(({ name }) => name).toSorted()).toEqual(classes.toSorted());
  });

  it('lists every code of a response to an error of AWS, with its status', () => {
    const rows = tableRowsOf(sectionOf(errors, 'Errors of AWS')).map(([code = '', status = '']) => [
      code.replaceAll('`', ''),
      Number(status.slice(0, 3)),
    ]);
    const declared = [...source('aws-errors.ts').matchAll(/^ {2}(aws_\w+): \{ status: (\d{3})/gm)].map(([, code, status]) => [
      code,
      Number(status),
    ]);

    expect(declared.length).toBeGreaterThan(0);
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(declared));
  });
});

it.each(['README.md', ...['core', 'express', 'koa', 'local', 'nestjs', 'policy', 'prover'].map((name) => `packages/${name}/README.md`)])(
  '%s links to every page of the reference',
  (path) => {
    const readme = read(path);
    const pages = globSync('packages/core/*.md', { cwd: root }).map((page) => page.split('/').at(-1) ?? '');

    expect(pages.filter((page) => page !== 'README.md' && !readme.includes(`${page})`) && !readme.includes(`${page}#`))).toEqual([]);
  },
);

describe('TROUBLESHOOTING.md', () => {
  const page = read('packages/core/TROUBLESHOOTING.md');

  it('names only error codes that exist', () => {
    const codes = namesIn(errors);
    const named = [...page.matchAll(/`([a-z]+_[a-z_]+)`/g)].flatMap(([, code]) => code ?? []);

    expect(named.filter((code) => !codes.includes(code) && !['tenant_id', 'token_use', 'client_id'].includes(code))).toEqual([]);
  });

  it('quotes the reasons of refused tokens and of STS as the code has them', () => {
    const code = globSync('packages/core/src/{identity,credentials}/*.ts', { cwd: root }).map(read).join('\n');
    const reasons = tableRowsOf(sectionOf(page, 'Every request is 401'))
      .concat(tableRowsOf(sectionOf(page, 'Every request is 503')))
      .flatMap(([cell = '']) =>
        [...cell.matchAll(/`([^`]+)`/g)].flatMap(([, quoted = '']) => (/^[A-Za-z]+( [A-Za-z]+)+$/.test(quoted) ? quoted : [])),
      );

    expect(reasons.length).toBeGreaterThan(5);
    expect(reasons.filter((reason) => !code.includes(`'${reason}`) && !code.includes(`\`${reason}`))).toEqual([]);
  });
});
