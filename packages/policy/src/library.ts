import { createHash } from 'node:crypto';
import { unboundFaults } from './binding.ts';
import { ConfigurationError, TemplateNotFoundError, TemplateSyntaxError } from './errors.ts';
import { Faults, kindOf, nearest } from './faults.ts';
import { isolationFaults } from './isolation.ts';
import type { TemplateFile, TemplateSource } from './sources/source.ts';
import { describeTemplate, type PermissionTemplate, parseTemplate } from './template.ts';
import { DEFAULT_TENANT_ID, type TenantIdOptions, TenantIdSet } from './tenant-id.ts';

/** How a {@link TemplateLibrary} is made. */
export interface TemplateLibraryOptions {
  /**
   * Names of templates that may have Allow statements without a tenant: every tenant gets what they allow. Default none.
   * All other rules apply to them too: no wildcard that an id can extend into, no delimiter that ids may have.
   */
  readonly shared?: readonly string[];
  /** The accepted tenant ids, unless a generator or a machine has its own: default {@link DEFAULT_TENANT_ID}. */
  readonly tenantId?: TenantIdOptions | TenantIdSet;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;

/** Permission templates by name. All of them were checked. Immutable. */
export class TemplateLibrary {
  /** SHA-256, in hexadecimal, of the names and texts of all templates. */
  readonly digest: string;
  /** The accepted tenant ids, unless a generator or a machine has its own. */
  readonly tenantId: TenantIdSet;
  readonly #templates: ReadonlyMap<string, PermissionTemplate>;
  readonly #shared: ReadonlySet<string>;

  private constructor(
    templates: ReadonlyMap<string, PermissionTemplate>,
    digest: string,
    shared: ReadonlySet<string>,
    tenantId: TenantIdSet,
  ) {
    this.#templates = templates;
    this.digest = digest;
    this.#shared = shared;
    this.tenantId = tenantId;
    Object.freeze(this);
  }

  /**
   * Reads and checks every template of the sources, synchronously.
   *
   * @throws {@link TemplateSyntaxError} a template that cannot be used, for example because an Allow statement names no tenant; all faults are in `detail.faults`
   * @throws {@link ConfigurationError} a source that cannot be read, one name in two sources, an unknown name in `shared`, or a `tenantId` that is not valid
   */
  static from(sources: TemplateSource | readonly TemplateSource[], options: TemplateLibraryOptions = {}): TemplateLibrary {
    const faults = new Faults();
    const { tenantId, ...rest } = options;
    const shared = readShared(rest, faults);
    const set = tenantId instanceof TenantIdSet ? tenantId : (faults.attempt(() => TenantIdSet.from(tenantId)) ?? DEFAULT_TENANT_ID);
    const files = [sources].flat().flatMap((source) => faults.attempt(() => source.read()) ?? []);
    checkNames(files, shared, faults);
    const templates = files.flatMap((file) => faults.attempt(() => load(file, shared, set)) ?? []);
    faults.throwFirst();
    return new TemplateLibrary(new Map(templates.map((template) => [template.name, template])), digestOf(files), new Set(shared), set);
  }

  /** @throws {@link TemplateNotFoundError} */
  get(name: string): PermissionTemplate {
    const template = this.#templates.get(name);
    if (template !== undefined) return template;
    const near = nearest(name, this.names());
    throw new TemplateNotFoundError([
      `there is no template ${JSON.stringify(name)}: ${near === undefined ? `the library has ${this.names().join(', ')}` : `did you mean ${JSON.stringify(near)}?`}`,
    ]);
  }

  /** The templates' names, sorted. */
  names(): readonly string[] {
    return [...this.#templates.keys()].toSorted();
  }

  /** Whether the template is in `shared`: its statements need not name a tenant. */
  isShared(name: string): boolean {
    return this.#shared.has(name);
  }
}

function load(file: TemplateFile, shared: readonly string[], set: TenantIdSet): PermissionTemplate {
  const template = parseTemplate(file.name, file.text, file.origin);
  const isShared = shared.includes(template.name);
  const faults = [...(isShared ? [] : unboundFaults(template)), ...isolationFaults(template, { ids: narrowed(set, template), isShared })];
  if (faults.length > 0) throw new TemplateSyntaxError(faults);
  return template;
}

/** The ids of a set that a template accepts. */
export function narrowed(set: TenantIdSet, template: PermissionTemplate): TenantIdSet {
  if (template.tenantId === undefined) return set;
  try {
    return set.narrow(template.tenantId);
  } catch (cause) {
    if (!(cause instanceof ConfigurationError)) throw cause;
    throw new ConfigurationError([`${describeTemplate(template)} excludes every accepted tenant id: ${cause.faults.join('; ')}`], {
      cause,
    });
  }
}

function readShared({ shared = [], ...unknown }: Omit<TemplateLibraryOptions, 'tenantId'>, faults: Faults): readonly string[] {
  faults.noneOf('', unknown, ['shared', 'tenantId']);
  if (Array.isArray(shared)) return shared;
  faults.add(`\`shared\` must be a list of template names, not ${kindOf(shared)}`);
  return [];
}

function checkNames(files: readonly TemplateFile[], shared: readonly string[], faults: Faults): void {
  const origins = new Map<string, string>();
  for (const { name, origin } of files) {
    const other = origins.get(name);
    if (other !== undefined) faults.add(`two templates have the name \`${name}\`: ${other} and ${origin}`);
    if (!NAME.test(name))
      faults.add(
        `${JSON.stringify(name)} (${origin}) is not a valid template name: use letters, digits, \`_\`, \`.\` and \`-\`, at most 128`,
      );
    origins.set(name, origin);
  }
  for (const name of shared)
    if (!origins.has(name)) faults.add(`\`shared\` has ${JSON.stringify(name)}, which is not a template of the library`);
}

/** Each text is prefixed with its length, so that different libraries never hash the same bytes. */
function digestOf(files: readonly TemplateFile[]): string {
  const hash = createHash('sha256');
  for (const { name, text } of files.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
    hash.update(`${name.length}:${name}${text.length}:${text}`);
  return hash.digest('hex');
}
