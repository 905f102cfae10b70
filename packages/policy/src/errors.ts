import { inspect, type InspectOptions } from 'node:util';

/** One thing that is wrong with a configuration or a template. Its sentence is `` `path` text ``. */
export interface Fault {
  /** The option, such as `cache.max`; '' where `text` is the whole sentence. */
  readonly path: string;
  /** The rest of the sentence: what is wrong with the option, and how to fix it. */
  readonly text: string;
}

/** A plain object for the operator's log, which JSON can represent: ARNs, ids, messages of STS, sizes. Never a token or a secret. */
export type ErrorDetail = Readonly<Record<string, unknown>>;

/** The options of every {@link TenantAwsError}. */
export interface TenantAwsErrorOptions {
  /** The cause. Default: the detail. */
  readonly cause?: unknown;
  /** For the log only: non-enumerable. `util.inspect` shows it; frameworks and JSON do not. */
  readonly detail?: ErrorDetail;
  /** Headers of the response, such as `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The base class of the errors of Tenant AWS.
 * It has the properties of http-errors, which Express, Koa, Fastify and Nest read: `status`, `statusCode`, `expose`, `headers`.
 *
 * A client may always read `message`, also where `expose` is false. Facts for the operator are in `detail`.
 */
export abstract class TenantAwsError extends Error {
  /** Stable: `token_invalid`, `sts_unavailable`, … */
  abstract readonly code: string;
  /** The HTTP status of the response. */
  abstract readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** For the log: non-enumerable. */
  declare readonly detail: ErrorDetail;

  constructor(message: string, { detail = {}, cause = isEmpty(detail) ? undefined : detail, headers = {} }: TenantAwsErrorOptions = {}) {
    // Node prints an uncaught error without the custom inspector, but with its cause: the detail is the default cause so that it is in the log.
    super(message, cause === undefined ? undefined : { cause });
    this.headers = headers;
    Object.defineProperty(this, 'detail', { value: detail, enumerable: false });
    Object.defineProperty(this, 'name', { value: new.target.name, enumerable: false });
  }

  /** The same as `status`, under the name that Fastify and Nest read. */
  get statusCode(): number {
    return this.status;
  }

  /** Whether the client caused the error: `status` is below 500. */
  get expose(): boolean {
    return this.status < 500;
  }

  toJSON(): { name: string; code: string; status: number; message: string } {
    return { name: this.name, code: this.code, status: this.status, message: this.message };
  }
}

// Defined outside the class, because isolated declarations do not support computed names.
Object.defineProperty(TenantAwsError.prototype, inspect.custom, {
  value(this: TenantAwsError, _depth: number, options: InspectOptions, show: typeof inspect = inspect): string {
    const { code, status, detail, cause } = this;
    const ownCause = cause === undefined || cause === detail ? {} : { cause };
    return `${this.stack ?? this.message} ${show({ code, status, detail, ...ownCause }, options)}`;
  },
});

function isEmpty(detail: ErrorDetail): boolean {
  return Object.keys(detail).length === 0;
}

/** An option, an environment variable or a template is wrong. Thrown at creation with every fault; at a request only if a function option returned an invalid value. */
export class ConfigurationError extends TenantAwsError {
  readonly code = 'configuration_invalid';
  readonly status = 500;
  /** Every fault, each a sentence that names the option or the environment variable and says how to fix it. */
  readonly faults: readonly string[];

  constructor(faults: readonly (string | Fault)[], options: Pick<TenantAwsErrorOptions, 'cause'> = {}) {
    const sentences = sentencesOf(faults);
    super(
      sentences.length === 1
        ? `Tenant AWS is not configured: ${sentences[0]}`
        : `Tenant AWS is not configured:\n${sentences.map((sentence) => `  - ${sentence}`).join('\n')}`,
      options,
    );
    this.faults = sentences;
  }
}

/** The tenant id is not a string, or its characters or its length are not accepted. The error never contains the value. */
export class TenantInvalidError extends TenantAwsError {
  readonly code = 'tenant_invalid';
  readonly status = 403;
}

/** The session policy is larger than STS accepts. `detail` is `{ size, limit, shares }`, in characters; `shares` has those of each template. */
export class PolicyTooLargeError extends TenantAwsError {
  readonly code = 'policy_too_large';
  readonly status = 500;

  constructor(detail: ErrorDetail, options: Pick<TenantAwsErrorOptions, 'cause'> = {}) {
    super('The session policy of this request is larger than AWS accepts', { ...options, detail });
  }
}

/** The detail of a template error. */
export interface TemplateErrorDetail extends ErrorDetail {
  /** Sentences for the operator: the template, the place in it, what is wrong and how to fix it. Never the value of a variable. */
  readonly faults: readonly string[];
}

/** The library has no template of this name. The name is in `detail.faults`. */
export class TemplateNotFoundError extends TenantAwsError {
  readonly code = 'template_not_found';
  readonly status = 500;
  declare readonly detail: TemplateErrorDetail;

  constructor(faults: readonly (string | Fault)[], options: Pick<TenantAwsErrorOptions, 'cause'> = {}) {
    super('This request needs a permission template that does not exist', { ...options, detail: { faults: sentencesOf(faults) } });
  }
}

/** The template cannot be read, contains a tag that is not allowed, or has a statement without a tenant. `detail.faults` says where. */
export class TemplateSyntaxError extends TenantAwsError {
  readonly code = 'template_syntax';
  readonly status = 500;
  declare readonly detail: TemplateErrorDetail;

  constructor(faults: readonly (string | Fault)[], options: Pick<TenantAwsErrorOptions, 'cause'> = {}) {
    super('A permission template is not valid', { ...options, detail: { faults: sentencesOf(faults) } });
  }
}

/** A variable of a template is missing, unknown, or has a value that is not accepted. `detail.faults` names the variable, never its value. */
export class TemplateVariableError extends TenantAwsError {
  readonly code = 'template_variable';
  readonly status = 500;
  declare readonly detail: TemplateErrorDetail;

  constructor(faults: readonly (string | Fault)[], options: Pick<TenantAwsErrorOptions, 'cause'> = {}) {
    super('A variable of a permission template is missing or not accepted', { ...options, detail: { faults: sentencesOf(faults) } });
  }
}

/** An error of the configuration or of a template. `Faults` collects these errors. */
export type DeclarationError = ConfigurationError | TemplateNotFoundError | TemplateSyntaxError | TemplateVariableError;

/** The faults of each list of sentences. Kept outside the error, so that no log and no framework prints them a second time. */
const structured = new WeakMap<readonly string[], readonly Fault[]>();

/** The faults of a {@link DeclarationError}; undefined for any other error. */
export function faultsOf(error: unknown): readonly Fault[] | undefined {
  const isTemplateError =
    error instanceof TemplateNotFoundError || error instanceof TemplateSyntaxError || error instanceof TemplateVariableError;
  const { faults } = isTemplateError ? error.detail : error instanceof ConfigurationError ? error : {};
  return faults && structured.get(faults);
}

export function sentenceOf({ path, text }: Fault): string {
  return path === '' ? text : `\`${path}\` ${text}`;
}

function sentencesOf(given: readonly (string | Fault)[]): readonly string[] {
  const faults = given.map((fault) => (typeof fault === 'string' ? { path: '', text: fault } : fault));
  const sentences = faults.map(sentenceOf);
  structured.set(sentences, faults);
  return sentences;
}
