import { AwsError } from '../services/service.ts';

/** A form that a browser posts to a bucket. Nothing in it is verified. */
export interface PostForm {
  /** The fields before the file, by lower-case name. The variable `${filename}` is replaced by the name of the file. */
  readonly fields: ReadonlyMap<string, string>;
  readonly file: Buffer;
}

interface Part {
  /** In lower case. */
  readonly name: string;
  /** Absent if the part has no file name; empty if the user selected no file. */
  readonly filename?: string;
  readonly content: Buffer;
  /** The offset of the part in the body. */
  readonly start: number;
}

/** RFC 2046, section 5.1.1: at most 70 characters, of which the last is not a space. */
const CONTENT_TYPE =
  /^multipart\/form-data *; *boundary=(?:"([0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-])"|([0-9A-Za-z'()+_./:=?-]{1,70}))$/i;
const HEADER = /^([A-Za-z-]+): *(.*)$/;
const DISPOSITION = /^form-data; *name="([^"]*)"(?:; *filename="([^"]*)")?$/i;
/** The encodings that do not change the content. */
const IDENTITY = /^(?:7bit|8bit|binary)$/i;
const FIELD_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/;
const MAX_HEADER_BYTES = 4096;
const MAX_FIELD_BYTES = 20_480;
/** The bytes before the file limit the number of fields. This also limits those after it. */
const MAX_PARTS = 1000;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Whether a content type is that of a form with a file. */
export function isPostForm(contentType: string | undefined): contentType is string {
  return contentType !== undefined && /^multipart\/form-data(?:[; ]|$)/i.test(contentType);
}

/**
 * Parses a form with one file. Refuses everything that two parsers could read differently: text outside the parts, a repeated field, an
 * encoded part, an unknown header or parameter, an escaped quote. As on AWS, the fields after the file have no effect.
 *
 * @throws {@link AwsError} MalformedPOSTRequest, InvalidArgument, MaxPostPreDataLengthExceeded
 * @see Amazon S3 API Reference, "POST Object" and "Creating an HTML form (using AWS Signature Version 4)"
 */
export function parsePostForm(contentType: string, body: Buffer): PostForm {
  const [, quoted, plain] = CONTENT_TYPE.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw malformed();
  const sent = new Map<string, string>();
  let file: Part | undefined;
  let files = 0;
  let parts = 0;
  for (const part of partsOf(body, boundary)) {
    parts += 1;
    if (parts > MAX_PARTS) throw malformed();
    if (part.name === 'file') {
      files += 1;
      file = part;
    }
    if (files > 0) continue;
    if (part.start + part.content.length > MAX_FIELD_BYTES) throw tooLarge();
    if (!FIELD_NAME.test(part.name) || sent.has(part.name)) throw malformed();
    sent.set(part.name, decode(part.content));
  }
  if (!file || files > 1) {
    throw new AwsError('InvalidArgument', 400, 'POST requires exactly one file upload per request.', {
      ArgumentName: 'file',
      ArgumentValue: String(files),
    });
  }
  if (file.start > MAX_FIELD_BYTES) throw tooLarge();
  const { filename, content } = file;
  const fields = new Map([...sent].map(([name, value]) => [name, withFilename(value, filename)]));
  return { fields, file: content };
}

/** S3 uses what follows the last slash or backslash. Without a file name it does not replace the variable. */
function withFilename(value: string, filename: string | undefined): string {
  if (filename === undefined) return value;
  const name = filename.slice(Math.max(filename.lastIndexOf('/'), filename.lastIndexOf('\\')) + 1);
  // A function: in a string, `$&` and similar patterns of the file name would be replaced too.
  return value.replaceAll('${filename}', () => name);
}

function* partsOf(body: Buffer, boundary: string): Generator<Part> {
  const delimiter = `\r\n--${boundary}`;
  if (!startsWith(body, 0, delimiter.slice(2))) throw malformed();
  let offset = delimiter.length - 2;
  while (startsWith(body, offset, '\r\n')) {
    const start = offset + 2;
    const head = body.subarray(start, start + MAX_HEADER_BYTES).indexOf('\r\n\r\n');
    if (head === -1) throw malformed();
    const content = start + head + 4;
    const end = body.indexOf(delimiter, content, 'latin1');
    if (end === -1) throw malformed();
    yield { ...readHead(decode(body.subarray(start, start + head))), content: body.subarray(content, end), start };
    offset = end + delimiter.length;
  }
  const rest = body.subarray(offset).toString('latin1', 0, 5);
  if (rest !== '--' && rest !== '--\r\n') throw malformed();
}

function readHead(head: string): Pick<Part, 'name' | 'filename'> {
  const headers = new Map<string, string>();
  for (const line of head.split('\r\n')) {
    const [, name = '', value = ''] = HEADER.exec(line) ?? [];
    if (name === '' || headers.has(name.toLowerCase())) throw malformed();
    headers.set(name.toLowerCase(), value);
  }
  const {
    'content-disposition': disposition = '',
    'content-transfer-encoding': encoding = 'binary',
    ...others
  } = Object.fromEntries(headers);
  const [, name, filename] = DISPOSITION.exec(disposition) ?? [];
  const isUnknown = Object.keys(others).some((header) => header !== 'content-type');
  // A backslash before the closing quote: some parsers would read an escaped quote, and continue.
  if (name === undefined || name.endsWith('\\') || filename?.endsWith('\\') || isUnknown || !IDENTITY.test(encoding)) throw malformed();
  return { name: name.toLowerCase(), ...(filename !== undefined && { filename }) };
}

function startsWith(body: Buffer, offset: number, text: string): boolean {
  return body.toString('latin1', offset, offset + text.length) === text;
}

function decode(bytes: Buffer): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw malformed();
  }
}

function malformed(): AwsError {
  return new AwsError('MalformedPOSTRequest', 400, 'The body of your POST request is not well-formed multipart/form-data.');
}

function tooLarge(): AwsError {
  return new AwsError('MaxPostPreDataLengthExceeded', 400, 'Your POST request fields preceeding the upload file was too large.', {
    MaxPostPreDataLengthBytes: String(MAX_FIELD_BYTES),
  });
}
