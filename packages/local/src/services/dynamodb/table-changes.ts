import type { ResourceScope } from '../service.ts';
import type { TableDescription, TableUpdate } from './dynalite.ts';
import { validationError } from './errors.ts';
import { type DescribedSettings, describedSettings, encryptionFault, type TableSettings, throughputFault } from './table-settings.ts';

const INVALID = 'One or more parameter values were invalid: ';

/** Settings that an UpdateTable changes alone, with their names in the error. */
const ALONE = {
  SSESpecification: 'Server-Side Encryption',
  TableClass: 'TableClass',
  DeletionProtectionEnabled: 'DeletionProtection',
} as const satisfies Partial<Record<keyof TableSettings, string>>;

/** The error message for the changes of settings, if any. */
export function changedSettingsFault(data: TableUpdate & TableSettings): string | undefined {
  const { TableName: _, ...changes } = data;
  const names = Object.keys(changes);
  const alone = (Object.keys(ALONE) as (keyof typeof ALONE)[]).find((name) => data[name] !== undefined);
  if (alone !== undefined && names.length > 1) return `${INVALID}${ALONE[alone]} modification must be the only operation in the request`;
  if (data.OnDemandThroughput !== undefined && names.some((name) => name !== 'OnDemandThroughput' && name !== 'BillingMode'))
    return `${INVALID}OnDemandThroughput can only be combined with BillingMode in an UpdateTable request`;
  return streamFault(data) ?? encryptionFault(data);
}

function streamFault({ StreamSpecification: stream, ProvisionedThroughput }: TableUpdate & TableSettings): string | undefined {
  if (stream === undefined) return undefined;
  if (ProvisionedThroughput !== undefined) return `${INVALID}You cannot modify stream status while updating table IOPS`;
  if (stream.StreamEnabled && stream.StreamViewType === undefined)
    return `${INVALID}If stream is being enabled then UpdateViewType is required`;
  if (!stream.StreamEnabled && stream.StreamViewType !== undefined)
    return `${INVALID}If stream is being disabled, then UpdateViewType must not be specified`;
  return undefined;
}

/**
 * Describes the changed settings of a table.
 *
 * @throws {@link AwsError} 400 if the table has the setting already
 */
export function changedSettings(
  scope: ResourceScope,
  table: TableDescription,
  data: TableUpdate & TableSettings,
  now: Date,
): DescribedSettings {
  const fault = unchangedFault(table, data) ?? throughputFault(data.OnDemandThroughput, data.BillingMode ?? billingModeOf(table));
  if (fault !== undefined) throw validationError(fault);
  const described = describedSettings(scope, table.TableName, data, now);
  if (data.TableClass === undefined) return described;
  return { ...described, TableClassSummary: { TableClass: data.TableClass, LastUpdateDateTime: now.getTime() / 1000 } };
}

function unchangedFault(table: TableDescription, { StreamSpecification: stream, SSESpecification: encryption }: TableSettings) {
  if (stream !== undefined && stream.StreamEnabled === (table.StreamSpecification !== undefined))
    return stream.StreamEnabled
      ? `Table already has an enabled stream: TableName: ${table.TableName}`
      : `Table has no stream to disable: TableName: ${table.TableName}`;
  if (encryption !== undefined && (encryption.Enabled === true) === (table.SSEDescription !== undefined))
    return encryption.Enabled === true
      ? `${INVALID}Table is already encrypted with given KMSMasterKeyId. Use KMSMasterKeyId parameter if you want to change Master Key`
      : `${INVALID}Table is already encrypted by default`;
  return undefined;
}

function billingModeOf({ BillingModeSummary }: TableDescription): string {
  return BillingModeSummary?.BillingMode ?? 'PROVISIONED';
}
