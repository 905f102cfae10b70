import { Body, Controller, Get, HttpCode, NotFoundException, Param, Post, Put, Query } from '@nestjs/common';
import type { Order, OrderKey } from './order.ts';
import { OrdersService } from './orders.service.ts';

/**
 * Orders, of whichever customer the browser names: it knows its own, so where is the harm?
 * Nothing here checks whose order it is. IAM does.
 */
@Controller('orders')
export class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  @Get()
  async ofCustomer(@Query('customer') customer: unknown) {
    return { orders: await this.orders.ofCustomer(text(customer)) };
  }

  @Get('search')
  async search(@Query('text') sought: unknown) {
    return { orders: await this.orders.search(text(sought)) };
  }

  @Post('lookup')
  @HttpCode(200)
  async lookup(@Body('keys') keys: OrderKey[]) {
    return { orders: await this.orders.lookup(keys) };
  }

  @Post('import')
  async import(@Body('orders') orders: Order[]) {
    await this.orders.import(orders);
    return { imported: orders.length };
  }

  @Get(':customer/:id')
  async read(@Param('customer') customer: string, @Param('id') id: string) {
    const order = await this.orders.read({ customer, id });
    if (!order) throw new NotFoundException({ error: 'no such order' });
    return order;
  }

  @Put(':customer/:id')
  @HttpCode(201)
  async write(@Param('customer') customer: string, @Param('id') id: string, @Body() body?: { product?: unknown }) {
    await this.orders.write({ customer, id, product: text(body?.product) });
    return { customer, id };
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
