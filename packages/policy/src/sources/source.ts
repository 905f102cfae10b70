/** A template as a source has it: not yet read as JSON. */
export interface TemplateFile {
  /** The template's name: a file's base name without `.json`. */
  readonly name: string;
  readonly text: string;
  /** Where it lies, for faults: a path, an address. */
  readonly origin: string;
}

/**
 * Where templates come from. Read once, when the library is made.
 *
 * @example
 * ```ts
 * import { TemplateLibrary, type TemplateSource } from '@tenant-aws/policy';
 *
 * const text = JSON.stringify({ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: 'arn:aws:sqs:us-east-1:123456789012:{{tenant}}_jobs' });
 * const inCode: TemplateSource = { read: () => [{ name: 'send-jobs', text, origin: 'queues.ts' }] };
 * TemplateLibrary.from(inCode).names(); // ['send-jobs']
 * ```
 */
export interface TemplateSource {
  /** @throws {@link ConfigurationError} it cannot be read */
  read(): readonly TemplateFile[];
}
