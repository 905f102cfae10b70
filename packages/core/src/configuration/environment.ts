import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { directory, type Fault, type Faults, nearest, shipped, type TemplateSource } from '@tenant-aws/policy';
import type { TokenVendingMachineOptions } from './options.ts';
import { parseTemplateList } from './template-list.ts';

/*
 * The only file that reads `process.env`. AWS's own variables have the meaning that the SDK gives them. An empty variable
 * counts as not set.
 */

const PREFIX = 'TENANT_AWS_';
const VARIABLE = 'TENANT_AWS_VAR_';
const SOURCE = 'TENANT_AWS_TEMPLATE_SOURCE';
/** The item of that variable that stands for the templates of `@tenant-aws/templates`. A folder of this name is `./shipped`. */
const SHIPPED = 'shipped';

/** The environment variables of the machine's options, by the path of the option. */
const MACHINE: ReadonlyMap<string, string> = new Map([
  ['roleArn', 'TENANT_AWS_ROLE_ARN'],
  ['permissions', 'TENANT_AWS_TEMPLATES'],
  ['library', SOURCE],
  ['durationSeconds', 'TENANT_AWS_DURATION_SECONDS'],
  ['cache.max', 'TENANT_AWS_CACHE_MAX'],
]);

/** The environment variables of the bearer source's options. */
const BEARER: ReadonlyMap<string, string> = new Map([
  ['issuer', 'TENANT_AWS_JWT_ISSUER'],
  ['audience', 'TENANT_AWS_JWT_AUDIENCE'],
  ['jwksUri', 'TENANT_AWS_JWKS_URI'],
  ['algorithms', 'TENANT_AWS_JWT_ALGORITHMS'],
  ['tokenUse', 'TENANT_AWS_JWT_TOKEN_USE'],
  ['tenantClaim', 'TENANT_AWS_TENANT_CLAIM'],
]);

/** The environment variables of the header source's options. */
const HEADER: ReadonlyMap<string, string> = new Map([
  ['header', 'TENANT_AWS_TENANT_HEADER'],
  ['trustProxy', 'TENANT_AWS_TRUST_PROXY'],
  ['secret', 'TENANT_AWS_PROXY_SECRET'],
]);

/** The environment variables of the authorizer source's options. */
const AUTHORIZER: ReadonlyMap<string, string> = new Map([['tenantClaim', 'TENANT_AWS_TENANT_CLAIM']]);

const IDENTITY = 'TENANT_AWS_IDENTITY';
const IDENTITIES: Readonly<Record<'bearer' | 'header' | 'authorizer', ReadonlyMap<string, string>>> = {
  bearer: BEARER,
  header: HEADER,
  authorizer: AUTHORIZER,
};
/** Options whose variable is a comma-separated list. */
const LISTS: ReadonlySet<string> = new Set(['audience', 'algorithms', 'trustProxy']);

/** The options of code and environment together. */
export interface MachineEnvironment {
  readonly options: Partial<TokenVendingMachineOptions>;
  readonly sources: readonly TemplateSource[] | undefined;
  /** Names, in place of an option that code does not set, its environment variable. */
  readonly rename: (fault: Fault) => Fault;
}

/** Reads the variable of each option that `code` does not set. Unknown names under `TENANT_AWS_` are faults. */
export function readMachineEnvironment(code: Partial<TokenVendingMachineOptions>, faults: Faults): MachineEnvironment {
  checkNames(faults);
  const read = (path: string): string | undefined => (isGiven(code, path) ? undefined : valueOf(MACHINE.get(path) ?? ''));
  const rename = ({ path, text }: Fault): Fault => ({ path: isGiven(code, path) ? path : variableOf(path, code), text });
  const [roleArn, templates, sources] = [read('roleArn'), read('permissions'), read('library')];
  const permissions = templates === undefined ? undefined : faults.attempt(() => parseTemplateList(templates), rename);
  const integer = (path: string): number | undefined => {
    const text = read(path);
    if (text !== undefined && /^\d{1,9}$/.test(text)) return Number(text);
    if (text !== undefined) faults.option(MACHINE.get(path) ?? path, 'must be a whole number');
    return undefined;
  };
  const [durationSeconds, max] = [integer('durationSeconds'), integer('cache.max')];
  const variables = code.variables === undefined ? readTemplateVariables(faults) : undefined;
  const options = {
    ...code,
    ...(roleArn === undefined ? {} : { roleArn }),
    ...(permissions === undefined ? {} : { permissions }),
    ...(variables === undefined ? {} : { variables }),
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(max === undefined ? {} : { cache: { ...code.cache, max } }),
  };
  return { options, sources: sources === undefined ? undefined : readSources(sources, faults), rename };
}

/** The identity source that the environment selects, and its options. */
export interface IdentityEnvironment extends Pick<MachineEnvironment, 'rename'> {
  readonly kind: keyof typeof IDENTITIES;
  readonly options: object;
}

