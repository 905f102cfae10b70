import type { ParsedOperation, VerifiedRequest } from '../service.ts';
import type { Engine } from './engine.ts';
import type { Target } from './path.ts';

/** A verified request whose path is read. `bucket` and `key` are empty where the row's target has none. */
export interface S3Request extends VerifiedRequest {
  readonly bucket: string;
  readonly key: string;
  /** Who owns all buckets here. */
  readonly account: string;
  readonly region: string;
}

/** One operation: which requests are it, what they may carry, and what they ask of IAM. */
export interface S3Operation {
  /** By the name that AWS's API reference has: `GetObject`. */
  readonly operation: string;
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly target: Target['kind'];
  /** Query parameters that make the operation what it is; with a value where only that value does. */
  readonly requires?: readonly (readonly [name: string, value?: string])[];
  /** A header that makes it another operation than the same request without it. */
  readonly requiresHeader?: string;
  /** Further query parameters that it understands. */
  readonly params?: readonly string[];
  /** The `x-amz-*`, conditional and integrity headers that it understands; a trailing `*` admits every name that begins so. */
  readonly headers?: readonly string[];
  /** Whether it reads a body. A body that nobody reads is refused. */
  readonly body?: 'payload' | 'xml';
  /** The IAM actions it asks for. */
  readonly actions: readonly string[];
  /** Actions that it asks for in some cases only, and when. */
  readonly furtherActions?: readonly (readonly [action: string, when: string])[];
  /** The condition keys it sends, besides those that every S3 request sends. */
  readonly conditionKeys?: readonly string[];
  /** Reads the rest of the request, once: the same reading is authorised and executed. */
  readonly parse: (request: S3Request, engine: Engine) => ParsedOperation;
}
