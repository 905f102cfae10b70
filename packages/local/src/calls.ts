import { appendBounded } from './bounded-list.ts';

/** One request to the local AWS, and the decision about it. Holds no secret: no secret key, token or payload. */
export interface Call {
  /** `s3`; `unknown` if the request is for an unsupported service. */
  readonly service: string;
  /** `GetObject`; `unknown` if the request was refused before its operation was parsed. */
  readonly operation: string;
  /**
   * `arn:aws:s3:::notes/acme/plan`: the resource that was denied, otherwise the first that the operation needs a permission for.
   * Absent if the request was refused before its operation was parsed.
   */
  readonly resource?: string;
  /** Empty for an unsigned request. */
  readonly accessKeyId: string;
  /** The role session name of the session that signed the request. The token vending machine uses the tenant id as session name. */
  readonly tenantSession?: string;
  /**
   * - `allowed`: the policies allow it. The operation may still return an error, such as a missing key
   * - `denied`: the policies deny it
   * - `refused`: the signature, the format or the operation is not accepted
   * - `fault`: an injected fault replaced the response
   */
  readonly decision: 'allowed' | 'denied' | 'refused' | 'fault';
  readonly at: Date;
}

const MAX_CALLS = 100_000;

export function recordCall(calls: Call[], call: Call): void {
  const before = calls.at(-1)?.resource;
  // Many requests name the same table or queue: one string is kept for all of them.
  appendBounded(calls, before !== undefined && before === call.resource ? { ...call, resource: before } : call, MAX_CALLS);
}
