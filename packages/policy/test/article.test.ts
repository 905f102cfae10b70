import { PolicyGenerator, TemplateLibrary } from '@tenant-aws/policy';
import { describe, expect, it } from 'vitest';
import { inCode, libraryOf, refusal } from './fixtures.ts';

// The templates of "Isolating SaaS Tenants with Dynamically Generated IAM Policies" (AWS Partner Network Blog) in their own
// form: statements without brackets. The one of DynamoDB leaks everything and is refused. The listing of the one of S3 reaches
// the neighbour `acme-2` from `acme`, which no look at one statement can see: that is for the proof.

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

/** With the key's real name, and a demand that the request has it. */
const mendedDynamodb = dynamodb
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
  const library = TemplateLibrary.from(inCode({ s3, dynamodb: mendedDynamodb, sqs, secrets }));

  it('are read as they were written', () => {
    expect(library.names()).toEqual(['dynamodb', 's3', 'secrets', 'sqs']);
    expect(library.get('s3').variables).toEqual({ bucket: {} });
    expect(library.get('dynamodb').variables).toEqual({ table: {} });
  });

  it('become one policy, smaller than theirs', () => {
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

  it('are refused where a blank in the key of DynamoDB opens the whole table, and where its name alone is mended', () => {
    const renamed = dynamodb.replace('dynamodb: LeadingKeys', 'dynamodb:LeadingKeys');

    expect(refusal(() => libraryOf({ dynamodb })).faults).toContain('`dynamodb: LeadingKeys` has a blank after the colon');
    expect(refusal(() => libraryOf({ dynamodb: renamed })).faults).toContain('demand the key by `"Null"');
  });

  it('are refused where the tenant is hidden in a variable of another name', () => {
    expect(refusal(() => libraryOf({ ssm })).faults).toContain('statement 1 names no tenant: it allows ssm:GetParameter');
  });
});
