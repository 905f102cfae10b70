import {
  directory,
  type TemplateFile,
  TemplateLibrary,
  type TemplateLibraryOptions,
  type TemplateSource,
  TenantAwsError,
} from '@tenant-aws/policy';
import { expect } from 'vitest';

/** A source of templates in code. Strings are used as they are, other values as JSON. */
export function inCode(templates: Readonly<Record<string, unknown>>, origin = 'code'): TemplateSource {
  const files = Object.entries(templates).map(([name, template]) => ({
    name,
    text: typeof template === 'string' ? template : JSON.stringify(template),
    origin: `${origin}/${name}.json`,
  }));
  return { read: () => files };
}

export function libraryOf(templates: Readonly<Record<string, unknown>>, options?: TemplateLibraryOptions): TemplateLibrary {
  return TemplateLibrary.from(inCode(templates), options);
}

/** The folder of the package `@tenant-aws/templates`. */
export const templatesFolder: URL = new URL('../../../templates/', import.meta.url);

/** The file of a shipped template. */
export function shippedFile(name: string): TemplateFile {
  const file = directory(templatesFolder)
    .read()
    .find((candidate) => candidate.name === name);
  if (file === undefined) throw new Error(`no template ${name} is shipped`);
  return file;
}

/** An Allow of `s3:GetObject` below the tenant's folder, with the changes of a test. */
export function statement(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::{{bucket}}/{{tenant}}/*', ...changes };
}

/** The code and the texts of the error that a call throws. */
export function refusal(run: () => unknown): { readonly code: string; readonly message: string; readonly faults: string } {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(TenantAwsError);
    if (!(error instanceof TenantAwsError)) throw error;
    const { faults = 'faults' in error ? error.faults : error.detail.reason } = error.detail;
    return { code: error.code, message: error.message, faults: [faults].flat().join('\n') };
  }
  throw new Error('the call did not throw');
}
