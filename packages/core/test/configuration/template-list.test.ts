import { describe, expect, it } from 'vitest';
import { parseTemplateList } from '../../src/configuration/template-list.ts';

const parse = parseTemplateList;

describe('parseTemplateList', () => {
  it('reads names, each with its own variables', () => {
    expect(parse('s3-folder-per-tenant, dynamodb-leading-keys?table=orders,dynamodb-leading-keys?table=invoices&index=by%2Ddate')).toEqual([
      's3-folder-per-tenant',
      { template: 'dynamodb-leading-keys', variables: { table: 'orders' } },
      { template: 'dynamodb-leading-keys', variables: { table: 'invoices', index: 'by-date' } },
    ]);
  });

  it('decodes a percent-encoded value', () => {
    expect(parse('a?b=x%2Cy%26z%3D1%3F')).toEqual([{ template: 'a', variables: { b: 'x,y&z=1?' } }]);
  });

  it.each(['', ',', 'a,', ',a', 'a,,b', '?table=x', 'a?', 'a?b', 'a?=x', 'a?b=1?c=2', 'a?b=1&b=2', 'a?b=%', 'a?b=%zz', 'a?b=1&'])(
    'refuses %j',
    (text) => {
      expect(() => parse(text)).toThrowError(
        expect.objectContaining({ code: 'configuration_invalid', message: expect.stringContaining('`permissions`') }),
      );
    },
  );

  it('reads __proto__ as a variable name', () => {
    expect(parse('a?__proto__=x')).toEqual([{ template: 'a', variables: JSON.parse('{"__proto__":"x"}') }]);
  });
});
