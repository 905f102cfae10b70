import type { ParsedOperation, VerifiedRequest } from '../service.ts';
import type { Engine } from './engine.ts';
import type { Target } from './path.ts';

/** A verified request with its parsed path. `bucket` and `key` are empty if the operation's target has none. */
export interface S3Request extends VerifiedRequest {
  readonly bucket: string;
  readonly key: string;
  /** The owner of all buckets. */
  readonly account: string;
  readonly region: string;
}

/** One operation of S3: how a request is recognised, the parts that it may have, and the permissions that it needs. */
export interface S3Operation {
  /** The name in AWS's API reference: `GetObject`. */
  readonly operation: string;
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly target: Target['kind'];
  /** Query parameters that identify the operation; with a value if only that value does. */
  readonly requires?: readonly (readonly [name: string, value?: string])[];
  /** A header that identifies the operation: the same request without it is another operation. */
  readonly requiresHeader?: string;
  /** Whether the request is a form that a browser posts. No other request matches, and a form matches no other operation. */
  readonly form?: true;
  /** Other supported query parameters. */
  readonly params?: readonly string[];
  /** Supported `x-amz-*`, conditional and integrity headers. A trailing `*` matches every name with that prefix. */
  readonly headers?: readonly string[];
  /** The kind of body. If absent, a request with a body is refused. */
  readonly body?: 'payload' | 'xml';
  /** The permissions that it needs. */
  readonly actions: readonly string[];
  /** Permissions that it needs only in some cases, and the case. */
  readonly furtherActions?: readonly (readonly [action: string, when: string])[];
  /** Its own condition keys, in addition to those of every S3 request. */
  readonly conditionKeys?: readonly string[];
  /** Parses the rest of the request. */
  readonly parse: (request: S3Request, engine: Engine) => ParsedOperation;
}
