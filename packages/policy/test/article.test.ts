import { PolicyGenerator, TemplateLibrary } from '@tenant-aws/policy';
import { describe, expect, it } from 'vitest';
import { inCode, libraryOf, refusal } from './fixtures.ts';

// The templates of "Isolating SaaS Tenants with Dynamically Generated IAM Policies" (AWS Partner Network Blog) in their own
// form: statements without brackets. The DynamoDB template gives access to the whole table and is refused. With the S3 template,
// `acme` can list the keys of `acme-2`; a check of single statements cannot find that, only the proof can.

const s3 = `    {
      "Effect": "Allow",
      "Action": [ "s3:ListBucket" ],
      "Resource": [ "arn:aws:s3:::{{bucket}}" ],
      "Condition": {
        "StringLike": { "s3:prefix": [ "{{tenant}}", "{{tenant}}/", "{{tenant}}/*" ] }
      }
    },
    {
      "Effect": "Allow",
      "Action": [ "s3:GetObject", "s3:PutObject", "s3:DeleteObject" ],
      "Resource": [ "arn:aws:s3:::{{bucket}}/{{tenant}}/*" ]
    }`;

const dynamodb = `    {
      "Effect": "Allow",
      "Action": [ "dynamodb:*" ],
      "Resource": [ "arn:aws:dynamodb:*:*:table/{{table}}" ],
      "Condition": {
        "ForAllValues:StringEquals": { "dynamodb: LeadingKeys": [ "{{tenant}}" ] }
      }
    }`;

/** With the correct name of the key, and a condition that requires it. */
const fixedDynamodb = dynamodb
  .replace('dynamodb: LeadingKeys', 'dynamodb:LeadingKeys')
  .replace('[ "{{tenant}}" ] }', '[ "{{tenant}}" ] }, "Null": { "dynamodb:LeadingKeys": "false" }');

const sqs = `    {
      "Effect": "Allow",
      "Action": [ "sqs:*" ],
      "Resource": [ "arn:aws:sqs:*:*:{{tenant}}_queue" ]
    }`;

const secrets = `    {
      "Effect": "Allow",
      "Action": [ "secretsmanager:GetSecretValue" ],
      "Resource": [ "arn:aws:secretsmanager:*:*:*" ],
      "Condition": {
        "ForAnyValue:StringEquals" : {
          "secretsmanager:ResourceTag/tenant" : "{{tenant}}"}
      }
    }`;

const ssm = `    {
      "Effect": "Allow",
      "Action": [ "ssm:GetParameter" ],
      "Resource": [ "arn:aws:ssm:*:*:parameter/{{tenant_path}}" ]
    }`;

describe("the article's templates", () => {
  const library = TemplateLibrary.from(inCode({ s3, dynamodb: fixedDynamodb, sqs, secrets }));

  it('parses them as they are published', () => {
    expect(library.names()).toEqual(['dynamodb', 's3', 'secrets', 'sqs']);
    expect(library.get('s3').variables).toEqual({ bucket: {} });
    expect(library.get('dynamodb').variables).toEqual({ table: {} });
  });

  it('fills them into one policy, which is smaller than in the article', () => {
    const policy = PolicyGenerator.generator(library)
      .permit('s3', { bucket: 'notes' })
      .permit('dynamodb', { table: 'orders' })
      .permit('sqs')
      .tenant('acme');
    expect(policy.generate()).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 's3:ListBucket',
          Resource: 'arn:aws:s3:::notes',
          Condition: { StringLike: { 's3:prefix': ['acme', 'acme/', 'acme/*'] } },
        },
        { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], Resource: 'arn:aws:s3:::notes/acme/*' },
        {
          Effect: 'Allow',
          Action: 'dynamodb:*',
          Resource: 'arn:aws:dynamodb:*:*:table/orders',
          Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': 'acme' }, Null: { 'dynamodb:LeadingKeys': 'false' } },
        },
        { Effect: 'Allow', Action: 'sqs:*', Resource: 'arn:aws:sqs:*:*:acme_queue' },
      ],
    });
    expect(policy.generatePolicy().length).toBeLessThan(s3.length + dynamodb.length + sqs.length);
  });

  it('rejects the space in the key of DynamoDB, which opens the whole table, and a fix of only the name', () => {
    const renamed = dynamodb.replace('dynamodb: LeadingKeys', 'dynamodb:LeadingKeys');

    expect(refusal(() => libraryOf({ dynamodb })).faults).toContain('`dynamodb: LeadingKeys` has a space after the colon');
    expect(refusal(() => libraryOf({ dynamodb: renamed })).faults).toContain('require the key by `"Null"');
  });

  it('rejects the template whose tenant is in a variable of another name', () => {
    expect(refusal(() => libraryOf({ ssm })).faults).toContain('statement 1 names no tenant: it allows ssm:GetParameter');
  });
});
