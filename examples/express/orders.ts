/* oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 passes a rejected promise of a handler to the error middleware */
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
import { type Request, Router } from 'express';

interface Order {
  readonly customer: string;
  readonly id: string;
  readonly product: string;
}

/**
 * Orders, by the customer that the client sends. This code does not check which tenant owns the order. IAM does.
 */
export function orders(table: string): Router {
  const router = Router();

  router.get('/', async (req, res) => {
    const { Items = [] } = await db(req).send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'customer = :customer',
        ExpressionAttributeValues: { ':customer': { S: text(req.query.customer) } },
      }),
    );
    res.json({ orders: Items.map(order) });
  });

  router.get('/search', async (req, res) => {
    const { Items = [] } = await db(req).send(
      new ScanCommand({
        TableName: table,
        FilterExpression: 'contains(product, :text)',
        ExpressionAttributeValues: { ':text': { S: text(req.query.text) } },
      }),
    );
    res.json({ orders: Items.map(order) });
  });

  router.post('/lookup', async (req, res) => {
    const keys: Order[] = req.body.keys;
    const { Responses = {} } = await db(req).send(new BatchGetItemCommand({ RequestItems: { [table]: { Keys: keys.map(key) } } }));
    res.json({ orders: (Responses[table] ?? []).map(order) });
  });

  router.post('/import', async (req, res) => {
    const imported: Order[] = req.body.orders;
    await db(req).send(
      new TransactWriteItemsCommand({ TransactItems: imported.map((one) => ({ Put: { TableName: table, Item: row(one) } })) }),
    );
    res.status(201).json({ imported: imported.length });
  });

  router.get('/:customer/:id', async (req, res) => {
    const { Item } = await db(req).send(new GetItemCommand({ TableName: table, Key: key(req.params) }));
    if (Item) res.json(order(Item));
    else res.status(404).json({ error: 'no such order' });
  });

  router.put('/:customer/:id', async (req, res) => {
    await db(req).send(new PutItemCommand({ TableName: table, Item: row({ ...req.params, product: text(req.body?.product) }) }));
    res.status(201).json(req.params);
  });

  return router;
}

const db = (req: Request): DynamoDBClient => req.tenantAws.client(DynamoDBClient);

type Row = Record<string, AttributeValue>;

const key = ({ customer, id }: Omit<Order, 'product'>): Row => ({ customer: { S: customer }, id: { S: id } });
const row = ({ product, ...rest }: Order): Row => ({ ...key(rest), product: { S: product } });
const order = ({ customer, id, product }: Row) => ({ customer: customer?.S, id: id?.S, product: product?.S });
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
