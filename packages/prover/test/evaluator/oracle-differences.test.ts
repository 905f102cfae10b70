import type { PolicyDocument, Statement } from '@tenant-aws/policy';
import { describe, expect, it } from 'vitest';
import { type Decision, decide, type IamRequest } from '../../src/evaluator/index.ts';
import { allow, deny, getItem, getObject, listBucket, policy, request } from './iam.ts';
import { simulate } from './simulator.ts';

describe('where iam-simulate decides otherwise', () => {
  interface Difference {
    readonly about: string;
    readonly because: string;
    readonly asked: IamRequest;
    readonly statements: readonly Statement[];
    /** By default of the current version. */
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
      because: 'AWS does not say what happens; that any value may match is the reading under which a leak shows',
      asked: getItem({ [keys]: ['acme', 'globex'] }),
      statements: [onKey('StringEquals', 'acme')],
      ours: 'allow',
      theirs: 'implicit-deny',
    },
    {
      about: 'a negated operator on a multivalued key without a set operator',
      because: 'the opposite of its positive twin',
      asked: getItem({ [keys]: ['globex'] }),
      statements: [onKey('StringNotEquals', 'acme')],
      ours: 'allow',
      theirs: 'implicit-deny',
    },
    {
      about: 'ForAllValues over an empty string',
      because: 'AWS: "or if the context key value resolves to a null dataset, such as an empty string"',
      asked: getItem({ [keys]: [''] }),
      statements: [onKey('ForAllValues:StringEquals', 'acme')],
      ours: 'allow',
      theirs: 'implicit-deny',
    },
    {
      about: 'Null over a list without a value',
      because: 'AWS names Null: false as the guard against "context keys with empty values"',
      asked: getItem({ [keys]: [] }),
      statements: [onKey('Null', 'false')],
      ours: 'implicit-deny',
      theirs: 'allow',
    },
    {
      about: 'ForAnyValue with IfExists where the key is absent',
      because: 'AWS: "If the key is not present, evaluate the condition element as true", of every operator but Null',
      asked: getItem(),
      statements: [onKey('ForAnyValue:StringEqualsIfExists', 'acme')],
      ours: 'allow',
      theirs: 'implicit-deny',
    },
    {
      about: 'a negated operator whose variable has no value',
      because: 'AWS: "Inverted condition operators like StringNotEquals or StringNotLike do match against a null value"',
      asked: listBucket({ 's3:prefix': 'x' }),
      statements: [onKey('StringNotEquals', '${aws:PrincipalTag/t}', 's3:prefix')],
      ours: 'allow',
      theirs: 'implicit-deny',
    },
    {
      about: '${*} under an operator without wildcards',
      because: 'AWS: "These predefined policy variables can be used in any string where you can use regular policy variables"',
      asked: listBucket({ 's3:prefix': '*' }),
      statements: [onKey('StringEquals', '${*}', 's3:prefix')],
      ours: 'allow',
      theirs: 'implicit-deny',
    },
    {
      about: 'a variable under Version 2008-10-17',
      because: 'AWS: "variables like ${aws:username} are treated as literal strings"',
      asked: getObject('b/acme', { 'aws:PrincipalTag/t': 'acme' }),
      statements: [allow('s3:*', 'arn:aws:s3:::b/${aws:PrincipalTag/t}')],
      version: '2008-10-17',
      ours: 'implicit-deny',
      theirs: 'allow',
    },
    {
      about: 'a default value without a blank after the comma',
      because: 'AWS asks for "a comma and space"; if it takes less, a default is a grant that must show',
      asked: getObject('b/globex'),
      statements: [allow('s3:*', "arn:aws:s3:::b/${aws:PrincipalTag/t,'globex'}")],
      ours: 'allow',
      theirs: 'implicit-deny',
    },
    {
      about: 'NotResource with a variable without a value, on a resource of another service',
      because: 'the statement then applies to nothing, so that a fence which may fail open is never taken for one',
      asked: getItem(),
      statements: [unless('arn:aws:s3:::b/${aws:PrincipalTag/t}/*')],
      ours: 'implicit-deny',
      theirs: 'allow',
    },
    {
      about: 'NotResource with a pattern of fewer than six parts',
      because: 'it says nothing of another service, under Resource as under NotResource',
      asked: getItem(),
      statements: [unless('arn:aws:s3:*')],
      ours: 'allow',
      theirs: 'implicit-deny',
    },
    {
      about: 'a star that ends a part of Resource',
      because: 'AWS: "it can expand to match beyond the colon boundaries"',
      asked: getObject('other/a:own/x'),
      statements: [allow('s3:*', 'arn:aws:s3:*:*:own/*')],
      ours: 'allow',
      theirs: 'implicit-deny',
    },
    {
      about: 'the partition and the service of an ARN in another case',
      because: 'AWS writes them in lower case only and promises no folding',
      asked: getObject('b/k'),
      statements: [allow('s3:*', 'arn:AWS:s3:::b/k')],
      ours: 'implicit-deny',
      theirs: 'allow',
    },
    {
      about: 'a wildcard in the resource of the request',
      because: 'a star is a legal character of an object key, and no wildcard there',
      asked: getObject('b/*'),
      statements: [allow('s3:*', 'arn:aws:s3:::b/acme')],
      ours: 'implicit-deny',
      theirs: 'allow',
    },
    {
      about: 'every IPv4 address',
      because: '0.0.0.0/0 is a CIDR block like another',
      asked: getObject('b/k', { 'aws:SourceIp': '203.0.113.9' }),
      statements: [onKey('IpAddress', '0.0.0.0/0', 'aws:SourceIp')],
      ours: 'allow',
      theirs: 'implicit-deny',
    },
    {
      about: 'an IPv6 request and an IPv4 address without a prefix',
      because: 'it is not that address',
      asked: getObject('b/k', { 'aws:SourceIp': '2001:db8::1' }),
      statements: [onKey('NotIpAddress', '203.0.113.9', 'aws:SourceIp')],
      ours: 'allow',
      theirs: 'implicit-deny',
    },
    {
      about: 'seconds since 1970 beside an ISO date',
      because: 'AWS: "or in epoch (UNIX) time"',
      asked: getObject('b/k', { 'aws:CurrentTime': '2026-11-24T12:00:00Z' }),
      statements: [onKey('DateLessThan', '1800000000', 'aws:CurrentTime')],
      ours: 'allow',
      theirs: 'implicit-deny',
    },
    {
      about: 'KMS without a key policy',
      because: 'resource policies are outside of this evaluator: it speaks of what identity policies say',
      asked: request('kms:Decrypt', 'arn:aws:kms:us-east-1:111122223333:key/1'),
      statements: [allow('kms:*')],
      ours: 'allow',
      theirs: 'implicit-deny',
    },
  ];

  // Both sides are asserted: the day that one of them moves, somebody looks at the reason again.
  it.each(differences)('knows about $about', async ({ asked, statements, version = '2012-10-17', ours, theirs }) => {
    const role: PolicyDocument[] = [{ Version: version, Statement: statements }];
    expect(decide(asked, { role }).decision).toBe(ours);
    expect(await simulate(asked, { role })).toBe(theirs);
  });

  it('never takes its errors for a denial', async () => {
    await expect(simulate(request('s3:GetObject', 'arn:aws:unknown:::x'), { role: [policy(deny('*'))] })).rejects.toThrow('not simulated');
  });
});
