import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { Injectable } from '@nestjs/common';
import { Storage } from '../storage.ts';
import type { Order, OrderKey } from './order.ts';

/** One service for all tenants: each call receives the document client of its own tenant. */
@Injectable()
export class OrdersService {
  constructor(private readonly storage: Storage) {}

  async ofCustomer(db: DynamoDBDocumentClient, customer: string): Promise<Order[]> {
    const { Items = [] } = await db.send(
      new QueryCommand({
        TableName: this.storage.table,
        KeyConditionExpression: 'customer = :customer',
        ExpressionAttributeValues: { ':customer': customer },
      }),
    );
    return Items.map(orderOf);
  }

  async search(db: DynamoDBDocumentClient, text: string): Promise<Order[]> {
    const { Items = [] } = await db.send(
      new ScanCommand({
        TableName: this.storage.table,
        FilterExpression: 'contains(product, :text)',
        ExpressionAttributeValues: { ':text': text },
      }),
    );
    return Items.map(orderOf);
  }

  async lookup(db: DynamoDBDocumentClient, keys: OrderKey[]): Promise<Order[]> {
    const Keys = keys.map(({ customer, id }) => ({ customer, id }));
    const { Responses = {} } = await db.send(new BatchGetCommand({ RequestItems: { [this.storage.table]: { Keys } } }));
    return (Responses[this.storage.table] ?? []).map(orderOf);
  }

  async import(db: DynamoDBDocumentClient, orders: Order[]): Promise<void> {
    await db.send(
      new TransactWriteCommand({
        TransactItems: orders.map((order) => ({ Put: { TableName: this.storage.table, Item: orderOf(order) } })),
      }),
    );
  }

  async read(db: DynamoDBDocumentClient, Key: OrderKey): Promise<Order | undefined> {
    const { Item } = await db.send(new GetCommand({ TableName: this.storage.table, Key }));
    return Item && orderOf(Item);
  }

  async write(db: DynamoDBDocumentClient, order: Order): Promise<void> {
    await db.send(new PutCommand({ TableName: this.storage.table, Item: order }));
  }
}

/** Selects the members of an order, in a fixed order. */
function orderOf({ customer, id, product }: Partial<Record<keyof Order, unknown>>): Order {
  return { customer, id, product } as Order;
}
