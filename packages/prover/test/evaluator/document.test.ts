import { describe, expect, it } from 'vitest';
import { checkPolicy, InvalidPolicyError } from '../../src/evaluator/index.ts';
import { statementsOf } from '../../src/evaluator/document.ts';

const good = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' };

function faults(statement: unknown, version: unknown = '2012-10-17'): string[] {
  return checkPolicy({ Version: version, Statement: statement });
}

describe('checkPolicy', () => {
  it.each<[string, unknown]>([
    ['a statement', good],
    ['a list', [good, { ...good, Sid: 'Two' }]],
    ['Deny, NotAction and NotResource', { Effect: 'Deny', NotAction: ['s3:*', 'iam:Get?ser'], NotResource: '*' }],
    ['every action', { ...good, Action: ['*', '*:*', 'rds-db:connect', 'execute-api:Invoke'] }],
    ['wildcards in an ARN', { ...good, Resource: ['arn:*:iam::*:role/x', 'arn:aws:s3:*', 'arn:aws:sqs:us-?:1:q'] }],
    ['a variable in the last part', { ...good, Resource: "arn:aws:s3:::b/${aws:PrincipalTag/t, 'none'}/${*}" }],
    [
      'empty lists, and empty Sids',
      [
        { ...good, Sid: '', Action: [], Resource: [], Condition: { StringEquals: { k: [] } } },
        { ...good, Sid: '' },
      ],
    ],
    ['numbers and booleans', { ...good, Condition: { Null: { k: true }, NumericEquals: { k: [1, '2'] }, Bool: { k: false } } }],
    ['operators in any case', { ...good, Condition: { stringlike: { k: 'v' }, 'FORANYVALUE:StringEqualsIFEXISTS': { k: 'v' } } }],
    ['a misspelt key, which lint must find', { ...good, Condition: { StringEquals: { 'dynamodb: LeadingKeys': 'acme' } } }],
    ['an ARN operator with a variable', { ...good, Condition: { ArnLike: { k: '${aws:PrincipalArn}' } } }],
  ])('accepts %s', (_, statement) => {
    expect(faults(statement)).toEqual([]);
  });

  it('accepts both versions, no version, and an Id', () => {
    expect(faults(good, '2008-10-17')).toEqual([]);
    expect(checkPolicy({ Id: 'x', Statement: good })).toEqual([]);
    expect(faults({ ...good, Resource: 'arn:aws:s3:::b/${not a variable' }, '2008-10-17')).toEqual([]);
  });

  it.each<[unknown, string]>([
    [null, 'the policy is not an object'],
    ['{}', 'the policy is not an object'],
    [[good], 'the policy is not an object'],
    [{ Version: '2012-10-17' }, 'the policy has no `Statement`'],
    [{ Version: '2012-10-17', Statement: [] }, 'the policy has no `Statement`'],
    [{ Version: '2012-10-18', Statement: good }, '`Version` must be 2012-10-17 or 2008-10-17'],
    [{ Version: 20121017, Statement: good }, '`Version` must be 2012-10-17 or 2008-10-17'],
    [{ Version: null, Statement: good }, '`Version` must be 2012-10-17 or 2008-10-17'],
    [{ version: '2012-10-17', Statement: good }, '`version` is not an element of a policy'],
    [{ Id: 1, Statement: good }, '`Id` is not a string'],
    [
      {
        Statement: [
          { ...good, Sid: 'A' },
          { ...good, Sid: 'A' },
        ],
      },
      'two statements have the same `Sid`',
    ],
    [{ Statement: ['x'] }, '`Statement[0]` is not an object'],
  ])('reports for %j: %s', (document, fault) => {
    expect(checkPolicy(document)).toContain(fault);
  });

  it.each<[object, string]>([
    [{ Effect: undefined }, '`Statement[0]` must have the `Effect` Allow or Deny'],
    [{ Effect: 'allow' }, '`Statement[0]` must have the `Effect` Allow or Deny'],
    [{ Sid: 'no spaces' }, '`Statement[0]` has a `Sid` that has other characters than letters and digits'],
    [{ Sid: 1 }, '`Statement[0]` has a `Sid` that has other characters than letters and digits'],
    [{ NotAction: 's3:*' }, '`Statement[0]` must have either `Action` or `NotAction`'],
    [{ Action: undefined }, '`Statement[0]` must have either `Action` or `NotAction`'],
    [{ NotResource: '*' }, '`Statement[0]` must have either `Resource` or `NotResource`'],
    [{ Resource: undefined }, '`Statement[0]` must have either `Resource` or `NotResource`'],
    [{ Action: 5 }, '`Statement[0]` has neither a string nor a list of strings as `Action`'],
    [{ Resource: ['*', null] }, '`Statement[0]` has neither a string nor a list of strings as `Resource`'],
    [{ Action: 's3' }, '`Statement[0]` names `s3`, which is not an action such as `s3:GetObject` or `s3:Get*`'],
    [{ Action: 's*:GetObject' }, '`Statement[0]` names `s*:GetObject`, which is not an action such as `s3:GetObject` or `s3:Get*`'],
    [{ Action: 's3: GetObject' }, '`Statement[0]` names `s3: GetObject`, which is not an action such as `s3:GetObject` or `s3:Get*`'],
    [{ Action: 's3:${aws:x}' }, '`Statement[0]` names `s3:${aws:x}`, which is not an action such as `s3:GetObject` or `s3:Get*`'],
    [{ Resource: 'bucket/*' }, '`Statement[0]` names `bucket/*`, which is neither an ARN with a service nor `*`'],
    [{ Resource: 'arn:aws:*:::b' }, '`Statement[0]` names `arn:aws:*:::b`, which is neither an ARN with a service nor `*`'],
    [{ Resource: 'arn:*' }, '`Statement[0]` names `arn:*`, which is neither an ARN with a service nor `*`'],
    [{ Resource: '' }, '`Statement[0]` names ``, which is neither an ARN with a service nor `*`'],
    [
      { Resource: 'arn:aws:sqs:${aws:RequestedRegion}:1:q' },
      '`Statement[0]` names `arn:aws:sqs:${aws:RequestedRegion}:1:q`, which has a policy variable before the fifth colon',
    ],
    [
      { Resource: 'arn:aws:s3:::b/${aws:x' },
      '`Statement[0]` names `arn:aws:s3:::b/${aws:x`, which has a policy variable that is not closed',
    ],
    [{ Resource: 'arn:aws:s3:::b/${}' }, '`Statement[0]` names `arn:aws:s3:::b/${}`, which has a policy variable that is not valid: `${}`'],
    [
      { Resource: 'arn:aws:s3:::b/${aws:x, "y"}' },
      '`Statement[0]` names `arn:aws:s3:::b/${aws:x, "y"}`, which has a policy variable that is not valid: `${aws:x, "y"}`',
    ],
    [{ Principal: '*' }, '`Statement[0]` has `Principal`, which only resource policies have'],
    [{ Conditions: {} }, '`Statement[0]` has `Conditions`, which is not an element of a statement'],
    [{ Condition: [] }, '`Statement[0]` has a `Condition` that is not an object'],
    [{ Condition: { StringEquals: 'x' } }, '`Statement[0]` has a `Condition` whose `StringEquals` is not an object'],
    [
      { Condition: { StringEquals: { k: { a: 'b' } } } },
      '`Statement[0]` has a `Condition` whose `k` under `StringEquals` is neither a string nor a list of strings',
    ],
    [
      { Condition: { StringLike: { 's3:prefix': 'acme/*', 'S3:Prefix': '*' } } },
      '`Statement[0]` has a `Condition` with `S3:Prefix` twice, in different case',
    ],
    [
      { Condition: { StringLike: { 's3:prefix': 'acme/*' }, stringLike: { 's3:prefix': '*' } } },
      '`Statement[0]` has a `Condition` with `stringLike` twice, in different case',
    ],
    [
      { Condition: { StringEquals: { k: [null] } } },
      '`Statement[0]` has a `Condition` whose `k` under `StringEquals` is neither a string nor a list of strings',
    ],
  ])('reports for a statement with %j: %s', (change, fault) => {
    expect(faults({ ...good, ...change })).toContain(fault);
  });

  it.each([
    ['StringEqual', 'v', '`StringEqual` is not a condition operator'],
    ['ForAllValues:', 'v', '`ForAllValues:` is not a condition operator'],
    ['ForSomeValues:StringEquals', 'v', '`ForSomeValues:StringEquals` is not a condition operator'],
    ['StringEqualsIfExist', 'v', '`StringEqualsIfExist` is not a condition operator'],
    ['constructor', 'v', '`constructor` is not a condition operator'],
    ['NullIfExists', 'true', '`NullIfExists` is not an operator: Null takes neither a set operator nor IfExists'],
    ['ForAllValues:Null', 'true', '`ForAllValues:Null` is not an operator: Null takes neither a set operator nor IfExists'],
    ['Null', 'maybe', 'the value of `k` under `Null` must be true or false'],
    ['Bool', 'yes', 'the value `yes` of `k` under `Bool` is neither true nor false'],
    ['NumericEquals', '1e3', 'the value `1e3` of `k` under `NumericEquals` is not a number'],
    ['NumericEquals', '${aws:EpochTime}', 'the value `${aws:EpochTime}` of `k` under `NumericEquals` is not a number'],
    ['NumericEquals', '9'.repeat(50), `the value \`${'9'.repeat(50)}\` of \`k\` under \`NumericEquals\` is not a number`],
    [
      'DateLessThan',
      '24.11.2026',
      'the value `24.11.2026` of `k` under `DateLessThan` is neither an ISO 8601 date with a time zone nor a number of seconds since 1970',
    ],
    ['BinaryEquals', 'QQ', 'the value `QQ` of `k` under `BinaryEquals` is not base64'],
    ['IpAddress', '203.0.113.0/33', 'the value `203.0.113.0/33` of `k` under `IpAddress` is not an IP address or a CIDR block'],
    ['IpAddress', '203.0.113.*', 'the value `203.0.113.*` of `k` under `IpAddress` is not an IP address or a CIDR block'],
    ['NotIpAddress', '2001:db8::/129', 'the value `2001:db8::/129` of `k` under `NotIpAddress` is not an IP address or a CIDR block'],
    ['ArnLike', '*', 'the value `*` of `k` under `ArnLike` is not an ARN with six parts, which the ARN operators compare separately'],
    ['StringEquals', '${', 'the value `${` of `k` under `StringEquals` has a policy variable that is not closed'],
  ])('reports for a condition %s of %s: %s', (operator, value, fault) => {
    expect(faults({ ...good, Condition: { [operator]: { k: value } } })).toEqual([
      `\`Statement[0]\` has a \`Condition\` that is not valid: ${fault}`,
    ]);
  });

  it('reports every fault, each with its statement', () => {
    expect(faults([good, { ...good, Effect: 'No' }, { ...good, Action: 's3' }], 'x')).toEqual([
      '`Version` must be 2012-10-17 or 2008-10-17',
      '`Statement[1]` must have the `Effect` Allow or Deny',
      '`Statement[2]` names `s3`, which is not an action such as `s3:GetObject` or `s3:Get*`',
    ]);
  });
});

describe('statementsOf', () => {
  it('throws every fault of a document in one error', () => {
    const document = { Version: 'x', Statement: { ...good, Effect: 'No' } };
    expect(() => statementsOf(document)).toThrow(InvalidPolicyError);
    expect(() => statementsOf(document)).toThrow(
      expect.objectContaining({ name: 'InvalidPolicyError', faults: checkPolicy(document), message: expect.stringContaining('Effect') }),
    );
  });

  it('parses a document once', () => {
    const document = { Version: '2012-10-17', Statement: good };
    expect(statementsOf(document)).toBe(statementsOf(document));
  });
});
