import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws } from '../src/index.ts';
import { baseKeys, ROLE_ARN, start } from './start-aws.ts';
import { handSign, type ToSign } from './signature/hand-signer.ts';

let aws: LocalAws;
const NOW = Date.parse('2026-11-24T12:00:00Z');
beforeAll(async () => {
  aws = await start({ clock: () => NOW });
});
afterAll(() => aws.close());

const HEAD = 'Version=2011-06-15&Action=AssumeRole';
const ROLE = `RoleArn=${encodeURIComponent(ROLE_ARN)}`;
const GOOD = `${HEAD}&${ROLE}&RoleSessionName=acme`;

async function post(body: string, given: Partial<ToSign> = {}): Promise<string> {
  const headers = { host: new URL(aws.url).host, 'content-type': 'application/x-www-form-urlencoded' };
  const signed = handSign({ method: 'POST', path: '/', service: 'sts', headers, body, keys: baseKeys(aws), ...given });
  const response = await fetch(aws.url + signed.target, { method: 'POST', headers: { ...signed.headers }, body });
  return `${response.status} ${/<Code>([^<]*)/.exec(await response.text())?.[1] ?? ''}`;
}

describe('a form', () => {
  it('is accepted if it is well-formed', async () => {
    expect(await post(GOOD)).toBe('200 ');
  });

  it.each([
    ['a repeated Action', `${GOOD}&Action=GetCallerIdentity`],
    ['a repeated RoleArn', `${GOOD}&${ROLE}`],
    ['a repeated Policy', `${GOOD}&Policy=%7B%7D&Policy=%7B%7D`],
    ['a repeated name in another encoding', `${GOOD}&%52oleArn=x`],
    ['an empty piece', `${GOOD}&&a=b`],
    ['a name without a value', `${GOOD}&Policy`],
    ['an empty form', ''],
    ['a list with a gap', `${GOOD}&Tags.member.2.Key=a&Tags.member.2.Value=b`],
    ['a list numbered from zero', `${GOOD}&Tags.member.0.Key=a&Tags.member.0.Value=b`],
    ['a list numbered 01', `${GOOD}&Tags.member.01.Key=a&Tags.member.01.Value=b`],
    ['a list with a value in place of elements', `${GOOD}&Tags=a`],
  ])('is malformed with %s', async (_, body) => {
    expect(await post(body)).toBe('400 MalformedQueryString');
  });

  it.each([
    ['a broken percent escape', `${GOOD}&Policy=%zz`, 'InvalidURI'],
    ['bytes that are not UTF-8', `${GOOD}&Policy=%FF`, 'InvalidArgument'],
    ['no version', GOOD.replace('Version=2011-06-15&', ''), 'NoSuchVersion'],
    ['another version', GOOD.replace('2011-06-15', '2012-11-05'), 'NoSuchVersion'],
    ['no role', GOOD.replace(ROLE, 'Tags='), 'ValidationError'],
    ['no session name', GOOD.replace('&RoleSessionName=acme', ''), 'ValidationError'],
    ['a list of keys whose elements have members', `${GOOD}&TransitiveTagKeys.member.1.Key=a`, 'ValidationError'],
    ['a duration in scientific notation', `${GOOD}&DurationSeconds=9e2`, 'ValidationError'],
    ['a hexadecimal duration', `${GOOD}&DurationSeconds=0x384`, 'ValidationError'],
    ['a duration with a sign', `${GOOD}&DurationSeconds=%2B900`, 'ValidationError'],
    ['an empty duration', `${GOOD}&DurationSeconds=`, 'ValidationError'],
    ['a tag without a value', `${GOOD}&Tags.member.1.Key=a`, 'ValidationError'],
    ['a tag with a further member', `${GOOD}&Tags.member.1.Key=a&Tags.member.1.Value=b&Tags.member.1.Extra=c`, 'ValidationError'],
  ])('is refused with %s', async (_, body, code) => {
    expect(await post(body)).toBe(`400 ${code}`);
  });

  it.each([
    ['an unsupported operation', GOOD.replace('AssumeRole', 'GetFederationToken')],
    ['the name of a prototype member as operation', GOOD.replace('AssumeRole', 'constructor')],
    ['an unsupported parameter', `${GOOD}&PolicyArns.member.1.arn=x`],
    ['a parameter in another case', `${GOOD}&policy=%7B%7D`],
  ])('is not implemented with %s', async (_, body) => {
    expect(await post(body)).toBe('501 NotImplemented');
  });

  it('is refused in the query, with a query in addition, at another path, or with another content type', async () => {
    expect(await post('', { query: 'Action=GetCallerIdentity&Version=2011-06-15' })).toBe('501 NotImplemented');
    expect(await post(GOOD, { query: 'Action=GetCallerIdentity' })).toBe('501 NotImplemented');
    expect(await post(GOOD, { path: '/sts' })).toBe('501 NotImplemented');
    const host = new URL(aws.url).host;
    for (const type of ['application/json', 'multipart/form-data', 'application/x-www-form-urlencoded; charset=utf-16']) {
      expect(await post(GOOD, { headers: { host, 'content-type': type } })).toBe('400 MalformedQueryString');
    }
  });

  it('is refused above the maximum size', async () => {
    expect(await post(`${GOOD}&Policy=${'x'.repeat(256 * 1024)}`)).toBe('400 MalformedQueryString');
  });

  it('can have an empty list, as SDKs write it', async () => {
    expect(await post(`${GOOD}&Tags=&TransitiveTagKeys=`)).toBe('200 ');
  });
});
