import { directory, PermissionSet, parseTenantId, shipped, TemplateLibrary, type TemplateSource, TenantAwsError } from '@tenant-aws/policy';

/** The names of the resources that the templates of an app allow access to. */
export interface TemplateResources {
  readonly buckets: ReadonlySet<string>;
  readonly tables: ReadonlySet<string>;
  readonly queues: ReadonlySet<string>;
  readonly topics: ReadonlySet<string>;
}

/** Where the resources are. */
export interface ResourceLocation {
  readonly region: string;
  readonly account: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const VARIABLE = 'TENANT_AWS_VAR_';

/** The ARNs of resources, by kind. A name with a wildcard or a policy variable does not match: it is not the name of one resource. */
const ARNS = {
  buckets: /^arn:aws:s3:::([a-z0-9][a-z0-9.-]+)(?:\/.*)?$/,
  tables: /^arn:aws:dynamodb:[^:]*:\d{12}:table\/([\w.-]+)(?:\/.*)?$/,
  queues: /^arn:aws:sqs:[^:]*:\d{12}:([\w.-]+)$/,
  topics: /^arn:aws:sns:[^:]*:\d{12}:([\w.-]+)$/,
} as const;

/**
 * Fills the templates in `TENANT_AWS_TEMPLATES` for each tenant, and reads the names of their resources.
 *
 * @throws Error if the templates cannot be filled
 */
export function resourcesOfTemplates(
  env: Environment,
  tenants: readonly string[],
  { region, account }: ResourceLocation,
): TemplateResources {
  const arns = arnsOfTemplates(env, tenants, { region, account });
  const named = (pattern: RegExp): ReadonlySet<string> => new Set(arns.flatMap((arn) => pattern.exec(arn)?.[1] ?? []));
  return { buckets: named(ARNS.buckets), tables: named(ARNS.tables), queues: named(ARNS.queues), topics: named(ARNS.topics) };
}

function arnsOfTemplates(env: Environment, tenants: readonly string[], location: ResourceLocation): readonly string[] {
  const { TENANT_AWS_TEMPLATES: templates, TENANT_AWS_TEMPLATE_SOURCE: source } = env;
  if (!templates) return [];
  try {
    const library = libraryOf(source);
    const set = PermissionSet.from(permissionsOf(templates), { library, variables: variablesOf(env), sessionTags: 'any' });
    const documents = tenants.map((tenant) => set.generate(parseTenantId(tenant, set.tenantId), { partition: 'aws', ...location }));
    return documents.flatMap(({ Statement }) => [Statement].flat().flatMap(({ Resource = [] }) => [Resource].flat()));
  } catch (cause) {
    throw new Error(`the buckets and tables cannot be read from \`TENANT_AWS_TEMPLATES\`: ${reasonOf(cause)}`, { cause });
  }
}

/** The faults of an error of a configuration or a template: its message is for clients, and has no facts. */
function reasonOf(error: unknown): string {
  const { faults } = error instanceof TenantAwsError ? error.detail : {};
  if (Array.isArray(faults)) return faults.join('; ');
  return error instanceof Error ? error.message : String(error);
}

/**
 * The templates of `TENANT_AWS_TEMPLATE_SOURCE`: folders, and `shipped`, separated by commas. All may be shared, which an app declares in
 * its code: only names of resources are read here. The app checks its own library.
 */
function libraryOf(source: string | undefined): TemplateLibrary {
  const sources: TemplateSource[] = (source || 'shipped')
    .split(',')
    .map((part) => (part.trim() === 'shipped' ? shipped() : directory(part.trim())));
  return TemplateLibrary.from(sources, { shared: sources.flatMap((each) => each.read()).map(({ name }) => name) });
}

/** `s3-folder-per-tenant,dynamodb-leading-keys?table=orders`, as the middleware reads it. */
function permissionsOf(templates: string): { template: string; variables: Record<string, string> }[] {
  return templates.split(',').map((item) => {
    const [template = '', query = ''] = item.trim().split('?');
    const pairs = query.split('&').filter((pair) => pair !== '');
    const variables = pairs
      .map((pair) => /^([^=]*)=?(.*)$/s.exec(pair) ?? [])
      .map(([, name = '', value = '']) => [name, decodeURIComponent(value)]);
    return { template, variables: Object.fromEntries(variables) };
  });
}

function variablesOf(env: Environment): Record<string, string> {
  const given = Object.entries(env).filter(([name, value]) => name.startsWith(VARIABLE) && value);
  return Object.fromEntries(given.map(([name, value = '']) => [name.slice(VARIABLE.length).toLowerCase(), value]));
}
