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
  /** Values for the variables of all templates; those of a permission itself take precedence. Some template of the library must have each name. */
  readonly variables?: Readonly<Record<string, string>>;
  /** The accepted tenant ids: default the library's. The templates narrow them. */
  readonly tenantId?: TenantIdSet;
  /** Keys of the session tags that will be sent: default none. `any`: they are not checked; the caller of STS is responsible for them. */
  readonly sessionTags?: readonly string[] | 'any';
}

/** Permissions resolved against one library, with every check that does not need the tenant. Immutable. */
export class PermissionSet {
  /** The templates, in the order of the permissions. */
  readonly templates: readonly { readonly name: string; readonly version?: string }[];
  /** A digest of the library, the templates and their values. Sets with equal keys have equal permissions. */
  readonly key: string;
  /** The accepted tenant ids: those of the options, narrowed by the templates. */
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
    return documentOf(this.#hydrate(tenant, builtIns).flatMap(({ statements }) => statements));
  }

  /**
   * The policy of one tenant as STS accepts it: minified JSON.
   *
   * @throws {@link PolicyTooLargeError} over 2,048 characters; `detail.shares` has the characters of each template, counted before statements of different templates are merged
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
    const faults = this.#permissions.flatMap(({ template, builtIns: needed }) =>
      needed
        .filter((name) => !common.has(name))
        .map(
          (name) =>
            `template \`${template.name}\` needs \`${name}\`: give it to a generator by \`.in({ ${name} })\`; a vending machine takes it from its role ARN and region`,
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

/** Sorted, because the order of permissions and variables does not change what they allow. */
function keyOf(permissions: readonly ResolvedPermission[], library: string): string {
  const entries = permissions.map(({ template, values }) =>
    JSON.stringify([template.name, [...values].toSorted(([a], [b]) => (a < b ? -1 : 1))]),
  );
  return createHash('sha256')
    .update(JSON.stringify([library, entries.toSorted()]))
    .digest('hex');
}
