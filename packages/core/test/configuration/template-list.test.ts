import { describe, expect, it } from 'vitest';
import { parseTemplateList } from '../../src/configuration/template-list.ts';

const parse = (text: string) => parseTemplateList('TENANT_AWS_TEMPLATES', text);

describe('a list of templates in the environment', () => {
  it('is names, each with variables of its own', () => {
    expect(parse('s3-folder-per-tenant, dynamodb-leading-keys?table=orders,dynamodb-leading-keys?table=invoices&index=by%2Ddate')).toEqual([
      's3-folder-per-tenant',
      { template: 'dynamodb-leading-keys', variables: { table: 'orders' } },
      { template: 'dynamodb-leading-keys', variables: { table: 'invoices', index: 'by-date' } },
    ]);
  });

  it('may have a value with commas and signs, percent-encoded', () => {
    expect(parse('a?b=x%2Cy%26z%3D1%3F')).toEqual([{ template: 'a', variables: { b: 'x,y&z=1?' } }]);
  });

  it.each(['', ',', 'a,', ',a', 'a,,b', '?table=x', 'a?', 'a?b', 'a?=x', 'a?b=1?c=2', 'a?b=1&b=2', 'a?b=%', 'a?b=%zz', 'a?b=1&'])(
    'is refused where it is %j',
    (text) => {
      expect(() => parse(text)).toThrowError(
        expect.objectContaining({ code: 'configuration_invalid', message: expect.stringContaining('TENANT_AWS_TEMPLATES') }),
      );
    },
  );

  it('takes __proto__ for a name like any other', () => {
    expect(parse('a?__proto__=x')).toEqual([{ template: 'a', variables: JSON.parse('{"__proto__":"x"}') }]);
  });
});
