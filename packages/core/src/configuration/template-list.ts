import { ConfigurationError, Faults, type Permission } from '@tenant-aws/policy';

/**
 * Reads `s3-folder-per-tenant,dynamodb-leading-keys?table=orders`: template names separated by commas. A name may be
 * followed by `?` and its own variables, percent-encoded and joined by `&`.
 *
 * @throws {@link ConfigurationError} with every fault
 */
export function parseTemplateList(text: string): readonly (string | Permission)[] {
  const faults = new Faults();
  const permissions = text.split(',').map((item) => parseItem(item.trim(), faults));
  faults.throwIfAny();
  return permissions;
}

function parseItem(item: string, faults: Faults): string | Permission {
  const [template = '', query, ...more] = item.split('?');
  if (template === '' || more.length > 0 || query === '') {
    faults.option('permissions', 'must be template names separated by commas, each as `name` or `name?variable=value`');
    return template;
  }
  if (query === undefined) return template;
  const variables = query.split('&').map((pair) => parsePair(template, pair, faults));
  const names = variables.map(([variable]) => variable);
  for (const repeated of new Set(names.filter((variable, i) => names.indexOf(variable) !== i))) {
    faults.option('permissions', `sets the variable \`${repeated}\` of \`${template}\` twice`);
  }
  return { template, variables: Object.fromEntries(variables) };
}

function parsePair(template: string, pair: string, faults: Faults): readonly [string, string] {
  const at = pair.indexOf('=');
  if (at < 1) faults.option('permissions', `must set the variables of \`${template}\` as \`variable=value\`, joined by \`&\``);
  return [pair.slice(0, Math.max(at, 0)), faults.attempt(() => decoded(template, pair.slice(at + 1))) ?? ''];
}

function decoded(template: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new ConfigurationError(
      [{ path: 'permissions', text: `sets a variable of \`${template}\` to a value that is not percent-encoded` }],
      { cause },
    );
  }
}
