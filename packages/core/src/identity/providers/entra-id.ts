import { ConfigurationError, Faults } from '@tenant-aws/policy';
import { isObject } from '@tenant-aws/policy/json';
import type { BearerTokenOptions } from '../bearer-token-options.ts';
import { checkProviderOptions } from './provider-options.ts';

export interface EntraIdOptions {
  /** The tenant of each directory, by the directory id of Entra. The tokens of any other directory are refused. */
  readonly tenants: Readonly<Record<string, string>>;
  /** The application (client) id of the API. */
  readonly clientId: string;
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const GUID_TEXT = 'must be a GUID in lower case';

/**
 * Access tokens of Microsoft Entra ID, version 2.0, of several directories. Every directory can issue tokens for your application, and
 * decides on the claims in them: so its issuer is bound to one tenant, and no claim names it.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
export function entraId(options: EntraIdOptions): readonly BearerTokenOptions[] {
  checkProviderOptions('entraId', options, { clientId: { pattern: GUID, fault: GUID_TEXT } }, ['tenants']);
  const { tenants, clientId } = options;
  const directories = isObject(tenants) ? Object.entries(tenants) : [];
  if (directories.length === 0)
    throw new ConfigurationError([{ path: 'tenants', text: "must have the tenant of each directory: { '<directory id>': 'acme' }" }]);
  const faults = new Faults();
  for (const [directory] of directories) if (!GUID.test(directory)) faults.option(`tenants.${directory}`, GUID_TEXT);
  faults.throwIfAny();
  return directories.map(([directory, tenant]) => ({
    issuer: `https://login.microsoftonline.com/${directory}/v2.0`,
    audience: clientId,
    tenant,
  }));
}
