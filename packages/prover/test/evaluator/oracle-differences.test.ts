import type { PolicyDocument, Statement } from '@tenant-aws/policy';
import { describe, expect, it } from 'vitest';
import { type Decision, decide, type IamRequest } from '../../src/evaluator/index.ts';
import { allow, deny, getItem, getObject, listBucket, policy, request } from './iam.ts';
import { simulate } from './simulator.ts';

describe('different decisions of iam-simulate', () => {
  interface Difference {
    readonly about: string;
    readonly because: string;
    readonly iamRequest: IamRequest;
    readonly statements: readonly Statement[];
    /** Default 2012-10-17. */
    readonly version?: PolicyDocument['Version'];
    readonly ours: Decision['decision'];
    readonly theirs: Decision['decision'];
  }

  const keys = 'dynamodb:LeadingKeys';
  const onKey = (operator: string, values: string | string[], key = keys): Statement => allow('*', '*', { [operator]: { [key]: values } });
  const unless = (NotResource: string): Statement => ({ Effect: 'Allow', Action: '*', NotResource });

  const differences: Difference[] = [
    {
      about: 'a multivalued key without a set operator',
      because: 'AWS does not document it; that one matching value is enough is the reading that reveals a leak',
      iamRequest: getItem({ [keys]: ['acme', 'globex'] }),
      statements: [onKey('StringEquals', 'acme')],
      ours: 'allow',
      theirs: 'implicit-deny',
    },
    {
      about: 'a negated operator on a multivalued key without a set operator',
      because: 'it is the opposite of the positive operator',
      iamRequest: getItem({ [keys]: ['globex'] }),
      statements: [onKey('StringNotEquals', 'acme')],
      ours: 'allow',
      theirs: 'implicit-deny',
    },
    {
      about: 'ForAllValues of an empty string',
      because: 'AWS: "or if the context key value resolves to a null dataset, such as an empty string"',
      iamRequest: getItem({ [keys]: [''] }),
      statements: [onKey('ForAllValues:StringEquals', 'acme')],
      ours: 'allow',
      theirs: 'implicit-deny',
    },
    {
      about: 'Null of an empty list',
      because: 'AWS documents Null: false as the protection against "context keys with empty values"',
      iamRequest: getItem({ [keys]: [] }),
      statements: [onKey('Null', 'false')],
      ours: 'implicit-deny',
      theirs: 'allow',
    },
    {
      about: 'ForAnyValue with IfExists without the key',
      because: 'AWS: "If the key is not present, evaluate the condition element as true", of every operator but Null',
      iamRequest: getItem(),
      statements: [onKey('ForAnyValue:StringEqualsIfExists', 'acme')],
      ours: 'allow',
      theirs: 'implicit-deny',
    },
    {
      about: 'a negated operator whose variable has no value',
      because: 'AWS: "Inverted condition operators like StringNotEquals or StringNotLike do match against a null value"',
      iamRequest: listBucket({ 's3:prefix': 'x' }),
      statements: [onKey('StringNotEquals', '${aws:PrincipalTag/t}', 's3:prefix')],
      ours: 'allow',
      theirs: 'implicit-deny',
    },
    {
      about: '${*} under an operator without wildcards',
      because: 'AWS: "These predefined policy variables can be used in any string where you can use regular policy variables"',
      iamRequest: listBucket({ 's3:prefix': '*' }),
      statements: [onKey('StringEquals', '${*}', 's3:prefix')],
      ours: 'allow',
      theirs: 'implicit-deny',
    },
    {
      about: 'a variable under Version 2008-10-17',
      because: 'AWS: "variables like ${aws:username} are treated as literal strings"',
      iamRequest: getObject('b/acme', { 'aws:PrincipalTag/t': 'acme' }),
      statements: [allow('s3:*', 'arn:aws:s3:::b/${aws:PrincipalTag/t}')],
      version: '2008-10-17',
      ours: 'implicit-deny',
      theirs: 'allow',
    },
    {
      about: 'a default value without a space after the comma',
      because: 'AWS requires "a comma and space"; if IAM accepts less, the default allows access, and that must be visible',
      iamRequest: getObject('b/globex'),
      statements: [allow('s3:*', "arn:aws:s3:::b/${aws:PrincipalTag/t,'globex'}")],
      ours: 'allow',
      theirs: 'implicit-deny',
    },
    {
      about: 'NotResource with a variable without a value, on a resource of another service',
      because: 'the statement then applies to no resource, so a Deny that may deny nothing is visible as such',
      iamRequest: getItem(),
      statements: [unless('arn:aws:s3:::b/${aws:PrincipalTag/t}/*')],
      ours: 'implicit-deny',
      theirs: 'allow',
    },
    {
      about: 'NotResource with a pattern of fewer than six parts',
      because: 'it does not match another service, under Resource and under NotResource',
      iamRequest: getItem(),
      statements: [unless('arn:aws:s3:*')],
      ours: 'allow',
      theirs: 'implicit-deny',
    },
    {
      about: 'a star at the end of a part of Resource',
      because: 'AWS: "it can expand to match beyond the colon boundaries"',
      iamRequest: getObject('other/a:own/x'),
      statements: [allow('s3:*', 'arn:aws:s3:*:*:own/*')],
      ours: 'allow',
      theirs: 'implicit-deny',
    },
    {
      about: 'the partition and the service of an ARN in another case',
      because: 'AWS writes them only in lower case and does not document that case is ignored',
      iamRequest: getObject('b/k'),
      statements: [allow('s3:*', 'arn:AWS:s3:::b/k')],
      ours: 'implicit-deny',
      theirs: 'allow',
    },
    {
      about: 'a wildcard in the resource of the request',
      because: 'a star is a valid character of an object key, and not a wildcard',
      iamRequest: getObject('b/*'),
      statements: [allow('s3:*', 'arn:aws:s3:::b/acme')],
      ours: 'implicit-deny',
      theirs: 'allow',
    },
    {
      about: 'every IPv4 address',
      because: '0.0.0.0/0 is a CIDR block like any other',
      iamRequest: getObject('b/k', { 'aws:SourceIp': '203.0.113.9' }),
      statements: [onKey('IpAddress', '0.0.0.0/0', 'aws:SourceIp')],
      ours: 'allow',
      theirs: 'implicit-deny',
    },
    {
      about: 'an IPv6 request and an IPv4 address without a prefix',
      because: 'it is another address',
      iamRequest: getObject('b/k', { 'aws:SourceIp': '2001:db8::1' }),
      statements: [onKey('NotIpAddress', '203.0.113.9', 'aws:SourceIp')],
      ours: 'allow',
      theirs: 'implicit-deny',
    },
    {
      about: 'seconds since 1970 compared with an ISO date',
      because: 'AWS: "or in epoch (UNIX) time"',
      iamRequest: getObject('b/k', { 'aws:CurrentTime': '2026-11-24T12:00:00Z' }),
      statements: [onKey('DateLessThan', '1800000000', 'aws:CurrentTime')],
      ours: 'allow',
      theirs: 'implicit-deny',
    },
    {
      about: 'KMS without a key policy',
      because: 'this evaluator does not evaluate resource policies',
      iamRequest: request('kms:Decrypt', 'arn:aws:kms:us-east-1:111122223333:key/1'),
      statements: [allow('kms:*')],
      ours: 'allow',
      theirs: 'implicit-deny',
    },
  ];

  // Both decisions are asserted: if one changes, the reason must be checked again.
  it.each(differences)('exist for $about', async ({ iamRequest, statements, version = '2012-10-17', ours, theirs }) => {
    const role: PolicyDocument[] = [{ Version: version, Statement: statements }];
    expect(decide(iamRequest, { role }).decision).toBe(ours);
    expect(await simulate(iamRequest, { role })).toBe(theirs);
  });

  it('never takes its errors for a denial', async () => {
    await expect(simulate(request('s3:GetObject', 'arn:aws:unknown:::x'), { role: [policy(deny('*'))] })).rejects.toThrow('not simulated');
  });
});
