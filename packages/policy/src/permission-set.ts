import { createHash } from 'node:crypto';
import { compact, documentOf, minify, POLICY_LIMIT } from './compact.ts';
import type { PolicyDocument, Statement } from './document.ts';
import { PolicyTooLargeError, TemplateSyntaxError, TemplateVariableError } from './errors.ts';
import { Faults } from './faults.ts';
import type { Values } from './hydrate.ts';
import { isolationFaults } from './isolation.ts';
import { narrowed, type TemplateLibrary } from './library.ts';
import { type Permissions, readPermissions } from './permissions.ts';
import { checkSharedVariables, type ResolvedPermission, resolve } from './resolve.ts';
import { parseTenantId, type TenantId, type TenantIdSet } from './tenant-id.ts';
import { type BuiltIns, readBuiltIns } from './variable.ts';

/** How permissions are resolved. */
export interface PermissionSetOptions {
  readonly library: TemplateLibrary;
  /** Values for the variables of all templates; a permission's own win. Each name must be some template's of the library. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Which tenant ids are accepted: default the library's. The templates narrow it. */
  readonly tenantId?: TenantIdSet;
  /** Keys of the session tags that will be sent: default none. `any`: whoever asks STS answers for them. */
  readonly sessionTags?: readonly string[] | 'any';
}

/** Permissions resolved against one library: everything that can be judged before the tenant is known was judged. Immutable. */
export class PermissionSet {
  /** The templates, in the order in which they were named. */
  readonly templates: readonly { readonly name: string; readonly version?: string }[];
  /** A digest of the library, the templates and their values: equal keys make equal permissions. */
  readonly key: string;
  /** The ids that this set takes: those asked for, narrowed by its templates. */
  readonly tenantId: TenantIdSet;
  readonly #permissions: readonly ResolvedPermission[];

  private constructor(permissions: readonly ResolvedPermission[], { digest }: TemplateLibrary, tenantId: TenantIdSet) {
    this.#permissions = permissions;
    this.templates = permissions.map(({ template: { name, version } }) => (version === undefined ? { name } : { name, version }));
    this.key = keyOf(permissions, digest);
    this.tenantId = tenantId;
    Object.freeze(this);
  }

  /**
   * Resolves permissions. Every fault is looked for: the error is the first one's, and names them all.
   *
   * @throws {@link ConfigurationError} no permission, or a generator that already has a tenant, an `.in()` or another library
   * @throws {@link TemplateNotFoundError} the library has no such template
   * @throws {@link TemplateVariableError} a variable that is missing, unknown, or holds what it may not hold
   * @throws {@link TemplateSyntaxError} a template that does not fit: a session tag that nobody sends, a delimiter that ids may have, a wildcard that they grow into
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
   * @throws {@link TenantInvalidError} an id that this set does not take
   * @throws {@link TemplateVariableError} a template asks for the region or the account, and there is none
   */
  generate(tenant: TenantId, builtIns: BuiltIns): PolicyDocument {
    return documentOf(this.#hydrate(tenant, builtIns).flatMap(({ statements }) => statements));
  }

  /**
   * The policy of one tenant as STS takes it: minified JSON.
   *
   * @throws {@link PolicyTooLargeError} over 2,048 characters; `detail.shares` has each template's, counted before templates were merged with each other
   * @throws what {@link PermissionSet.generate} throws
   */
  generatePolicy(tenant: TenantId, builtIns: BuiltIns): string {
    const hydrated = this.#hydrate(tenant, builtIns);
    const policy = minify(documentOf(hydrated.flatMap(({ statements }) => statements)));
    if (policy.length <= POLICY_LIMIT) return policy;
    throw new PolicyTooLargeError({ size: policy.length, limit: POLICY_LIMIT, shares: sharesOf(hydrated) });
  }

  #hydrate(tenant: TenantId, builtIns: BuiltIns): readonly Hydrated[] {
    const common = new Map([['tenant', parseTenantId(tenant, this.tenantId)], ...readBuiltIns(builtIns)]);
    const faults = this.#permissions.flatMap(({ template, builtIns: asked }) =>
      asked
        .filter((name) => !common.has(name))
        .map(
          (name) =>
            `template \`${template.name}\` needs the \`${name}\`: a generator gets it by \`.in({ ${name} })\`, a vending machine from its role ARN and region`,
        ),
    );
    if (faults.length > 0) throw new TemplateVariableError([...new Set(faults)]);
    return this.#permissions.map(({ template: { name }, values, hydrate }): Hydrated => {
      const all: Values = new Map([...values, ...common]);
      return { name, statements: hydrate(all) };
    });
  }
}

interface Hydrated {
  readonly name: string;
  readonly statements: readonly Statement[];
}

function sharesOf(hydrated: readonly Hydrated[]): Readonly<Record<string, number>> {
  const shares = new Map<string, number>();
  for (const { name, statements } of hydrated) {
    const characters = compact(statements).reduce((sum, statement) => sum + JSON.stringify(statement).length, 0);
    shares.set(name, (shares.get(name) ?? 0) + characters);
  }
  return Object.fromEntries(shares);
}

/** Canonical: JSON of sorted entries, for the order in which permissions and variables were given changes no right. */
function keyOf(permissions: readonly ResolvedPermission[], library: string): string {
  const entries = permissions.map(({ template, values }) =>
    JSON.stringify([template.name, [...values].toSorted(([a], [b]) => (a < b ? -1 : 1))]),
  );
  return createHash('sha256')
    .update(JSON.stringify([library, entries.toSorted()]))
    .digest('hex');
}
