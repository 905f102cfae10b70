import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { Injectable } from '@nestjs/common';
import { TenantClient } from '@tenant-aws/nestjs';
import { Storage } from '../storage.ts';
import type { Order, OrderKey } from './order.ts';

/** One service, and one document client in it, for all tenants. */
@Injectable()
export class OrdersService {
  constructor(
    @TenantClient(DynamoDBDocumentClient) private readonly db: DynamoDBDocumentClient,
    private readonly storage: Storage,
  ) {}

  async ofCustomer(customer: string): Promise<Order[]> {
    const { Items = [] } = await this.db.send(
      new QueryCommand({
        TableName: this.storage.table,
        KeyConditionExpression: 'customer = :customer',
        ExpressionAttributeValues: { ':customer': customer },
      }),
    );
    return Items.map(orderOf);
  }

  async search(text: string): Promise<Order[]> {
    const { Items = [] } = await this.db.send(
      new ScanCommand({
        TableName: this.storage.table,
        FilterExpression: 'contains(product, :text)',
        ExpressionAttributeValues: { ':text': text },
      }),
    );
    return Items.map(orderOf);
  }

  async lookup(keys: OrderKey[]): Promise<Order[]> {
    const Keys = keys.map(({ customer, id }) => ({ customer, id }));
    const { Responses = {} } = await this.db.send(new BatchGetCommand({ RequestItems: { [this.storage.table]: { Keys } } }));
    return (Responses[this.storage.table] ?? []).map(orderOf);
  }

  async import(orders: Order[]): Promise<void> {
    await this.db.send(
      new TransactWriteCommand({
        TransactItems: orders.map((order) => ({ Put: { TableName: this.storage.table, Item: orderOf(order) } })),
      }),
    );
  }

  async read(Key: OrderKey): Promise<Order | undefined> {
    const { Item } = await this.db.send(new GetCommand({ TableName: this.storage.table, Key }));
    return Item && orderOf(Item);
  }

  async write(order: Order): Promise<void> {
    await this.db.send(new PutCommand({ TableName: this.storage.table, Item: order }));
  }
}

/** In this order, and no more. */
function orderOf({ customer, id, product }: Partial<Record<keyof Order, unknown>>): Order {
  return { customer, id, product } as Order;
}
