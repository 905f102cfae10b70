import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError, directory, type Faults, type Permissions, type TemplateSource } from '@tenant-aws/policy';
import type { Naming } from '../credentials/assumption.ts';
import type { TokenVendingMachineOptions } from './options.ts';
import { parseTemplateList } from './template-list.ts';

/*
 * The only file that reads `process.env`. AWS's own variables mean here what they mean to the SDK; an empty variable is
 * one that is not set.
 */

const PREFIX = 'TENANT_AWS_';
const VARIABLE = 'TENANT_AWS_VAR_';

/** The machine's variables, and the options that they stand for. */
const MACHINE: ReadonlyMap<string, string> = new Map([
  ['roleArn', 'TENANT_AWS_ROLE_ARN'],
  ['permissions', 'TENANT_AWS_TEMPLATES'],
  ['library', 'TENANT_AWS_TEMPLATE_SOURCE'],
  ['durationSeconds', 'TENANT_AWS_DURATION_SECONDS'],
  ['cache.max', 'TENANT_AWS_CACHE_MAX'],
]);

/** The bearer source's variables, and the options that they stand for. */
const BEARER: ReadonlyMap<string, string> = new Map([
  ['issuer', 'TENANT_AWS_JWT_ISSUER'],
  ['audience', 'TENANT_AWS_JWT_AUDIENCE'],
  ['jwksUri', 'TENANT_AWS_JWKS_URI'],
  ['algorithms', 'TENANT_AWS_JWT_ALGORITHMS'],
  ['tenantClaim', 'TENANT_AWS_TENANT_CLAIM'],
]);

const IDENTITY = 'TENANT_AWS_IDENTITY';

/** What the environment says of a machine, below what code says. */
export interface MachineEnvironment {
  readonly options: Partial<TokenVendingMachineOptions>;
  readonly source: TemplateSource | undefined;
  /** An option that code does not give is called by its variable. */
  readonly naming: Naming;
  /** Adds, to the fault of a template or a variable, where in the environment it came from. */
  readonly rename: (fault: string) => string;
}

/** Option by option, what code gives wins: its variable is then not read. Unknown names under `TENANT_AWS_` are faults. */
export function readMachineEnvironment(code: Partial<TokenVendingMachineOptions>, faults: Faults): MachineEnvironment {
  judgeNames(faults);
  const naming: Naming = (path) => (isGiven(code, path) ? path : (MACHINE.get(path) ?? path));
  const read = (path: string): string | undefined => (isGiven(code, path) ? undefined : valueOf(MACHINE.get(path) ?? ''));
  const [roleArn, templates, folder] = [read('roleArn'), read('permissions'), read('library')];
  const permissions: Permissions | undefined =
    templates === undefined ? undefined : faults.attempt(() => parseTemplateList(naming('permissions'), templates));
  const [durationSeconds, max] = [
    integer(naming('durationSeconds'), read('durationSeconds'), faults),
    integer(naming('cache.max'), read('cache.max'), faults),
  ];
  const variables = code.variables === undefined ? variablesOf(faults) : undefined;
  const options = {
    ...(roleArn === undefined ? {} : { roleArn }),
    ...(permissions === undefined ? {} : { permissions }),
    ...(variables === undefined ? {} : { variables }),
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(max === undefined ? {} : { cache: { ...code.cache, max } }),
  };
  const rename = (fault: string): string => {
    const called = (name: string): string => `${fault} (\`${name}\`)`;
    if (fault.includes(PREFIX)) return fault;
    if (folder !== undefined && fault.includes(folder)) return called(naming('library'));
    const [, subject = ''] = /[`"]([^`"]*)[`"]/.exec(fault) ?? [];
    if (Object.hasOwn(variables ?? {}, subject)) return called(`${VARIABLE}${subject.toUpperCase()}`);
    return templates !== undefined && /template/.test(fault) ? called(naming('permissions')) : fault;
  };
  return { options: { ...code, ...options }, source: folder === undefined ? undefined : directory(folder), naming, rename };
}

/** Throws what `read` throws, with each fault called by another name. */
export function renamed<T>(read: () => T, rename: (fault: string) => string): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new ConfigurationError(error.faults.map(rename), { cause: error.cause });
  }
}

/** The options of a bearer source, and how to call them in a fault. */
export interface BearerEnvironment {
  readonly options: Readonly<Record<string, string | readonly string[]>>;
  readonly naming: Naming;
}

/** What the environment says of the identity source. */
export function readIdentityEnvironment(faults: Faults): BearerEnvironment {
  const kind = valueOf(IDENTITY) ?? 'bearer';
  if (kind !== 'bearer') faults.add(`\`${IDENTITY}\` must be \`bearer\``);
  const lists = new Set(['audience', 'algorithms']);
  const read = [...BEARER].flatMap(([option, name]) => {
    const value = valueOf(name);
    return value === undefined ? [] : [[option, lists.has(option) ? value.split(',').map((part) => part.trim()) : value] as const];
  });
  return { options: Object.fromEntries(read), naming: (path) => BEARER.get(path) ?? path };
}

/**
 * The region that the SDK would take; 'shared-configuration' where only its file or a profile can tell, and undefined
 * where there is none. `AWS_DEFAULT_REGION`, which other tools read and the SDK for JavaScript does not, counts too.
 */
export function regionOfEnvironment(): string | undefined {
  const region = valueOf('AWS_REGION') ?? valueOf('AWS_DEFAULT_REGION');
  if (region !== undefined) return region;
  const file = valueOf('AWS_CONFIG_FILE') ?? join(homedir(), '.aws', 'config');
  return valueOf('AWS_PROFILE') !== undefined || isFile(file) ? 'shared-configuration' : undefined;
}

/** Whether this is a production process, by the convention of Express and NestJS: development has warnings that production has not. */
export function isProduction(): boolean {
  return valueOf('NODE_ENV') === 'production';
}

function judgeNames(faults: Faults): void {
  const known = [...MACHINE.values(), ...BEARER.values(), IDENTITY];
  const unknown = Object.keys(process.env).filter((name) => name.startsWith(PREFIX) && !name.startsWith(VARIABLE) && !known.includes(name));
  for (const name of unknown) faults.noneOf('', { [name]: true }, known);
}

function variablesOf(faults: Faults): Readonly<Record<string, string>> {
  const entries = Object.keys(process.env).flatMap((name) => {
    const value = name.startsWith(VARIABLE) ? valueOf(name) : undefined;
    return value === undefined ? [] : [[name, value] as const];
  });
  for (const [name] of entries) {
    if (!/^[A-Z][A-Z0-9_]*$/.test(name.slice(VARIABLE.length)))
      faults.add(`\`${name}\` must end with a variable's name in upper case, such as \`${VARIABLE}BUCKET\``);
  }
  return Object.fromEntries(entries.map(([name, value]) => [name.slice(VARIABLE.length).toLowerCase(), value]));
}

function integer(name: string, text: string | undefined, faults: Faults): number | undefined {
  if (text === undefined || /^\d{1,9}$/.test(text)) return text === undefined ? undefined : Number(text);
  faults.add(`\`${name}\` must be a whole number`);
  return undefined;
}

function isGiven(code: Partial<TokenVendingMachineOptions>, path: string): boolean {
  const [option, member] = path.split('.');
  const value: unknown = Object.entries(code).find(([name]) => name === option)?.[1];
  return member === undefined || typeof value !== 'object' || value === null
    ? value !== undefined && member === undefined
    : Object.entries(value).some(([name, part]) => name === member && part !== undefined);
}

function valueOf(name: string): string | undefined {
  return process.env[name] || undefined;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
