/** The text of a template, not yet parsed. */
export interface TemplateFile {
  /** The template's name: a file's base name without `.json`. */
  readonly name: string;
  readonly text: string;
  /** Where it is, for faults: a path, an address. */
  readonly origin: string;
}

/**
 * A source of templates. It is read once, when the library is created.
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
  /** @throws {@link ConfigurationError} the source cannot be read */
  read(): readonly TemplateFile[];
}
