import { createHash } from 'node:crypto';
import { compact, POLICY_LIMIT } from './compact.ts';
import type { PolicyDocument, Statement } from './document.ts';
import { PolicyTooLargeError, TemplateSyntaxError, TemplateVariableError } from './errors.ts';
import { Faults } from './faults.ts';
import { hydrate, type Values } from './hydrate.ts';
import { isolationFaults } from './isolation.ts';
import { narrowed, type TemplateLibrary } from './library.ts';
import { type Permissions, readPermissions } from './permissions.ts';
import { checkSharedVariables, type ResolvedPermission, resolve } from './resolve.ts';
import { TENANT_TAG } from './tags.ts';
import { parseTenantId, type TenantId, type TenantIdSet } from './tenant-id.ts';
import { type BuiltIns, readBuiltIns } from './variable.ts';

/** How permissions are resolved. */
export interface PermissionSetOptions {
  readonly library: TemplateLibrary;
  /** Values for the variables of all templates; those of a permission itself take precedence. Some template of the library must have each name. */
  readonly variables?: Readonly<Record<string, string>>;
  /** The accepted tenant ids: default the library's. The templates narrow them. */
  readonly tenantId?: TenantIdSet;
  /** Keys of the session tags that will be sent: default none. `any`: they are not checked; the caller of STS is responsible for them. */
  readonly sessionTags?: readonly string[] | 'any';
}

/** The most combinations of built-in values for which one set keeps the compiled policy. Only roles in many accounts have more. */
const MAX_COMPILED = 100;

/** Permissions resolved against one library, with every check that does not need the tenant. Immutable. */
export class PermissionSet {
  /** The templates, in the order of the permissions. */
  readonly templates: readonly { readonly name: string; readonly version?: string }[];
  /** A digest of the library, the templates and their values. Sets with equal keys have equal permissions. */
  readonly key: string;
  /** The accepted tenant ids: those of the options, narrowed by the templates. */
  readonly tenantId: TenantIdSet;
  readonly #permissions: readonly ResolvedPermission[];
  /** The names of the built-in values that the templates use. */
  readonly #needed: readonly string[];
  /** By the built-in values: the JSON of the policy, split where the tenant's id is inserted. */
  readonly #compiled = new Map<string, readonly string[]>();

  private constructor(permissions: readonly ResolvedPermission[], { digest }: TemplateLibrary, tenantId: TenantIdSet) {
    this.#permissions = permissions;
    this.#needed = [...new Set(permissions.flatMap(({ builtIns }) => builtIns))];
    this.templates = permissions.map(({ template: { name, version } }) => (version === undefined ? { name } : { name, version }));
    this.key = keyOf(permissions, digest);
    this.tenantId = tenantId;
    Object.freeze(this);
  }

  /**
   * Resolves permissions and collects every fault: the error has the class of the first fault, and lists all.
   *
   * @throws {@link ConfigurationError} no permission, or a generator that already has a tenant, an `.in()` or another library
   * @throws {@link TemplateNotFoundError} the library has no such template
   * @throws {@link TemplateVariableError} a variable that is missing or unknown, or whose value is not accepted
   * @throws {@link TemplateSyntaxError} a template that is unsafe here: a session tag that is not sent, a delimiter that ids may have, a wildcard that they can extend into
   */
  static from(
    permissions: Permissions,
    { library, variables = {}, tenantId = library.tenantId, sessionTags = [] }: PermissionSetOptions,
  ): PermissionSet {
    const faults = new Faults();
    const list = faults.attempt(() => readPermissions(permissions, library)) ?? [];
    faults.attempt(() => checkSharedVariables(variables, library));
    const resolved = list.flatMap((permission) => faults.attempt(() => resolve(permission, variables, library)) ?? []);
    const effective = faults.attempt(() => resolved.reduce((set, { template }) => narrowed(set, template), tenantId)) ?? tenantId;
    for (const { template, values } of resolved) {
      faults.attempt(() => {
        const isShared = library.isShared(template.name);
        const found = isolationFaults(template, { ids: effective, isShared, values, sessionTags });
        if (found.length > 0) throw new TemplateSyntaxError(found);
      });
    }
    faults.throwFirst();
    return new PermissionSet(resolved, library, effective);
  }

