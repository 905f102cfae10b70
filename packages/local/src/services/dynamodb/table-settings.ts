import type { ResourceScope } from '../service.ts';
import type { ParameterType, TableDescription } from './dynalite.ts';
import { tableArn } from './table-name.ts';

/** The parameters of a table that dynalite does not know. */
export interface TableSettings {
  readonly StreamSpecification?: { readonly StreamEnabled: boolean; readonly StreamViewType?: string };
  readonly SSESpecification?: { readonly Enabled?: boolean; readonly SSEType?: string };
  readonly DeletionProtectionEnabled?: boolean;
  readonly TableClass?: string;
  readonly OnDemandThroughput?: OnDemandThroughput;
}

interface OnDemandThroughput {
  readonly MaxReadRequestUnits?: number;
  readonly MaxWriteRequestUnits?: number;
}

const INVALID = 'One or more parameter values were invalid: ';

/** `KMSMasterKeyId` is absent: a key of the customer needs permissions of KMS for every request, which are not checked here. */
export const TABLE_SETTINGS: Readonly<Record<keyof TableSettings, ParameterType>> = {
  StreamSpecification: {
    type: 'FieldStruct<StreamSpecification>',
    children: {
      StreamEnabled: { type: 'Boolean', notNull: true },
      StreamViewType: { type: 'String', enum: ['NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES', 'KEYS_ONLY'] },
    },
  },
  SSESpecification: {
    type: 'FieldStruct<SSESpecification>',
    children: { Enabled: 'Boolean', SSEType: { type: 'String', enum: ['AES256', 'KMS'] } },
  },
  DeletionProtectionEnabled: 'Boolean',
  TableClass: { type: 'String', enum: ['STANDARD', 'STANDARD_INFREQUENT_ACCESS'] },
  OnDemandThroughput: {
    type: 'FieldStruct<OnDemandThroughput>',
    children: { MaxReadRequestUnits: 'Long', MaxWriteRequestUnits: 'Long' },
  },
};

/** The parameters without the settings: those that dynalite knows. */
export function withoutSettings(data: object): object {
  return Object.fromEntries(Object.entries(data).filter(([name]) => !Object.hasOwn(TABLE_SETTINGS, name)));
}

/** The error message for the settings of a new table, if any. */
export function newSettingsFault(data: TableSettings & { readonly BillingMode?: string }): string | undefined {
  const { StreamSpecification: stream } = data;
  if (stream?.StreamEnabled === true && stream.StreamViewType === undefined)
    return `${INVALID}Table is being created with a stream enabled, UpdateViewType is required`;
  if (stream?.StreamEnabled === false && stream.StreamViewType !== undefined)
    return `${INVALID}Table is being created with a stream disabled, UpdateViewType should not be specified`;
  return encryptionFault(data) ?? throughputFault(data.OnDemandThroughput, data.BillingMode);
}

export function encryptionFault({ SSESpecification: encryption }: TableSettings): string | undefined {
  if (encryption?.SSEType === undefined) return undefined;
  if (encryption.Enabled !== true) return `${INVALID}SSEType can not be specified if Enabled is false`;
  return encryption.SSEType === 'AES256' ? `${INVALID}SSEType AES256 is not supported` : undefined;
}

/** -1 removes a maximum. */
export function throughputFault(throughput: OnDemandThroughput = {}, billingMode: string | undefined = 'PROVISIONED'): string | undefined {
  for (const [name, units] of Object.entries(throughput)) {
    if (billingMode === 'PROVISIONED')
      return `${INVALID}${name} for OnDemandThroughput cannot be specified when the table BillingMode is PROVISIONED`;
    if (units < 1 && units !== -1) return `${INVALID}Requested ${name} for OnDemandThroughput for table is outside of valid range`;
  }
  return undefined;
}

/** The part of a table's description that shows its settings. A member that is undefined is removed. */
export type DescribedSettings = Partial<
  Pick<TableDescription, 'StreamSpecification' | 'SSEDescription' | 'DeletionProtectionEnabled' | 'OnDemandThroughput'> & {
    readonly LatestStreamLabel: string;
    readonly LatestStreamArn: string;
    readonly TableClassSummary: object;
  }
>;

/** Describes the settings of a request. A stream can be named, but not read: the local AWS has no DynamoDB Streams. */
export function describedSettings(scope: ResourceScope, name: string, settings: TableSettings, now: Date): DescribedSettings {
  const { StreamSpecification: stream, SSESpecification: encryption, DeletionProtectionEnabled, TableClass, OnDemandThroughput } = settings;
  return {
    ...(stream && describedStream(scope, name, stream, now)),
    ...(encryption && { SSEDescription: encryption.Enabled === true ? describedEncryption(scope) : undefined }),
    ...(DeletionProtectionEnabled !== undefined && { DeletionProtectionEnabled }),
    ...(TableClass !== undefined && { TableClassSummary: { TableClass } }),
    ...(OnDemandThroughput && { OnDemandThroughput: withoutRemoved(OnDemandThroughput) }),
  };
}

function describedStream(
  scope: ResourceScope,
  name: string,
  stream: Required<TableSettings>['StreamSpecification'],
  now: Date,
): DescribedSettings {
  if (!stream.StreamEnabled) return { StreamSpecification: undefined };
  const label = now.toISOString().replace('Z', '');
  return { StreamSpecification: stream, LatestStreamLabel: label, LatestStreamArn: `${tableArn(scope, name)}/stream/${label}` };
}

/** The key `aws/dynamodb`, which AWS manages for each account. */
function describedEncryption({ account, region }: ResourceScope): object {
  const key = '00000000-0000-4000-8000-000000000000';
  return { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: `arn:aws:kms:${region}:${account}:key/${key}` };
}

function withoutRemoved(throughput: OnDemandThroughput): OnDemandThroughput | undefined {
  const kept = Object.entries(throughput).filter(([, units]) => units !== -1);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}