/** Reads which identity source is used, and its options. The variables of other sources are not read. */
export function readIdentityEnvironment(faults: Faults): IdentityEnvironment {
  const given = valueOf(IDENTITY) ?? 'bearer';
  const kind = isIdentity(given) ? given : 'bearer';
  if (kind !== given)
    faults.option(
      IDENTITY,
      `must be one of ${Object.keys(IDENTITIES)
        .map((name) => `\`${name}\``)
        .join(', ')}`,
    );
  const names = IDENTITIES[kind];
  const read = [...names].flatMap(([option, name]) => {
    const value = valueOf(name);
    return value === undefined ? [] : [[option, optionOf(option, value)] as const];
  });
  const rename = ({ path, text }: Fault): Fault => {
    const [option = ''] = path.split(/[.[]/, 1);
    return { path: names.get(option) ?? path, text };
  };
  return { kind, options: Object.fromEntries(read), rename };
}

function isIdentity(name: string): name is IdentityEnvironment['kind'] {
  return Object.hasOwn(IDENTITIES, name);
}

function optionOf(option: string, value: string): unknown {
  if (LISTS.has(option)) return value.split(',').map((part) => part.trim());
  if (option !== 'secret') return value;
  const colon = value.indexOf(':'); // `header:value`
  return { header: value.slice(0, Math.max(0, colon)), value: value.slice(colon + 1) };
}

/**
 * The region that the SDK uses; 'shared-configuration' where only its configuration file or a profile sets it, and undefined
 * where no region is set. Also reads `AWS_DEFAULT_REGION`, which the AWS CLI reads and the SDK for JavaScript does not.
 */
export function regionOfEnvironment(): string | undefined {
  const region = valueOf('AWS_REGION') ?? valueOf('AWS_DEFAULT_REGION');
  if (region !== undefined) return region;
  const file = valueOf('AWS_CONFIG_FILE') ?? join(homedir(), '.aws', 'config');
  return valueOf('AWS_PROFILE') !== undefined || isFile(file) ? 'shared-configuration' : undefined;
}

/** Whether `NODE_ENV` is `production`, as Express and NestJS check it. Some warnings are for development only. */
export function isProduction(): boolean {
  return valueOf('NODE_ENV') === 'production';
}

/** For the error "there are no base credentials": in many shells a profile of another project is set. */
export function profileOfEnvironment(): string | undefined {
  return valueOf('AWS_PROFILE');
}

/** A comma-separated list of folders, in which `shipped` stands for the templates of `@tenant-aws/templates`. */
function readSources(list: string, faults: Faults): readonly TemplateSource[] {
  const items = list.split(',').map((item) => item.trim());
  if (items.includes('')) faults.option(SOURCE, 'must be folders or `shipped`, separated by commas, such as `shipped,./templates`');
  for (const repeated of new Set(items.filter((item, i) => item !== '' && items.indexOf(item) !== i)))
    faults.option(SOURCE, `names \`${repeated}\` twice`);
  const sources = [...new Set(items)].filter((item) => item !== '');
  return sources.map((item) => (item === SHIPPED ? shipped() : directory(item)));
}

function checkNames(faults: Faults): void {
  const known = [...MACHINE.values(), ...BEARER.values(), ...HEADER.values(), IDENTITY];
  for (const name of Object.keys(process.env)) {
    if (!name.startsWith(PREFIX) || name.startsWith(VARIABLE) || known.includes(name)) continue;
    faults.option(name, `is not a variable of Tenant AWS: ${adviceFor(name.slice(PREFIX.length), known)}`);
  }
}

/** The common prefix is left out of the comparison: with it, every name would be near to every other. */
function adviceFor(suffix: string, known: readonly string[]): string {
  if (suffix === 'REGION') return 'the region comes from `AWS_REGION`';
  const near = nearest(
    suffix,
    known.map((name) => name.slice(PREFIX.length)),
  );
  if (near !== undefined) return `did you mean \`${PREFIX}${near}\`?`;
  return `the names of variables for templates begin with \`${VARIABLE}\``;
}

/** The shared variables of the templates: `TENANT_AWS_VAR_<NAME>`, with the name in lower case. */
function readTemplateVariables(faults: Faults): Readonly<Record<string, string>> {
  const names = Object.keys(process.env).filter((name) => name.startsWith(VARIABLE) && valueOf(name) !== undefined);
  for (const name of names.filter((each) => !isTemplateVariable(each)))
    faults.option(name, `must end with the name of a variable in upper case, such as \`${VARIABLE}BUCKET\``);
  const read = names.filter(isTemplateVariable).map((name) => [name.slice(VARIABLE.length).toLowerCase(), valueOf(name) ?? ''] as const);
  return Object.fromEntries(read);
}

function isTemplateVariable(name: string): boolean {
  return /^[A-Z][A-Z0-9_]*$/.test(name.slice(VARIABLE.length));
}

/** The environment variable of an option that code does not set; the option itself where it has none. */
function variableOf(path: string, code: Partial<TokenVendingMachineOptions>): string {
  const [option, name] = path.split('.');
  if (option === 'variables' && name !== undefined && code.variables === undefined) return `${VARIABLE}${name.toUpperCase()}`;
  return MACHINE.get(path) ?? path;
}

/** Whether code sets an option, or a member such as `cache.max`. */
function isGiven(code: object, path: string): boolean {
  const [option = '', ...members] = path.split('.');
  const value: unknown = Object.entries(code).find(([name]) => name === option)?.[1];
  if (members.length === 0) return value !== undefined;
  return typeof value === 'object' && value !== null && isGiven(value, members.join('.'));
}

function valueOf(name: string): string | undefined {
  return process.env[name] || undefined;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