  /**
   * The policy of one tenant.
   *
   * @throws {@link TenantInvalidError} an id that this set does not accept
   * @throws {@link TemplateVariableError} a template needs the region or the account, and it is not given
   */
  generate(tenant: TenantId, builtIns: BuiltIns): PolicyDocument {
    const id = parseTenantId(tenant, this.tenantId);
    return documentOf(this.#merge(readBuiltIns(builtIns)).map((statement) => withTenant(statement, id)));
  }

  /**
   * The policy of one tenant as STS accepts it: minified JSON.
   *
   * @throws {@link PolicyTooLargeError} over 2,048 characters; `detail.shares` has the characters of each template, counted before statements of different templates are merged
   * @throws what {@link PermissionSet.generate} throws
   */
  generatePolicy(tenant: TenantId, builtIns: BuiltIns): string {
    // INVARIANT: checked in every call, before there is a text. No accepted id needs an escape in JSON.
    const id = parseTenantId(tenant, this.tenantId);
    const values = readBuiltIns(builtIns);
    const policy = this.#compile(values).join(id);
    // STS counts characters, and `length` counts the same: all are in U+0020 to U+00FF.
    if (policy.length <= POLICY_LIMIT) return policy;
    throw new PolicyTooLargeError({ size: policy.length, limit: POLICY_LIMIT, shares: sharesOf(this.#fill(values), id) });
  }

  /**
   * The JSON of the policy, split at the tag of the tenant. It is kept, because most calls differ only in the tenant: the policy then
   * costs less than a `JSON.parse` of it, a twelfth of filling the templates in every call.
   */
  #compile(builtIns: Values): readonly string[] {
    // INVARIANT: different values have different keys, because no value is empty or has a space.
    const key = this.#needed.map((name) => builtIns.get(name) ?? '').join(' ');
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    const pieces = JSON.stringify(documentOf(this.#merge(builtIns))).split(TENANT_TAG);
    const [oldest] = this.#compiled.keys();
    if (oldest !== undefined && this.#compiled.size >= MAX_COMPILED) this.#compiled.delete(oldest);
    this.#compiled.set(key, pieces);
    return pieces;
  }

  /** The statements of the policy, with all tags filled but the tenant's. */
  #merge(builtIns: Values): readonly Statement[] {
    return compact(this.#fill(builtIns).flatMap(({ statements }) => statements));
  }

  /** The statements of each permission, with all tags filled but the tenant's. */
  #fill(builtIns: Values): readonly Filled[] {
    const faults = this.#permissions.flatMap(({ template, builtIns: needed }) =>
      needed
        .filter((name) => !builtIns.has(name))
        .map(
          (name) =>
            `template \`${template.name}\` needs \`${name}\`: give it to a generator by \`.in({ ${name} })\`; a vending machine takes it from its role ARN and region`,
        ),
    );
    if (faults.length > 0) throw new TemplateVariableError([...new Set(faults)]);
    return this.#permissions.map(({ template: { name, Statement }, values }) => {
      const all = new Map([...values, ...builtIns, ['tenant', TENANT_TAG]]);
      return { name, statements: Statement.map((statement) => hydrate(statement, all)) };
    });
  }
}

interface Filled {
  readonly name: string;
  readonly statements: readonly Statement[];
}

function documentOf(statements: readonly Statement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements };
}

function withTenant(statement: Statement, id: TenantId): Statement {
  return hydrate(statement, new Map([['tenant', id]]));
}

function sharesOf(filled: readonly Filled[], id: TenantId): Readonly<Record<string, number>> {
  const shares = new Map<string, number>();
  for (const { name, statements } of filled) {
    const characters = compact(statements).reduce((sum, statement) => sum + JSON.stringify(withTenant(statement, id)).length, 0);
    shares.set(name, (shares.get(name) ?? 0) + characters);
  }
  return Object.fromEntries(shares);
}

/** Sorted, because the order of permissions and variables does not change what they allow. */
function keyOf(permissions: readonly ResolvedPermission[], library: string): string {
  const entries = permissions.map(({ template, values }) =>
    JSON.stringify([template.name, [...values].toSorted(([a], [b]) => (a < b ? -1 : 1))]),
  );
  return createHash('sha256')
    .update(JSON.stringify([library, entries.toSorted()]))
    .digest('hex');
}
