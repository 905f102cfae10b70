import {
  type AttributeValue,
  BatchGetItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { Router } from '@koa/router';
import type { Context } from 'koa';

interface OrderKey {
  readonly customer: string;
  readonly id: string;
}

interface Order extends OrderKey {
  readonly product: string;
}

/**
 * Orders, by the customer that the client sends. This code does not check which tenant owns the order. IAM does.
 */
export function orders(table: string): Router {
  const router = new Router({ prefix: '/orders' });

  router.get('/', async (ctx) => {
    const { Items = [] } = await db(ctx).send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'customer = :customer',
        ExpressionAttributeValues: { ':customer': { S: text(ctx.query.customer) } },
      }),
    );
    ctx.body = { orders: Items.map(order) };
  });

  router.get('/search', async (ctx) => {
    const { Items = [] } = await db(ctx).send(
      new ScanCommand({
        TableName: table,
        FilterExpression: 'contains(product, :text)',
        ExpressionAttributeValues: { ':text': { S: text(ctx.query.text) } },
      }),
    );
    ctx.body = { orders: Items.map(order) };
  });

  router.post('/lookup', async (ctx) => {
    const { keys } = ctx.request.body as { keys: OrderKey[] };
    const { Responses = {} } = await db(ctx).send(new BatchGetItemCommand({ RequestItems: { [table]: { Keys: keys.map(key) } } }));
    ctx.body = { orders: (Responses[table] ?? []).map(order) };
  });

  router.post('/import', async (ctx) => {
    const { orders: imported } = ctx.request.body as { orders: Order[] };
    await db(ctx).send(
      new TransactWriteItemsCommand({ TransactItems: imported.map((one) => ({ Put: { TableName: table, Item: row(one) } })) }),
    );
    ctx.status = 201;
    ctx.body = { imported: imported.length };
  });

  router.get('/:customer/:id', async (ctx) => {
    const { Item } = await db(ctx).send(new GetItemCommand({ TableName: table, Key: key(keyOf(ctx)) }));
    ctx.status = Item ? 200 : 404;
    ctx.body = Item ? order(Item) : { error: 'no such order' };
  });

  router.put('/:customer/:id', async (ctx) => {
    const { product } = ctx.request.body as { product?: unknown };
    await db(ctx).send(new PutItemCommand({ TableName: table, Item: row({ ...keyOf(ctx), product: text(product) }) }));
    ctx.status = 201;
    ctx.body = keyOf(ctx);
  });

  return router;
}

const db = (ctx: Context): DynamoDBClient => ctx.tenantAws.client(DynamoDBClient);
const keyOf = (ctx: Context): OrderKey => ({ customer: String(ctx.params.customer), id: String(ctx.params.id) });

type Row = Record<string, AttributeValue>;

const key = ({ customer, id }: OrderKey): Row => ({ customer: { S: customer }, id: { S: id } });
const row = ({ product, ...rest }: Order): Row => ({ ...key(rest), product: { S: product } });
const order = ({ customer, id, product }: Row) => ({ customer: customer?.S, id: id?.S, product: product?.S });
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
