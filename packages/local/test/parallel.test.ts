import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { assume, clientConfig, outcomeOf, POOL_ROLE, ROLE_ARN, start } from './start-aws.ts';

const TENANTS = Array.from({ length: 20 }, (_, index) => `tenant-${index}`);
const ROUNDS = 20;

function policyOf(tenant: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: `arn:aws:s3:::pool/${tenant}/*` },
      {
        Effect: 'Allow',
        Action: 's3:ListBucket',
        Resource: 'arn:aws:s3:::pool',
        Condition: { StringLike: { 's3:prefix': `${tenant}/*` } },
      },
      {
        Effect: 'Allow',
        Action: ['dynamodb:GetItem', 'dynamodb:PutItem'],
        Resource: 'arn:aws:dynamodb:us-east-1:000000000000:table/orders',
        Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [tenant] }, Null: { 'dynamodb:LeadingKeys': 'false' } },
      },
    ],
  });
}

describe('2,000 concurrent requests of 20 tenants', () => {
  it('return the data of their own tenant, and are denied access to another tenant', { timeout: 120_000 }, async () => {
    const aws = await start({
      roles: { [ROLE_ARN]: POOL_ROLE },
      tables: [
        {
          TableName: 'orders',
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        },
      ],
    });
    try {
      const violations: string[] = [];
      const denied = async (call: Promise<unknown>, what: string): Promise<void> => {
        const name = await outcomeOf(call);
        if (!/^AccessDenied(?:Exception)?$/.test(name)) violations.push(`${what}: ${name}`);
      };
      const runTenant = async (tenant: string, index: number): Promise<void> => {
        const keys = await assume(aws, { RoleSessionName: tenant, Policy: policyOf(tenant) });
        const neighbour = TENANTS[(index + 1) % TENANTS.length] ?? '';
        const s3 = new S3Client(clientConfig(aws, keys));
        const dynamodb = new DynamoDBClient(clientConfig(aws, keys));
        const round = async (number: number): Promise<void> => {
          const key = { pk: { S: tenant } };
          await s3.send(new PutObjectCommand({ Bucket: 'pool', Key: `${tenant}/${number}`, Body: tenant }));
          const body = await (
            await s3.send(new GetObjectCommand({ Bucket: 'pool', Key: `${tenant}/${number}` }))
          ).Body?.transformToString();
          await dynamodb.send(new PutItemCommand({ TableName: 'orders', Item: { ...key, owner: { S: tenant } } }));
          const { Item } = await dynamodb.send(new GetItemCommand({ TableName: 'orders', Key: key }));
          if (body !== tenant || Item?.['owner']?.S !== tenant) violations.push(`${tenant} read ${body} and ${Item?.['owner']?.S}`);
          await denied(s3.send(new ListObjectsV2Command({ Bucket: 'pool', Prefix: `${neighbour}/` })), `${tenant} lists ${neighbour}`);
        };
        await Promise.all(Array.from({ length: ROUNDS }, (_, number) => round(number)));
      };
      await Promise.all(TENANTS.map(runTenant));
      expect(violations).toEqual([]);
      const byTenant = Map.groupBy(
        aws.calls.filter(({ service }) => service !== 'sts'),
        ({ tenantSession }) => tenantSession,
      );
      expect(TENANTS.map((tenant) => byTenant.get(tenant)?.length)).toEqual(TENANTS.map(() => ROUNDS * 5));
    } finally {
      await aws.close();
    }
  });
});
