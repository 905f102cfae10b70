import { ConfigurationError, Faults, type Permission } from '@tenant-aws/policy';

/**
 * Reads `s3-folder-per-tenant,dynamodb-leading-keys?table=orders`: names between commas, each with variables of its own
 * after a `?`, percent-encoded and joined by `&`.
 *
 * @param name the variable of the environment, for the faults
 * @throws {@link ConfigurationError} with every fault
 */
export function parseTemplateList(name: string, text: string): readonly (string | Permission)[] {
  const faults = new Faults();
  const permissions = text.split(',').map((item) => parseItem(name, item.trim(), faults));
  faults.throwIfAny();
  return permissions;
}

function parseItem(name: string, item: string, faults: Faults): string | Permission {
  const [template = '', query, ...more] = item.split('?');
  if (template === '' || more.length > 0 || query === '') {
    faults.add(`\`${name}\` must be names between commas, each as \`name\` or \`name?variable=value\``);
    return template;
  }
  if (query === undefined) return template;
  const variables = query.split('&').map((pair) => parsePair(name, template, pair, faults));
  const names = variables.map(([variable]) => variable);
  for (const twice of new Set(names.filter((variable, i) => names.indexOf(variable) !== i))) {
    faults.add(`\`${name}\` gives \`${twice}\` of \`${template}\` twice`);
  }
  return { template, variables: Object.fromEntries(variables) };
}

function parsePair(name: string, template: string, pair: string, faults: Faults): readonly [string, string] {
  const at = pair.indexOf('=');
  if (at < 1) faults.add(`\`${name}\` must give the variables of \`${template}\` as \`variable=value\`, joined by \`&\``);
  return [pair.slice(0, Math.max(at, 0)), faults.attempt(() => decoded(name, template, pair.slice(at + 1))) ?? ''];
}

function decoded(name: string, template: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new ConfigurationError([`\`${name}\` has a value of \`${template}\` that is not percent-encoded`], { cause });
  }
}
