/** One request to the local AWS, as it was judged. Never a secret: neither keys, nor tokens, nor payloads. */
export interface Call {
  /** `s3`, or `unknown` where the request named none of ours. */
  readonly service: string;
  /** `GetObject`, or `unknown` where the request was refused before it was understood. */
  readonly operation: string;
  /** Empty where nothing was signed. */
  readonly accessKeyId: string;
  /** The role session name of the session that signed: the tenant's id, by the vending machine. */
  readonly tenantSession?: string;
  /**
   * - `allowed`: policies allowed it. What came of it, such as a missing key, is another matter
   * - `denied`: policies denied it
   * - `refused`: signature, shape or operation were not accepted
   * - `fault`: a fault made to order answered it
   */
  readonly decision: 'allowed' | 'denied' | 'refused' | 'fault';
  readonly at: Date;
}
