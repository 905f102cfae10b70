import { inspect, type InspectOptions } from 'node:util';

/** One thing that is wrong with a configuration or a template. Its sentence is `` `path` text ``. */
export interface Fault {
  /** The option, such as `cache.max`; '' where `text` is the whole sentence. */
  readonly path: string;
  /** The rest of the sentence: what is wrong with the option, and how to fix it. */
  readonly text: string;
}

/** A plain, JSON-able object for the operator's log: ARNs, ids, STS's words, sizes. Never a token or a secret. */
export type ErrorDetail = Readonly<Record<string, unknown>>;

/** What every {@link TenantAwsError} may be given beside its message. */
export interface TenantAwsErrorOptions {
  /** What led to it: default the detail. */
  readonly cause?: unknown;
  /** For the log only: non-enumerable, shown by `util.inspect`, by no framework and no JSON. */
  readonly detail?: ErrorDetail;
  /** Response headers that belong to the answer, such as `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The base of every error that Tenant AWS throws on purpose.
 * It has the shape of http-errors, which Express, Koa, Fastify and Nest know: `status`, `statusCode`, `expose`, `headers`.
 *
 * `message` is always fit for a client, whatever `expose` says. What only the operator may read is in `detail`.
 */
export abstract class TenantAwsError extends Error {
  /** Stable, for `switch`: `token_invalid`, `sts_unavailable`, … */
  abstract readonly code: string;
  /** The HTTP status of the answer. */
  abstract readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** For the log: non-enumerable. */
  declare readonly detail: ErrorDetail;

  constructor(message: string, { detail = {}, cause = isEmpty(detail) ? undefined : detail, headers = {} }: TenantAwsErrorOptions = {}) {
    // Node prints what nothing caught without asking our inspector: the causes are all that a start-up's log then sees of the detail.
    super(message, cause === undefined ? undefined : { cause });
    this.headers = headers;
    Object.defineProperty(this, 'detail', { value: detail, enumerable: false });
    Object.defineProperty(this, 'name', { value: new.target.name, enumerable: false });
  }

  /** The same as `status`: the name that Fastify and Nest read. */
  get statusCode(): number {
    return this.status;
  }

  /** Whether the fault is the client's to know: `status` below 500. */
  get expose(): boolean {
    return this.status < 500;
  }

  toJSON(): { name: string; code: string; status: number; message: string } {
    return { name: this.name, code: this.code, status: this.status, message: this.message };
  }
}

// Defined here, for declarations in isolation know no computed names.
Object.defineProperty(TenantAwsError.prototype, inspect.custom, {
  value(this: TenantAwsError, _depth: number, options: InspectOptions, show: typeof inspect = inspect): string {
    const { code, status, detail, cause } = this;
    const led = cause === undefined || cause === detail ? {} : { cause };
    return `${this.stack ?? this.message} ${show({ code, status, detail, ...led }, options)}`;
  },
});

function isEmpty(detail: ErrorDetail): boolean {
  return Object.keys(detail).length === 0;
}

/** An option, a variable of the environment or a template is wrong. Thrown at creation, with every fault at once; at a request only for what a function option answered. */
export class ConfigurationError extends TenantAwsError {
  readonly code = 'configuration_invalid';
  readonly status = 500;
  /** Every fault found, each a sentence that names the option or the environment variable and the mend. */
  readonly faults: readonly string[];

  constructor(faults: readonly (string | Fault)[], options: Pick<TenantAwsErrorOptions, 'cause'> = {}) {
    const sentences = faults.map(sentenceOf);
    super(
      sentences.length === 1
        ? `Tenant AWS is not configured: ${sentences[0]}`
        : `Tenant AWS is not configured:\n${sentences.map((sentence) => `  - ${sentence}`).join('\n')}`,
      options,
    );
    this.faults = sentences;
    structured.set(this, faults.map(toFault));
  }
}

/** A tenant id that is not a string, or has a character or a length that is not accepted. The value itself is never repeated. */
export class TenantInvalidError extends TenantAwsError {
  readonly code = 'tenant_invalid';
  readonly status = 403;
}

/** A session policy over STS's limit: `detail` is `{ size, limit, shares }`, characters by template. */
export class PolicyTooLargeError extends TenantAwsError {
  readonly code = 'policy_too_large';
  readonly status = 500;

  constructor(detail: ErrorDetail, options: Pick<TenantAwsErrorOptions, 'cause'> = {}) {
    super('The permissions of this request are larger than AWS accepts', { ...options, detail });
  }
}

/** What a fault of a template says beside its sentences. */
export interface TemplateErrorDetail extends ErrorDetail {
  /** Sentences for the operator: which template, where in it, what is wrong, the mend. Never a variable's value. */
  readonly faults: readonly string[];
}

/** A template's name that the library does not have. `detail.faults` names it. */
export class TemplateNotFoundError extends TenantAwsError {
  readonly code = 'template_not_found';
  readonly status = 500;
  declare readonly detail: TemplateErrorDetail;

  constructor(faults: readonly (string | Fault)[], options: Pick<TenantAwsErrorOptions, 'cause'> = {}) {
    super('This request asks for permissions that are not defined', { ...options, detail: { faults: faults.map(sentenceOf) } });
    structured.set(this, faults.map(toFault));
  }
}

/** A template that cannot be read, holds a tag that is not allowed, or has a statement that names no tenant. `detail.faults` says where. */
export class TemplateSyntaxError extends TenantAwsError {
  readonly code = 'template_syntax';
  readonly status = 500;
  declare readonly detail: TemplateErrorDetail;

  constructor(faults: readonly (string | Fault)[], options: Pick<TenantAwsErrorOptions, 'cause'> = {}) {
    super('A permission template is not valid', { ...options, detail: { faults: faults.map(sentenceOf) } });
    structured.set(this, faults.map(toFault));
  }
}

/** A variable of a template that is missing, unknown, or holds what it may not hold. `detail.faults` names it; its value is never repeated. */
export class TemplateVariableError extends TenantAwsError {
  readonly code = 'template_variable';
  readonly status = 500;
  declare readonly detail: TemplateErrorDetail;

  constructor(faults: readonly (string | Fault)[], options: Pick<TenantAwsErrorOptions, 'cause'> = {}) {
    super('A variable of a permission template is missing or not acceptable', { ...options, detail: { faults: faults.map(sentenceOf) } });
    structured.set(this, faults.map(toFault));
  }
}

/** An error of the configuration or of a template. `Faults` collects these errors. */
export type DeclarationError = ConfigurationError | TemplateNotFoundError | TemplateSyntaxError | TemplateVariableError;

/** The faults of each {@link DeclarationError}. Kept outside the error, so that no log and no framework prints them a second time. */
const structured = new WeakMap<object, readonly Fault[]>();

/** The faults of a {@link DeclarationError}; undefined for any other error. */
export function faultsOf(error: unknown): readonly Fault[] | undefined {
  return typeof error === 'object' && error !== null ? structured.get(error) : undefined;
}

export function sentenceOf(fault: string | Fault): string {
  const { path, text } = toFault(fault);
  return path === '' ? text : `\`${path}\` ${text}`;
}

function toFault(fault: string | Fault): Fault {
  return typeof fault === 'string' ? { path: '', text: fault } : fault;
}
