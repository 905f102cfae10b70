import { describe, expect, it } from 'vitest';
import { KEY_ROWS } from '../src/condition-keys.ts';
import { libraryOf, refusal } from './fixtures.ts';

/** An Allow for the data of all tenants, with a Condition. */
function allow(Action: string | string[], Condition: object): object {
  return { Effect: 'Allow', Action, Resource: '*', Condition };
}

const REQUIRED = { Null: { 'dynamodb:LeadingKeys': 'false' } };
const getItem = (Condition: object): object => allow('dynamodb:GetItem', Condition);

describe('a condition key', () => {
  it('has a reason and an AWS page in each row of the table', () => {
    for (const { keys, why, page } of KEY_ROWS) {
      expect(keys.length).toBeGreaterThan(0);
      expect(why).toMatch(/^(?:is|has|says|names|identifies|limits) /);
      expect(page).toMatch(/^A(?:WS|mazon) .*"/);
    }
  });

  it.each([
    'aws:Referer',
    'AWS:REFERER',
    'aws:UserAgent',
    'aws:RequestTag/tenant',
    'aws:RequestTag/a:ResourceTag/b',
    'rds:req-tag/tenant',
    'ec2:RequestTag/tenant',
    'aws:TagKeys',
    'aws:SourceVpce',
    'aws:SourceArn',
    'aws:CalledVia',
    'aws:RequestedRegion',
    'aws:TokenIssueTime',
    's3:x-amz-copy-source',
    's3:x-amz-acl',
    's3:x-amz-server-side-encryption-aws-kms-key-id',
    's3:RequestObjectTag/tenant',
    's3:RequestObjectTagKeys',
    's3:delimiter',
    's3:max-keys',
    's3:versionid',
    's3:authType',
    'dynamodb:Attributes',
    'dynamodb:Select',
    'dynamodb:ReturnValues',
    'dynamodb:EnclosingOperation',
    'kms:ViaService',
    'kms:GranteePrincipal',
    'sns:Endpoint',
    'secretsmanager:VersionStage',
    'events:detail-type',
    'ses:Recipients',
    'sts:RoleSessionName',
    'sts:ExternalId',
    'lambda:SourceFunctionArn',
  ])('does not bind if it does not identify data: %s', (key) => {
    for (const operator of ['StringEquals', 'ForAnyValue:StringLike']) {
      const { faults } = refusal(() => libraryOf({ x: allow('*', { [operator]: { [key]: '{{tenant}}' } }) }));
      expect(faults).toContain('names no tenant');
      expect(faults).toContain(`(where it is named, it does not separate data: \`${key}\` `);
      expect(faults).toContain(', see A');
    }
    const required = { 'ForAllValues:StringEquals': { [key]: '{{tenant}}' }, Null: { [key]: 'false' } };
    expect(refusal(() => libraryOf({ x: allow('*', required) })).faults).toContain('names no tenant');
  });

  it.each(['cognito-identity.amazonaws.com:sub', 'accounts.google.com:aud', 'saml:sub', 'identitystore:UserId', 'ec2:SourceInstanceARN'])(
    'does not bind if it describes the caller: %s',
    (key) => {
      expect(refusal(() => libraryOf({ x: allow('*', { StringEquals: { [key]: '{{tenant}}' } }) })).faults).toContain(
        'describe the caller)',
      );
    },
  );

  it.each([
    'aws:ResourceTag/tenant',
    'aws:ResourceAccount',
    'secretsmanager:ResourceTag/tenant',
    'ssm:resourceTag/tenant',
    's3:prefix',
    'S3:PREFIX',
    's3:ExistingObjectTag/tenant',
    's3:DataAccessPointArn',
    's3tables:namespace',
    'kms:EncryptionContext:tenant',
    'secretsmanager:SecretId',
    'cloudwatch:namespace',
    'ses:FromAddress',
    'bedrock-agentcore:namespacePath',
    'elasticfilesystem:AccessPointArn',
    'aoss:collection',
  ])('binds if it identifies the owner of data: %s', (key) => {
    for (const operator of ['StringEquals', 'stringlike', 'ArnLike', 'ArnEquals'])
      expect(() => libraryOf({ x: allow('*', { [operator]: { [key]: ['{{tenant}}', '${aws:PrincipalTag/t}'] } }) })).not.toThrow();
    const withoutNull = refusal(() => libraryOf({ x: allow('*', { 'ForAllValues:StringEquals': { [key]: '{{tenant}}' } }) }));
    expect(withoutNull.faults).toContain(`\`ForAllValues\` also matches a request without \`${key}\``);
  });

  it('binds under ForAnyValue if it has one value, or if all its values belong to one resource', () => {
    const any = (key: string): object => allow('*', { 'ForAnyValue:StringEquals': { [key]: '{{tenant}}' } });

    for (const key of ['secretsmanager:ResourceTag/tenant', 's3:prefix', 'kms:ResourceAliases'])
      expect(() => libraryOf({ x: any(key) })).not.toThrow();
    for (const key of ['dynamodb:LeadingKeys', 'events:source'])
      expect(refusal(() => libraryOf({ x: any(key) })).faults).toContain('may have several values: compare all of them by `ForAllValues`');
    expect(refusal(() => libraryOf({ x: any('xyz:names') })).faults).toContain('matches if one of several values');
  });
});

describe('a condition key with several values in a request', () => {
  const ofTenant = { 'dynamodb:LeadingKeys': ['{{tenant}}', '{{tenant}}#'] };

  it.each([
    ['an action that always sends the key', getItem({ 'ForAllValues:StringEquals': ofTenant })],
    ['actions in another spelling', allow(['dynamodb:getitem', 'DYNAMODB:Query'], { 'forallvalues:StringEquals': ofTenant })],
    [
      'actions that may not send the key, and Null',
      allow(['dynamodb:Scan', 's3:GetObject'], { 'ForAllValues:StringEquals': ofTenant, ...REQUIRED }),
    ],
    ['Null in another spelling', allow('*', { 'ForAllValues:StringEquals': ofTenant, null: { 'DynamoDB:leadingkeys': 'False' } })],
  ])('binds under ForAllValues with %s', (_, template) => {
    expect(() => libraryOf({ x: template })).not.toThrow();
  });

  it.each([
    ['an action that never sends the key', allow('dynamodb:Scan', { 'ForAllValues:StringEquals': ofTenant })],
    [
      'an action that may not send the key',
      allow(['dynamodb:GetItem', 'dynamodb:PartiQLSelect'], { 'ForAllValues:StringEquals': ofTenant }),
    ],
    ['actions of another service', allow(['dynamodb:GetItem', 's3:GetObject'], { 'ForAllValues:StringEquals': ofTenant })],
    ['the whole service, which includes Scan', allow('dynamodb:*', { 'ForAllValues:StringEquals': ofTenant })],
    ['actions by a wildcard', allow(['dynamodb:*Item', 'dynamodb:Quer?'], { 'ForAllValues:StringEquals': ofTenant })],
    ['all actions', allow('*', { 'ForAllValues:StringEquals': ofTenant })],
    ['all actions of all services', allow('*:*', { 'ForAllValues:StringEquals': ofTenant })],
    [
      'all actions except some',
      { Effect: 'Allow', NotAction: 'dynamodb:Scan', Resource: '*', Condition: { 'ForAllValues:StringEquals': ofTenant } },
    ],
    [
      'Null that requires its absence',
      allow('dynamodb:Scan', { 'ForAllValues:StringEquals': ofTenant, Null: { 'dynamodb:LeadingKeys': 'true' } }),
    ],
    [
      'Null that allows both',
      allow('dynamodb:Scan', { 'ForAllValues:StringEquals': ofTenant, Null: { 'dynamodb:LeadingKeys': ['false', 'true'] } }),
    ],
    ['Null for another key', allow('dynamodb:Scan', { 'ForAllValues:StringEquals': ofTenant, Null: { 's3:prefix': 'false' } })],
    ['an operator without a set operator', getItem({ StringEquals: ofTenant })],
    ['a name that no request has', getItem({ 'ForAllValues:StringEquals': { 'dynamodb:LeadingKey': '{{tenant}}' } })],
    ['a space in its name', getItem({ 'ForAllValues:StringEquals': { 'dynamodb: LeadingKeys': '{{tenant}}' } })],
  ])('does not bind with %s', (_, template) => {
    expect(refusal(() => libraryOf({ x: template })).faults).toContain('names no tenant');
  });

  it('is rejected with a sentence that says how to fix it', () => {
    const faults = (template: object) => refusal(() => libraryOf({ x: template })).faults;

    expect(faults(allow('dynamodb:Scan', { 'ForAllValues:StringEquals': ofTenant }))).toContain(
      '`ForAllValues` also matches a request without `dynamodb:LeadingKeys`: require the key by `"Null": { "dynamodb:LeadingKeys": "false" }` in the Condition',
    );
    expect(
      faults(allow('s3:ListBucket', { 'ForAllValues:StringLike': { 's3:prefix': '{{tenant}}/*' }, Null: { 's3:prefix': 'false' } })),
    ).toContain('`ForAllValues` also matches a request without `s3:prefix`: remove it');
  });
});
