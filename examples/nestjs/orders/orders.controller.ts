import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Body, Controller, Get, HttpCode, NotFoundException, Param, Post, Put, Query } from '@nestjs/common';
import { TenantClient } from '@tenant-aws/nestjs';
import type { Order, OrderKey } from './order.ts';
import { OrdersService } from './orders.service.ts';

/**
 * Orders, by the customer that the client sends. This code does not check which tenant owns the order. IAM does.
 */
@Controller('orders')
export class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  @Get()
  async ofCustomer(@TenantClient(DynamoDBDocumentClient) db: DynamoDBDocumentClient, @Query('customer') customer: unknown) {
    return { orders: await this.orders.ofCustomer(db, text(customer)) };
  }

  @Get('search')
  async search(@TenantClient(DynamoDBDocumentClient) db: DynamoDBDocumentClient, @Query('text') query: unknown) {
    return { orders: await this.orders.search(db, text(query)) };
  }

  @Post('lookup')
  @HttpCode(200)
  async lookup(@TenantClient(DynamoDBDocumentClient) db: DynamoDBDocumentClient, @Body('keys') keys: OrderKey[]) {
    return { orders: await this.orders.lookup(db, keys) };
  }

  @Post('import')
  async import(@TenantClient(DynamoDBDocumentClient) db: DynamoDBDocumentClient, @Body('orders') orders: Order[]) {
    await this.orders.import(db, orders);
    return { imported: orders.length };
  }

  @Get(':customer/:id')
  async read(
    @TenantClient(DynamoDBDocumentClient) db: DynamoDBDocumentClient,
    @Param('customer') customer: string,
    @Param('id') id: string,
  ) {
    const order = await this.orders.read(db, { customer, id });
    if (!order) throw new NotFoundException({ error: 'no such order' });
    return order;
  }

  @Put(':customer/:id')
  @HttpCode(201)
  async write(
    @TenantClient(DynamoDBDocumentClient) db: DynamoDBDocumentClient,
    @Param('customer') customer: string,
    @Param('id') id: string,
    @Body() body?: { product?: unknown },
  ) {
    await this.orders.write(db, { customer, id, product: text(body?.product) });
    return { customer, id };
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
