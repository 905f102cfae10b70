import type { ShippedTemplates } from '@tenant-aws/templates';
import { shippedTemplateNames } from '@tenant-aws/templates';
import type { PolicyDocument } from './document.ts';
import { TemplateVariableError } from './errors.ts';
import { Faults } from './faults.ts';
import { TemplateLibrary } from './library.ts';
import { PermissionSet } from './permission-set.ts';
import { type Declared, type Permission, readPermissions } from './permissions.ts';
import { checkOwnVariables } from './resolve.ts';
import { shipped } from './sources/shipped.ts';
import { parseTenantId, type TenantId, type TenantIdOptions, TenantIdSet } from './tenant-id.ts';
import { type BuiltIns, readBuiltIns } from './variable.ts';

/** Options of a {@link PolicyGenerator}. */
export interface PolicyGeneratorOptions {
  /** The accepted tenant ids: default the library's. */
  readonly tenantId?: TenantIdOptions | TenantIdSet;
}

/** `s3-folder-per-tenant` → `s3FolderPerTenant`. */
export type MethodName<Template extends string> = Template extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<MethodName<Tail>>}`
  : Template;

/** One method for each shipped template, which adds it as a permission. */
export type TemplateMethods = {
  readonly [Template in keyof ShippedTemplates as MethodName<Template>]: (variables: ShippedTemplates[Template]) => PolicyGenerator;
};

interface State {
  readonly library: TemplateLibrary;
  readonly permissions: readonly Permission[];
  readonly set: TenantIdSet;
  /** Whether `set` is an option of this generator and not the library's. */
  readonly hasOwnSet: boolean;
  readonly tenant?: TenantId;
  readonly builtIns?: BuiltIns;
  /** Resolves the permissions. Generators that differ only in the tenant and the built-in values share it, and what it has resolved. */
  readonly resolve: () => PermissionSet;
}

/**
 * Builds the policy of a tenant, step by step. Immutable: every step returns a new generator, so one generator can serve all tenants.
 *
 * @example
 * ```ts
 * import { PolicyGenerator } from '@tenant-aws/policy';
 *
 * const policy = PolicyGenerator.generator().s3FolderPerTenant({ bucket: 'notes' }).tenant('acme').generatePolicy();
 * ```
 */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- the loop below makes every method of TemplateMethods
export class PolicyGenerator {
  readonly #state: State;

  private constructor(state: State) {
    this.#state = state;
    Object.freeze(this);
  }

  /**
   * A generator without permissions.
   *
   * @param library default: the shipped templates
   * @throws {@link ConfigurationError} an unknown option, or a `tenantId` that is not valid
   */
  static generator(library: TemplateLibrary = shippedLibrary(), options: PolicyGeneratorOptions = {}): PolicyGenerator {
    const { tenantId, ...unknown } = options;
    const faults = new Faults();
    faults.noneOf('', unknown, ['tenantId']);
    faults.throwIfAny();
    const set = tenantId === undefined ? library.tenantId : tenantId instanceof TenantIdSet ? tenantId : TenantIdSet.from(tenantId);
    const permissions: readonly Permission[] = Object.freeze([]);
    return new PolicyGenerator({
      library,
      permissions,
      set,
      hasOwnSet: tenantId !== undefined,
      resolve: resolver(permissions, library, set),
    });
  }

  /**
   * Adds any template of the library as a permission. The vending machine must give the variables that are missing here.
   *
   * @throws {@link ConfigurationError} a name that is not a string
   * @throws {@link TemplateNotFoundError} the library has no such template
   * @throws {@link TemplateVariableError} the template has no such variable, or a value is not accepted
   */
  permit(template: string, variables: Readonly<Record<string, string>> = {}): PolicyGenerator {
    const { library, set } = this.#state;
    const added = readPermissions([{ template, variables }], library);
    for (const permission of added) checkOwnVariables(permission, library);
    const permissions = Object.freeze([...this.#state.permissions, ...added]);
    return new PolicyGenerator({ ...this.#state, permissions, resolve: resolver(permissions, library, set) });
  }

  /**
   * Sets the partition, region and account of ARNs. The partition is `aws` unless given. The vending machine sets its own.
   *
   * @throws {@link TemplateVariableError} a value that is not valid in AWS
   */
  in(builtIns: Partial<BuiltIns>): PolicyGenerator {
    const given = Object.fromEntries(Object.entries(builtIns).filter(([, value]) => value !== undefined));
    const merged = { ...this.#builtIns(), ...given };
    readBuiltIns(merged);
    return new PolicyGenerator({ ...this.#state, builtIns: merged });
  }

  /**
   * Sets the tenant. This may be the last step, in another layer of the application. The vending machine sets its own.
   *
   * @throws {@link TenantInvalidError} an id that is not accepted
   */
  tenant(tenantId: string): PolicyGenerator {
    return new PolicyGenerator({ ...this.#state, tenant: parseTenantId(tenantId, this.#state.set) });
  }

  /**
   * The policy as STS accepts it: minified JSON.
   *
   * @throws {@link PolicyTooLargeError} over 2,048 characters
   * @throws what {@link PolicyGenerator.generate} throws
   */
  generatePolicy(): string {
    return this.#state.resolve().generatePolicy(this.#tenant(), this.#builtIns());
  }

  /**
   * The policy as an object.
   *
   * @throws {@link TemplateVariableError} there is no tenant, or a variable of a template is missing
   * @throws {@link TenantInvalidError} a template accepts fewer ids than the generator, and not this one
   * @throws {@link ConfigurationError} there is no permission
   */
  generate(): PolicyDocument {
    return this.#state.resolve().generate(this.#tenant(), this.#builtIns());
  }

  /** The declarations, for code that adds the tenant later. */
  get declared(): Declared {
    const { library, permissions, tenant, builtIns, hasOwnSet } = this.#state;
    const taken = [
      tenant === undefined ? [] : ['a tenant'],
      builtIns === undefined ? [] : ['an `.in()`'],
      hasOwnSet ? ['a `tenantId`'] : [],
    ].flat();
    return { library, permissions, taken };
  }

  #tenant(): TenantId {
    if (this.#state.tenant === undefined) throw new TemplateVariableError(['the generator has no tenant: set it by `.tenant(id)`']);
    return this.#state.tenant;
  }

  #builtIns(): BuiltIns {
    return this.#state.builtIns ?? { partition: 'aws' };
  }
}

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- as above
export interface PolicyGenerator extends TemplateMethods {}

for (const template of shippedTemplateNames) {
  const method = template.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  Object.defineProperty(PolicyGenerator.prototype, method, {
    value(this: PolicyGenerator, variables: Readonly<Record<string, string>>): PolicyGenerator {
      return this.permit(template, variables);
    },
  });
}

/** Resolves the permissions at the first call. */
function resolver(permissions: readonly Permission[], library: TemplateLibrary, tenantId: TenantIdSet): () => PermissionSet {
  let resolved: PermissionSet | undefined;
  return () => (resolved ??= PermissionSet.from(permissions, { library, tenantId, sessionTags: 'any' }));
}

let library: TemplateLibrary | undefined;

/** Created at the first use and kept, because a generator may be created for each request. */
function shippedLibrary(): TemplateLibrary {
  library ??= TemplateLibrary.from(shipped());
  return library;
}
