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
import { libraryOf, statement } from './fixtures.ts';

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
    expect(inspect(error).split('detail:')).toHaveLength(2);
    expect(inspect({ nested: { error } }, { depth: 5 })).toContain(code);
    expect(JSON.parse(JSON.stringify(error.detail))).toEqual(error.detail);
  });
});

it('keeps what led to an error, and shows it to a log', () => {
  const cause = new RangeError('the cause');
  expect(new TemplateSyntaxError(['f'], { cause }).cause).toBe(cause);
  expect(inspect(new TemplateSyntaxError(['f'], { cause }))).toContain('the cause');
  expect('cause' in new TenantInvalidError('m')).toBe(false);
});

it('shows its detail where nothing catches it: Node then prints a stack and causes, and asks no inspector', () => {
  for (const [error] of errors)
    if (Object.keys(error.detail).length > 0) expect(inspect(error, { customInspect: false })).toContain(inspect(error.detail));
  const template = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::notes/*' };
  const uncaught = (templates: Readonly<Record<string, unknown>>): string => {
    try {
      libraryOf(templates);
    } catch (error) {
      return inspect(error, { customInspect: false });
    }
    return 'nothing was refused';
  };
  expect(uncaught({ x: template })).toContain('statement 1 names no tenant');
  expect(uncaught({ x: template, y: template })).toMatch(/`x` .* names no tenant[^]*`y` .* names no tenant/);
  expect(uncaught({ x: '{' })).toContain('template `x` (code/x.json) is not JSON');
  expect(uncaught({ x: statement({ Resource: '{{tenant' }) })).toContain('template `x` (code/x.json), statement 1, Resource has a tag');
  expect(uncaught({ x: { variables: { bucket: { pattern: '(' } }, Statement: statement() } })).toMatch(
    /`x` .*not a regular expression: .*group/,
  );
});
