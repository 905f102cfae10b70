/** An event that PutEvents accepted. */
export interface DeliveredEvent {
  /** The EventId of the response. */
  readonly id: string;
  /** `Time` of the entry; without it, the time of the request. */
  readonly time: Date;
  readonly source: string;
  readonly detailType: string;
  /** The JSON object of `Detail`, parsed. */
  readonly detail: Readonly<Record<string, unknown>>;
  readonly resources: readonly string[];
  readonly eventBusName: string;
  readonly account: string;
  readonly region: string;
  readonly traceHeader?: string;
  /** The role session name of the session that sent the event. The token vending machine uses the tenant id as session name. */
  readonly tenantSession?: string;
}
