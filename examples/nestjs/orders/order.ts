export interface OrderKey {
  readonly customer: string;
  readonly id: string;
}

export interface Order extends OrderKey {
  readonly product: string;
}
