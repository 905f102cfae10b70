import { inspect } from 'node:util';
import {
  ConfigurationError,
  PolicyTooLargeError,
  TemplateNotFoundError,
  TemplateSyntaxError,
  TemplateVariableError,
  TenantAwsError,
  TenantInvalidError,
} from '@tenant-aws/policy';
import { describe, expect, it } from 'vitest';

const errors = [
  [new ConfigurationError(['f']), 'ConfigurationError', 'configuration_invalid', 500],
  [new TenantInvalidError('m', { detail: { reason: 'f' } }), 'TenantInvalidError', 'tenant_invalid', 403],
  [new PolicyTooLargeError({ size: 2049, limit: 2048, shares: { f: 2010 } }), 'PolicyTooLargeError', 'policy_too_large', 500],
  [new TemplateNotFoundError(['f']), 'TemplateNotFoundError', 'template_not_found', 500],
  [new TemplateSyntaxError(['f']), 'TemplateSyntaxError', 'template_syntax', 500],
  [new TemplateVariableError(['f']), 'TemplateVariableError', 'template_variable', 500],
] as const;

describe.each(errors)('%s', (error, name, code, status) => {
  it('has the shape that frameworks know', () => {
    expect(error).toBeInstanceOf(TenantAwsError);
    expect(error).toBeInstanceOf(Error);
    expect({
      name: error.name,
      code: error.code,
      status: error.status,
      statusCode: error.statusCode,
      expose: error.expose,
      headers: error.headers,
    }).toEqual({
      name,
      code,
      status,
      statusCode: status,
      expose: status < 500,
      headers: {},
    });
    expect(error.stack).toContain(name);
  });

  it('shows its detail to a log, and to nobody else', () => {
    expect(Object.keys(error)).not.toContain('detail');
    expect(JSON.parse(JSON.stringify(error))).toEqual({ name, code, status, message: error.message });
    expect(inspect(error)).toContain(inspect(error.detail));
    expect(inspect({ nested: { error } }, { depth: 5 })).toContain(code);
    expect(JSON.parse(JSON.stringify(error.detail))).toEqual(error.detail);
  });
});

it('keeps what led to an error, and shows it to a log', () => {
  const cause = new RangeError('the cause');
  expect(new TemplateSyntaxError(['f'], { cause }).cause).toBe(cause);
  expect(inspect(new TemplateSyntaxError(['f'], { cause }))).toContain('the cause');
  expect('cause' in new TemplateSyntaxError(['f'])).toBe(false);
});
